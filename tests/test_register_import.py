"""A register read in from XLSX and CSV: every row is told, all of it is kept or nothing, and no person comes in."""

import csv
import io
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from geo_zhengzhi.errors import MissingColumn, NotAllowed, RegisterTooLong, UnknownRegisterFormat
from geo_zhengzhi.io import registers
from geo_zhengzhi.io.register_words import REGISTER_SYNONYMS, STAGE_SYNONYMS, day_of, stage_of, year_of
from geo_zhengzhi.life import STAGES
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.register.entries import change_entry, take_step
from geo_zhengzhi.services.register.importing import import_register
from geo_zhengzhi.services.register.report import RegisterReport
from geo_zhengzhi.services.register.views import entries, entry, history
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.words import translator
from tests.registers import TODAY, make_register

PLANNER = Actor("规划一科", "planner")
HEADER = ["编号", "名称", "类别", "级别", "年度", "牵头单位", "警防", "领导落实", "期限", "备注", "状态"]
ROWS = [
    ["2024-1", "武定苑", "小区", "市级", "2024年", "文昌派出所", "夜间两班", "分管副区长", "2024年12月", "", "整治"],
    ["2024-2", "鼓楼广场", "广场", "县级", "2024", "综治中心", "", "", "2024/6/30", "南口\n北口", "立项"],
    ["", "板桥村", "村庄", "乡镇级", "2024", "", "", "", "", "", ""],
]


def write_csv(path: Path, rows: list[list[str]], header: list[str] = HEADER, encoding: str = "utf-8") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path.write_text(text.getvalue(), encoding, newline="")
    return path


def write_xlsx(path: Path, rows: list[list[Any]], header: list[str] = HEADER) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["2024年重点整治对象台账"])
    for row in (header, *rows):
        book.active.append(row)
    book.save(path)
    return path


def bring(store: Database, path: Path, **options: Any) -> RegisterReport:
    return import_register(store, path, **({"actor": SYSTEM, "today": TODAY} | options))


def outcomes(report: RegisterReport) -> list[str]:
    counts = report.counts
    assert counts["read"] == sum(counts[what] for what in ("added", "changed", "unchanged", "refused"))
    assert counts["read"] == len(report.outcomes)
    return [row.what for row in report.outcomes]


def test_a_csv_becomes_entries_with_words_dates_and_stage_understood(store: Database, tmp_path: Path) -> None:
    report = bring(store, write_csv(tmp_path / "台账.csv", ROWS, encoding="gb18030"))
    assert outcomes(report) == ["added"] * 3
    first = entry(store, "2024-1").entry
    assert (first.kind, first.level, first.year, first.stage) == ("residential_area", "city", 2024, "treatment")
    assert (first.deadline, first.measures) == (date(2024, 12, 31), {"police": "夜间两班"})
    assert first.commitments == {"leadership": "分管副区长"}
    assert entry(store, "2024-2").entry.notes == "南口\n北口"
    assert entry(store, "2024-2").entry.deadline == date(2024, 6, 30)
    assert [(s.from_stage, s.to_stage, s.step_date) for s in history(store, "2024-1").steps] == [
        (None, "treatment", date(2024, 1, 1))
    ]
    assert [v.made.reason for v in history(store, "2024-1").versions] == ["台账.csv"]
    assert [note.values["n"] for note in report.notes] == [1, 3]  # one says no stage, three no day of it


def test_an_xlsx_below_a_title_is_the_same_register(store: Database, tmp_path: Path) -> None:
    rows: list[list[Any]] = [[*row] for row in ROWS]
    rows[0][4], rows[0][8] = 2024, datetime(2024, 12, 31)
    assert outcomes(bring(store, write_xlsx(tmp_path / "a.xlsx", rows))) == ["added"] * 3
    assert outcomes(bring(store, write_csv(tmp_path / "b.csv", ROWS))) == ["unchanged"] * 3


def test_the_same_file_twice_changes_nothing_but_the_log(store: Database, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", ROWS)
    bring(store, file)
    before = entries(store)
    assert outcomes(bring(store, file)) == ["unchanged"] * 3
    assert entries(store) == before
    with store.read() as connection:
        assert state.get(connection, state.TARGETS_VERSION) == 1
        assert [row.action for row in audit.records(connection)] == ["import", "import"]
        assert audit.first_break(connection) is None


def test_a_corrected_file_changes_what_it_says_and_keeps_what_it_leaves_empty(store: Database, tmp_path: Path) -> None:
    bring(store, write_csv(tmp_path / "a.csv", ROWS))
    rows = [["2024-1", "武定苑小区", "", "", "", "", "", "", "", "加灯", ""], *ROWS[1:]]
    report = bring(store, write_csv(tmp_path / "b.csv", rows))
    assert outcomes(report) == ["changed", "unchanged", "unchanged"]
    assert report.outcomes[0].fields == ("name", "notes")
    now = entry(store, "2024-1").entry
    assert (now.name, now.notes, now.lead_unit, now.version) == ("武定苑小区", "加灯", "文昌派出所", 2)
    assert [v.entry.name for v in history(store, "2024-1").versions] == ["武定苑", "武定苑小区"]


def test_cells_of_measures_add_to_each_other(store: Database, tmp_path: Path) -> None:
    bring(store, write_csv(tmp_path / "a.csv", ROWS))
    bring(store, write_csv(tmp_path / "b.csv", [["2024-1", "武定苑", "装门禁"]], ["编号", "名称", "技防"]))
    assert entry(store, "2024-1").entry.measures == {"police": "夜间两班", "technical": "装门禁"}


def test_a_file_never_moves_a_target_that_is_there(store: Database, tmp_path: Path) -> None:
    bring(store, write_csv(tmp_path / "a.csv", ROWS))
    rows = [[*ROWS[0][:-1], "验收"], [*ROWS[1][:-1], "立项"], [*ROWS[2][:-2], "看", "销号"]]
    report = bring(store, write_csv(tmp_path / "b.csv", rows))
    assert outcomes(report) == ["unchanged", "unchanged", "changed"]
    assert [row.entry.stage for row in entries(store, sort="name", descending=False).rows].count("listed") == 2
    assert entry(store, "2024-1").entry.stage == "treatment"
    (note,) = report.notes
    assert note.values == {"n": 2, "lines": "2, 5"}  # line 3 has a line break in it
    assert "只由人变更" in note.text(translator("zh"))


def test_an_entry_without_a_number_is_known_again_by_year_level_and_name(store: Database, tmp_path: Path) -> None:
    header = ["名称", "类别", "级别", "年度", "备注"]
    bring(store, write_csv(tmp_path / "a.csv", [["板桥村", "村", "县级", "2023", ""]], header))
    rows = [
        ["板桥 村", "村", "县级", "2023", "改"],
        ["板桥村", "村", "县级", "2024", ""],
        ["板桥村", "村", "市级", "2023", ""],
    ]
    assert outcomes(bring(store, write_csv(tmp_path / "b.csv", rows, header))) == ["changed", "added", "added"]
    numbers = {row.entry.target_id for row in entries(store).rows}
    assert len(numbers) == 3
    assert all(number.startswith(("2023-", "2024-")) for number in numbers)


def test_a_made_number_does_not_depend_on_the_rows_around_it(store: Database, tmp_path: Path) -> None:
    header = ["名称", "类别", "级别", "年度"]
    rows = [[f"村{i}", "村", "县级", "2023"] for i in range(5)]
    bring(store, write_csv(tmp_path / "a.csv", rows, header))
    before = {row.entry.name: row.entry.target_id for row in entries(store).rows}
    assert outcomes(bring(store, write_csv(tmp_path / "b.csv", rows[::-1], header), dry_run=True)) == ["unchanged"] * 5
    assert before["村3"] == "2023-county-" + before["村3"].rsplit("-", 1)[1]


REFUSED: list[tuple[dict[str, str], str, str]] = [
    ({"名称": ""}, "no place name", "未写明名称"),
    ({"类别": "公园"}, "kind = 公园", "公园"),
    ({"类别": ""}, "no kind", "类别"),
    ({"级别": "省级"}, "level = 省级", "省级"),
    ({"级别": ""}, "no level", "级别"),
    ({"年度": "去年"}, "year = 去年", "去年"),
    ({"年度": "1990"}, "year = 1990", "1990"),
    ({"年度": ""}, "no year", "年度"),
    ({"期限": "2024-02-30"}, "deadline = 2024-02-30", "2024-02-30"),
    ({"期限": "尽快"}, "deadline = 尽快", "期限 = 尽快"),
    ({"状态": "搁置"}, "stage = 搁置", "搁置"),
    ({"编号": "2024/3"}, "number = 2024/3", "2024/3"),
    ({"备注": "联系13812345678"}, "notes holds", "备注 中疑似"),
    ({"名称": "苑" * 101}, "101 characters", "101"),
    ({"备注": "a\x07b"}, "U+0007", "U+0007"),
]


def test_a_row_that_cannot_be_taken_is_told_with_line_and_reason(
    store: Database, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    good = dict(zip(HEADER, ROWS[0], strict=True)) | {"编号": "2024-9"}
    bad = [list((good | cells).values()) for cells, _, _ in REFUSED]
    report = bring(store, write_csv(tmp_path / "a.csv", [ROWS[0], *bad, ROWS[2]]))
    assert outcomes(report) == ["added", *["refused"] * len(REFUSED), "added"]
    for line, (row, (cells, english, chinese)) in enumerate(zip(report.refused, REFUSED, strict=True), start=3):
        with subtests.test(cells=cells):
            assert row.line == line
            assert english in row.reasons()[1]
            assert chinese in row.reasons()[0]
    assert "13812345678" not in str(report.to_dict())
    assert entries(store).total == 2


def test_rows_with_too_many_fields_and_empty_rows_are_accounted_for(store: Database, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [ROWS[0], [""] * len(HEADER), [*ROWS[2], "多"], ROWS[2]])
    report = bring(store, path)
    assert [(row.line, row.what) for row in report.outcomes] == [(2, "added"), (4, "refused"), (5, "added")]
    assert "12 fields" in report.refused[0].reasons()[1]


def test_the_second_row_of_an_entry_is_refused_and_names_the_first(store: Database, tmp_path: Path) -> None:
    again = [["2024-1", "别名", *ROWS[0][2:]], ["", *ROWS[2][1:]]]
    report = bring(store, write_csv(tmp_path / "a.csv", [ROWS[0], ROWS[2], *again]))
    assert outcomes(report) == ["added", "added", "refused", "refused"]
    assert [row.reasons()[1] for row in report.refused] == [
        "It is the same entry as line 2.",
        "It is the same entry as line 3.",
    ]


def test_a_place_that_got_its_number_later_is_not_entered_twice(store: Database, tmp_path: Path) -> None:
    bring(store, write_csv(tmp_path / "a.csv", [ROWS[2]]))
    made = entries(store).rows[0].entry.target_id
    report = bring(store, write_csv(tmp_path / "b.csv", [["2024-77", *ROWS[2][1:]]]))
    assert outcomes(report) == ["refused"]
    assert made in report.refused[0].reasons()[1]


def test_namesakes_with_numbers_are_two_and_without_one_neither(store: Database, tmp_path: Path) -> None:
    rows = [["A-1", *ROWS[2][1:]], ["A-2", *ROWS[2][1:]], ["", *ROWS[2][1:]]]
    report = bring(store, write_csv(tmp_path / "a.csv", rows))
    assert outcomes(report) == ["added", "added", "refused"]
    assert "A-1, A-2" in report.refused[0].reasons()[1]


def test_columns_about_persons_stay_outside_and_are_told(store: Database, tmp_path: Path) -> None:
    header = [*HEADER, "责任人", "包保领导", "电话", "其他", "无用"]
    rows = [[*row, "张三", "李四", "13812345678", "津A12345", "x"] for row in ROWS]
    report = bring(store, write_csv(tmp_path / "a.csv", rows, header))
    assert outcomes(report) == ["added"] * 3
    assert [column.header for column in report.dropped] == ["责任人", "包保领导", "电话", "其他"]
    assert report.unused == ("无用",)
    text = "\n".join(report.lines(translator("zh"))) + str(report.to_dict())
    with store.read() as connection:
        text += str(list(audit.records(connection)))
    text += str([history(store, row.entry.target_id) for row in entries(store).rows])
    for person in ("张三", "李四", "13812345678", "津A12345"):
        assert person not in text


def test_numbers_that_look_like_identities_by_chance_are_numbers(store: Database, tmp_path: Path) -> None:
    numbers = [f"1202252024010{serial:05d}" for serial in range(40)]  # some pass the checksum of identity numbers
    rows = [[number, f"村{i}", "村", "县级", "2024"] for i, number in enumerate(numbers)]
    assert outcomes(bring(store, write_csv(tmp_path / "a.csv", rows, HEADER[:5]))) == ["added"] * 40


def test_trades_find_where_they_work_even_below_them(store: Database, tmp_path: Path) -> None:
    header = ["名称", "类别", "级别", "年度", "活动区域"]
    rows = [
        ["三轮车", "行业", "县级", "2024", "城区片区"],
        ["废品收购", "行业", "县级", "2024", "全县"],
        ["早市", "行业", "县级", "2024", "三轮车"],
        ["城区片区", "片区", "县级", "2023", ""],
        ["城区片区", "片区", "县级", "2024", ""],
        ["小区甲", "小区", "县级", "2024", "城区片区"],
    ]
    report = bring(store, write_csv(tmp_path / "a.csv", rows, header))
    assert outcomes(report) == ["added", "added", "refused", "added", "added", "refused"]
    works_in = {row.entry.name: row.entry.works_in for row in entries(store, kind="trade").rows}
    assert works_in["废品收购"] == "county"
    assert entry(store, str(works_in["三轮车"])).entry.year == 2024


def test_a_dry_run_tells_the_same_and_keeps_nothing(store: Database, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", [*ROWS, ["", "", *ROWS[0][2:]]])
    said = bring(store, file, dry_run=True)
    assert entries(store).total == 0
    with store.read() as connection:
        assert audit.head(connection)[0] == 0
    done = bring(store, file)
    assert outcomes(said) == outcomes(done) == ["added", "added", "added", "refused"]
    assert said.to_dict() | {"dry_run": False} == done.to_dict()


def test_a_file_that_fails_on_its_way_leaves_nothing(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(audit, "append", fail)
    with pytest.raises(OSError, match="disk full"):
        bring(store, write_csv(tmp_path / "a.csv", ROWS))
    monkeypatch.undo()
    assert entries(store).total == 0


def test_files_that_are_no_register_are_refused(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.geojson").write_text("{}")
    with pytest.raises(UnknownRegisterFormat, match="geojson"):
        bring(store, tmp_path / "a.geojson")
    with pytest.raises(MissingColumn, match="name"):
        bring(store, write_csv(tmp_path / "b.csv", [["1", "2"]], ["经度", "纬度"]))
    monkeypatch.setattr(registers, "MOST_ROWS", 2)
    assert len(bring(store, write_csv(tmp_path / "c.csv", ROWS[:2])).outcomes) == 2
    with pytest.raises(RegisterTooLong, match="3 rows"):
        bring(store, write_csv(tmp_path / "d.csv", ROWS))


def test_a_register_is_brought_in_by_planners(store: Database, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", ROWS)
    for role in ("viewer", "importer", "administrator", "auditor"):
        with pytest.raises(NotAllowed):
            bring(store, file, actor=Actor("某账号", role))
    assert outcomes(bring(store, file, actor=PLANNER)) == ["added"] * 3


def test_edits_of_persons_survive_an_older_file(store: Database, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "a.csv", ROWS)
    bring(store, file)
    change_entry(store, "2024-1", {"work_group": "第一组"}, version=1, actor=PLANNER, reason="r")
    take_step(store, "2024-1", "accepted", TODAY, "政法委", "", version=2, actor=PLANNER, today=TODAY)
    assert outcomes(bring(store, file)) == ["unchanged"] * 3
    now = entry(store, "2024-1").entry
    assert (now.work_group, now.stage, now.version) == ("第一组", "accepted", 3)


def test_eleven_years_come_in_and_come_back_the_same(store: Database, tmp_path: Path) -> None:
    known = [seed.entry for seed in make_register()]
    header = [
        "编号",
        "名称",
        "类别",
        "级别",
        "年度",
        "牵头单位",
        "工作组",
        "警防",
        "技防",
        "领导落实",
        "期限",
        "状态",
        "状态日期",
    ]
    rows = [
        [
            e.target_id, e.name, e.kind, e.level, str(e.year), e.lead_unit, e.work_group, e.measures["police"],
            e.measures["technical"], e.commitments["leadership"], e.deadline.isoformat() if e.deadline else "",
            e.stage, e.stage_since.isoformat(),
        ]
        for e in known
    ]  # fmt: skip
    report = bring(store, write_csv(tmp_path / "a.csv", rows, header))
    assert Counter(outcomes(report)) == {"added": 1084}
    assert {row.entry.target_id: row.entry for row in entries(store, per_page=2000).rows} == {
        e.target_id: e for e in known
    }


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-01", date(2024, 3, 1)), ("2024/3/1", date(2024, 3, 1)), ("2024年3月1日", date(2024, 3, 1)),
        ("2024.3.1", date(2024, 3, 1)), ("20240301", date(2024, 3, 1)), ("2024年2月底前", date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 28)), ("2024年12月", date(2024, 12, 31)), ("２０２４年３月１日", date(2024, 3, 1)),
        ("2024-02-30", None), ("2024-13-01", None), ("3月1日", None), ("20241301", None), ("", None),
    ],
)  # fmt: skip
def test_days_are_read_year_first_and_a_month_is_its_last_day(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_every_word_of_the_tables_means_one_thing() -> None:
    assert [stage_of(word) for words in STAGE_SYNONYMS.values() for word in words] == [
        stage for stage, words in STAGE_SYNONYMS.items() for _ in words
    ]
    assert [stage_of(stage) for stage in STAGES] == list(STAGES)
    headers = [word for words in REGISTER_SYNONYMS.values() for word in words]
    assert len(headers) == len(set(headers))
    assert [year_of(text) for text in ("2024", "2024年", "2024年度", "24", "2024-1")] == [2024, 2024, 2024, None, None]
