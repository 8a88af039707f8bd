"""What is said of a file before it is read in: format, headers, first rows; nothing about persons among them."""

import json

import numpy as np
import pandas as pd
import pytest

from geo_zhengzhi.errors import AmbiguousColumn, NoHeader, PersonalColumn, UnknownHeader
from geo_zhengzhi.services.imports.sampling import N_SAMPLED, recognise, said_by_hand, take_sample

HEADERS = "案件编号,时间,经度,纬度,类别,报警人,身份证号,地址,备注"


@pytest.fixture
def write(tmp_path):
    def write(text, name="警情.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def rows(n):
    return "\n".join(
        f"A{i},2024-03-01 08:{i % 60:02d},117.4,40.0,盗窃,张三,110101199003077758,某路1号,说明" for i in range(n)
    )


def test_format_encoding_delimiter_and_rows_are_told(write):
    sample = take_sample(write(f"{HEADERS}\n{rows(3)}\nA4,多一,列\n", encoding="gb18030"))
    table = sample.table
    assert (table.format, table.encoding, table.delimiter) == ("CSV", "GB18030", ",")
    assert (sample.n_rows, sample.n_ragged, table.n_rows) == (4, 1, 3)


def test_the_sample_is_even_holds_the_first_rows_and_is_at_most_three_hundred(write):
    sample = take_sample(write(f"{HEADERS}\n{rows(10_000)}\n"))
    assert 290 <= sample.table.n_rows <= N_SAMPLED
    assert sample.lines[:6].tolist() == [2, 3, 4, 5, 6, 36]
    assert sample.lines[-1] == 10_001
    assert np.diff(sample.lines[5:]).max() - np.diff(sample.lines[5:]).min() <= 1


def test_columns_about_persons_are_named_counted_and_nowhere_shown(write):
    sample = take_sample(write(f"{HEADERS}\n{rows(7)}\n"))
    fields = recognise(sample)
    assert [(d.header, d.why, d.n_values) for d in sample.dropped] == [
        ("报警人", "name", 7),
        ("身份证号", "identity number", 7),
        ("地址", "address", 7),
    ]
    assert [shown.header for shown in fields.shown] == ["案件编号", "时间", "经度", "纬度", "类别", "备注"]
    assert fields.headers == ("案件编号", "时间", "经度", "纬度", "类别", "地址", "备注")
    everything = repr(fields.shown) + repr([column.to_pylist() for column in sample.table.columns])
    assert "张三" not in everything
    assert "110101199003077758" not in everything


def test_free_text_is_withheld_until_it_is_read_and_a_phone_in_it_always(write):
    sample = take_sample(
        write("lon,lat,date,甲,乙\n1,2,2024-03-01,与李四口角,13800138000\n3,4,2024-03-02,120,电话 13800138000\n")
    )
    by_header = {shown.header: shown.values for shown in recognise(sample).shown}
    assert by_header["甲"] == ("…", "120")
    assert "乙" not in by_header
    assert {s.header: s.values for s in recognise(sample, {"category": "乙"}).shown}["乙"] == ("", "")
    assert {s.header: s.values for s in recognise(sample, {"category": "甲"}).shown}["甲"] == ("与李四口角", "120")


def test_two_headers_for_one_column_are_both_offered_and_a_choice_settles_it(write):
    sample = take_sample(write("时间,日期,lon,lat\n2024-03-01,2024-03-02,1,2\n"))
    field = next(f for f in recognise(sample).fields if f.column == "occurred_at")
    assert (field.header, field.candidates) == ("", ("时间", "日期"))
    settled = {f.column: f.header for f in recognise(sample, {"occurred_at": "日期"}).fields}
    assert settled["occurred_at"] == "日期"


def test_only_what_differs_from_the_headers_own_meaning_is_a_mapping(write):
    sample = take_sample(write("时间,日期,lon,lat,类型\n2024-03-01,2024-03-02,1,2,x\n"))
    choices = {f.column: f.header for f in recognise(sample).fields}
    assert said_by_hand(sample, choices) == {"occurred_at": ""}
    choices |= {"occurred_at": "时间", "category": "", "nonsense": "lon"}
    assert said_by_hand(sample, choices) == {"occurred_at": "时间", "category": ""}


@pytest.mark.parametrize(
    ("mapping", "error"),
    [
        ({"category": "报警人"}, PersonalColumn),
        ({"category": "没有"}, UnknownHeader),
        ({"longitude": "经度"}, AmbiguousColumn),
    ],
)
def test_a_mapping_that_is_not_possible_is_refused(write, mapping, error):
    sample = take_sample(write("经度,经度,纬度,报警人\n1,1,2,张三\n"))
    with pytest.raises(error):
        recognise(sample, mapping)


def test_a_file_with_geometries_asks_for_no_columns_of_places(write):
    feature = {
        "type": "Feature",
        "properties": {"时间": "2024-03-01"},
        "geometry": {"type": "Point", "coordinates": [117, 40]},
    }
    sample = take_sample(write(json.dumps({"type": "FeatureCollection", "features": [feature]}), "a.geojson"))
    assert not {"longitude", "latitude", "x", "y"} & {field.column for field in recognise(sample).fields}
    assert recognise(sample).shown[0].values == ("2024-03-01",)
    assert sample.table.points.x.tolist() == [117.0]


def test_a_header_without_rows_is_a_sample_of_none_and_an_empty_file_is_refused(write):
    sample = take_sample(write("lon,lat,date\n"))
    assert (sample.n_rows, sample.table.n_rows, recognise(sample).lines) == (0, 0, ())
    with pytest.raises(NoHeader):
        take_sample(write(""))


def test_a_sheet_below_a_title_gives_its_own_row_numbers(tmp_path):
    path = tmp_path / "警情.xlsx"
    frame = pd.DataFrame({"时间": ["2024-03-01"], "经度": [117.4], "纬度": [40.0]})
    frame.to_excel(path, index=False, startrow=3)
    assert take_sample(path).lines.tolist() == [5]
