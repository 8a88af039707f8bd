"""The meeting file itself: opens from disk, turns its pages, prints, holds hostile words as words, can be verified."""

import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest
import shapely
from browsing import until
from click.testing import CliRunner
from meetings import HOSTILE, county, draw, export, plant_targets
from studies import incident

from geo_zhengzhi.cli import commands
from geo_zhengzhi.errors import (
    InvalidParameter,
    MonthsNotOver,
    NotAMeetingFile,
    NotWholeMonths,
    TargetNotInForce,
)
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.places import snapped
from geo_zhengzhi.services.meeting.verifying import verify_file
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.blocks import blocks_of
from geo_zhengzhi.store import audit, exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

SIZES = ((1366, 768), (1920, 1080))
N_PAGES = 7
# Elements of the page that is shown whose text is wider than they are, or that reach beyond the page.
CUT = """() => [...document.querySelectorAll('.slide.on *')].filter((element) => {
  if (element.closest('svg, .live, .sheet')) { return false; }
  const box = element.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
}).map((element) => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def made(
    new_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Study, dict[str, Meeting]]]:
    """A store with hostile words in every field, and a file of each language."""
    path = tmp_path_factory.mktemp("meeting") / "store.gpkg"
    shutil.copyfile(new_file, path)
    database = open_store(f"sqlite:///{path}")
    study = county(draw(), words=HOSTILE)
    plant_targets(database, study, HOSTILE)
    wanted = {"classification": HOSTILE[:40]}
    files = {
        language: export(database, study, "2024-02", "2024-03", language=language, **wanted)
        for language in ("zh", "en")
    }
    yield database, study, files
    database.close()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids=["1366", "1920"])
def test_it_opens_from_disk_and_turns_every_page_without_a_request(
    watched: Any, tmp_path: Path, made: Any, language: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "meeting.html"
    path.write_text(made[2][language].html, "utf-8")
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    for number, key in enumerate(["PageDown", "ArrowRight", " ", "ArrowDown", "PageDown", "ArrowRight"], start=1):
        assert page.evaluate(CUT) == []
        page.keyboard.press(key)
        assert page.evaluate("zhengzhi.slides.at()") == number
    assert page.evaluate("zhengzhi.slides.maps()") == 3
    page.keyboard.press("Home")
    assert page.evaluate("zhengzhi.slides.at()") == 0
    page.keyboard.press("End")
    assert page.evaluate("[zhengzhi.slides.at() + 1, zhengzhi.slides.n]") == [N_PAGES, N_PAGES]
    page.keyboard.press("PageUp")
    assert page.evaluate("location.hash") == f"#s{N_PAGES - 1}"
    assert [url for url in watched.requests if not url.startswith((path.as_uri(), "data:"))] == []
    assert watched.faults == []


def test_legend_names_and_scale_are_as_large_a_part_of_every_screen(watched: Any, tmp_path: Path, made: Any) -> None:
    path = tmp_path / "meeting.html"
    path.write_text(made[2]["en"].html, "utf-8")
    parts = []
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        watched.page.goto("about:blank")
        watched.page.goto(path.as_uri() + "#s3")
        until(watched.page, "window.zhengzhi && window.zhengzhi.slides")
        box = "(css) => document.querySelector(css).getBoundingClientRect().width / innerWidth"
        parts.append(
            [watched.page.evaluate(box, css) for css in (".zz-legend", ".slide.on .zz-north", ".p1 .zz-badge")]
        )
    assert parts[0] == pytest.approx(parts[1], rel=0.02)
    assert watched.page.evaluate("zhengzhi.map.getSize().x") == pytest.approx(806, abs=2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_closing_page_cuts_no_line_however_much_there_is_to_say(
    watched: Any, tmp_path: Path, made: Any, language: str
) -> None:
    database, study, _ = made
    path = tmp_path / "meeting.html"
    path.write_text(export(database, study, "2024-01", "2024-03", language=language, k=3).html, "utf-8")
    page = watched.page
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    page.keyboard.press("End")
    page.locator(".slide.on li").first.evaluate("(li) => { for (let n = 2; n--;) { li.after(li.cloneNode(true)); } }")
    lines, foot = page.locator(".slide.on .p3 li, .slide.on .p3 p, .slide.on .p3 tr"), page.locator(".slide.on .ft")
    assert page.locator(".slide.on li").count() == 12  # one more than can stand there at once
    bottoms = lines.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().bottom)")
    assert max(bottoms) < foot.bounding_box()["y"]


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_it_prints_one_page_of_paper_for_each_of_its_pages(watched: Any, tmp_path: Path, made: Any, paper: str) -> None:
    path = tmp_path / "meeting.html"
    path.write_text(made[2]["zh"].html, "utf-8")
    watched.page.goto(path.as_uri())
    until(watched.page, "window.zhengzhi && window.zhengzhi.slides")
    printed = watched.page.pdf(format=paper, landscape=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == N_PAGES
    watched.page.emulate_media(media="print")
    assert watched.page.locator(".live").first.is_hidden()
    assert watched.page.locator(".ft button").first.is_hidden()
    assert watched.page.locator(".sheet svg.m").count() >= 4
    assert watched.page.locator(".sheet .north").count() == watched.page.locator(".sheet svg.m").count()
    assert watched.page.locator("#w-heat path").count() == 2  # classes of heat that the plan reaches
    assert watched.page.locator(".sheet use[href='#w-heat']").count() == watched.page.locator(".sheet svg.m").count()
    assert not [
        image for page in pypdf.PdfReader(io.BytesIO(printed)).pages for image in page.images
    ]  # sharp on any printer


def test_hostile_words_stay_words(watched: Any, tmp_path: Path, made: Any) -> None:
    path = tmp_path / "meeting.html"
    path.write_text(made[2]["en"].html, "utf-8")
    watched.page.goto(path.as_uri() + "#s3")
    until(watched.page, "window.zhengzhi && window.zhengzhi.slides")
    assert watched.page.locator(".slide.on h1").inner_text() == HOSTILE
    assert watched.page.locator("img[src='x']").count() == 0
    assert HOSTILE[:30] in watched.page.locator(".slide.on .cl").inner_text()
    assert "49" not in watched.page.locator(".slide.on .th").inner_text()
    assert watched.faults == []


def test_it_is_one_file_below_a_megabyte_with_one_leaflet_and_a_manifest(made: Any) -> None:
    html = made[2]["zh"].html
    assert len(html.encode()) < 1_000_000
    assert html.count("Leaflet 1.9.4") <= 1
    manifest = json.loads(re.search(r'id="meeting-manifest">(.*?)</script>', html)[1])  # type: ignore[index]
    assert manifest["boundaries"] == {"T-1": 1, "T-2": 1, "T-3": 1}
    assert manifest["parameters"]["from"] == "2024-02"
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", manifest["audit_head"])


def test_who_made_it_and_why_is_in_the_store_and_not_in_the_file(made: Any) -> None:
    database, study, _ = made
    again = export(database, study, "2023-02", "2023-03", reason="常务会议题三")
    assert "常务会议题三" not in again.html
    with database.read() as connection:
        last = exports.all_exports(connection)[-1]
        record = list(audit.records(connection))[-1]
    assert (last.reason, last.made_by, last.sha256) == ("常务会议题三", "system", again.sha256)
    assert (record.action, record.object) == ("export", f"meeting {last.export_id}")
    assert again.sha256 in record.detail


def test_verifying_tells_a_good_file_a_tampered_one_and_changed_data(tmp_path: Path, made: Any) -> None:
    database, study, files = made
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text(files["zh"].html, "utf-8")
    bad.write_text(files["zh"].html.replace("2024-02", "2024-01", 1), "utf-8")
    found = verify_file(database, study, good)
    assert (found.is_ours, found.data_changed, found.made_by) == (True, False, "system")
    assert not verify_file(database, study, bad).is_ours
    later = verify_file(database, county([*draw(), incident((0, 0), "2024-05-01 10:00")], words=HOSTILE), good)
    assert (later.is_ours, later.data_changed, later.boundaries_changed) == (True, True, False)
    redrawn = verify_file(database, county(draw(), version=2, grown_m=30.0), good)
    assert redrawn.boundaries_changed
    bad.write_text("<html></html>")
    with pytest.raises(NotAMeetingFile, match=r"bad\.html"):
        verify_file(database, study, bad)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02-01", "2024-03"),
        ("2024-13", "2024-13"),
        ("2024-03", "2024-02"),
        ("2020-01", "2024-02"),
        ("", "2024-02"),
    ],
)
def test_anything_but_whole_months_is_refused(first: str, last: str) -> None:
    with pytest.raises(NotWholeMonths, match="whole calendar months"):
        Months.written(first, last)


def test_months_beyond_the_data_unknown_targets_and_a_k_of_one_are_refused(made: Any) -> None:
    database, study, _ = made
    with pytest.raises(MonthsNotOver, match="2022-01 to 2024-06"):
        export(database, study, "2024-06", "2024-07")
    with pytest.raises(TargetNotInForce, match="T-9"):
        export(database, study, "2024-02", "2024-02", targets=("T-9",))
    with pytest.raises(InvalidParameter, match="k"):
        export(database, study, "2024-02", "2024-02", k=1)


def test_chosen_targets_alone_have_pages(made: Any) -> None:
    database, study, _ = made
    one = export(database, study, "2024-02", "2024-03", targets=("T-3",))
    assert one.html.count('<article class="slide"') == 5


def test_a_block_holds_at_least_k_and_its_corners_do_not_move_with_the_data() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(0, 900, (2, 300))
    blocks = blocks_of(x, y, 5)
    assert min(block.n for block in blocks) >= 5
    assert all(block.west_m % 200 == 0 and block.south_m % 200 == 0 for block in blocks)
    assert blocks_of(x[:4] * 0, y[:4] * 0, 5) == []
    assert len({(b.west_m, b.south_m) for b in blocks}) == len(blocks)


def test_a_snapped_outline_is_valid_and_on_the_grid() -> None:
    for outline in (shapely.Point(130, 170).buffer(3), shapely.Point(40, 60).buffer(160), shapely.box(0, 0, 260, 33)):
        found = snapped(outline)
        assert found.is_valid
        assert not found.is_empty
        assert (shapely.get_coordinates(found) % 100 == 0).all()


def test_the_command_line_refuses_days_with_one_sentence(made: Any, tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        commands, ["export", "-o", str(tmp_path / "x.html"), "--from", "2024-02-01", "--to", "2024-03"]
    )
    assert isinstance(answer.exception, NotWholeMonths)
    assert not (tmp_path / "x.html").exists()
