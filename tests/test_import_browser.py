"""The import in Chromium with name resolution off: the datum becomes evident, the rows land, nothing hostile runs."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from accounts import PASSWORD, QUICK, account
from browsing import CUT, SCROLLED, faults
from conftest import Watched
from playwright.sync_api import Browser, Page
from sites import running

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.settings import REPOSITORY, Settings
from geo_zhengzhi.store.database import Database
from tests.hostile import MARKUP as HOSTILE
from tests.stores import SHARED_ON_SQLITE
from web.app import create_app

DEMONSTRATION = REPOSITORY / "data" / "incidents" / "demo_incidents.csv"
LIMIT_MIB = 2
SIZES = ((1366, 768), (1366, 625), (1920, 1080))


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    cache = tmp_path_factory.mktemp("cache")
    return Settings(port=0, database_url="x", cache_dir=cache, max_upload_mib=LIMIT_MIB)


@pytest.fixture(scope="module")
def store(module_store) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        account(module_store, "录入岗", "importer", now=datetime.now(UTC))
        yield module_store


@pytest.fixture(scope="module")
def site(store, settings, demonstration) -> Iterator[str]:
    with running(create_app(settings, demonstration, store), settings) as address:
        yield address


@pytest.fixture
def page(watched: Watched, site: str) -> Page:
    return sign_in(watched.page, site)


def sign_in(page: Page, site: str) -> Page:
    page.goto(f"{site}sign-in?lang=en&next=/import?lang=en")
    page.locator("input[name=name]").fill("录入岗")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{site}import?lang=en")
    return page


@pytest.fixture(autouse=True)
def nothing_left(settings: Settings) -> Iterator[None]:
    """Whatever a test does, the folder of uploads is empty after it."""
    yield
    left = sorted((settings.cache_dir / "uploads").rglob("*"))
    shutil.rmtree(settings.cache_dir / "uploads", ignore_errors=True)
    assert left == []


def gcj02_copy(path: Path) -> pd.DataFrame:
    """The demonstration's incidents as a Chinese map service would say where they are; the true places are returned."""
    frame = pd.read_csv(DEMONSTRATION, dtype=str)
    true = frame[["incident_id"]].assign(x=frame["longitude"].astype(float), y=frame["latitude"].astype(float))
    x, y = wgs84_to_gcj02(true["x"].to_numpy(), true["y"].to_numpy())
    shifted = frame.assign(longitude=[f"{v:.8f}" for v in x], latitude=[f"{v:.8f}" for v in y], 报警人="张三")
    shifted.to_csv(path, index=False)
    return true


def send(page: Page, path: Path) -> None:
    page.set_input_files("input[type=file]", path)
    page.locator(".drop .btn").click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f]{32}"))


def shares(page: Page) -> dict[str, list[int]]:
    """What each card says: per cent in the county, in targets."""
    cards = page.locator(".datum").all()
    names = [card.locator("input").first.get_attribute("value") for card in cards]
    return {
        n: [int(t.split()[0]) for t in c.locator("dd b").all_inner_texts()] for n, c in zip(names, cards, strict=True)
    }


def places_in(store: Database) -> pd.DataFrame:
    from sqlalchemy import select

    from geo_zhengzhi.store.tables import incidents

    with store.read() as connection:
        found = connection.execute(select(incidents.c.incident_id, incidents.c.geom)).all()
    return pd.DataFrame([(row.incident_id, row.geom.x, row.geom.y) for row in found], columns=["incident_id", "x", "y"])


def test_a_file_in_gcj02_is_seen_to_be_so_and_lands_where_it_belongs(watched, page, site, store, tmp_path):
    true = gcj02_copy(tmp_path / "三月.csv")
    send(page, tmp_path / "三月.csv")
    assert page.locator("input[name=datum]:checked").count() == 0
    assert page.locator(".onward .btn").is_disabled()
    assert page.locator(".datum-map").get_attribute("data-chosen") == ""
    said = shares(page)
    assert said["gcj02"][1] > 75
    assert max(said["wgs84"][1], said["bd09"][1]) < 35
    assert "报警人" in page.locator(".found").inner_text()
    assert "张三" not in page.content()

    page.locator("input[value=gcj02]").check()
    assert page.locator(".cross.r1 > g").first.is_visible()
    assert not page.locator(".hollow.r1").is_visible()
    assert "592 m" in page.locator(".arrows.a1 text").all_text_contents()[0]
    page.locator(".onward .btn").click()
    page.wait_for_url(re.compile("/check"))
    counts = "read 4,199 = kept 4,199 + rejected 0 + duplicates 0"
    assert " ".join(page.locator(".sum").inner_text().split()) == counts
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile(r"/batches/\d+\?.*brought=1"), timeout=60_000)
    assert "new incidents 4,199" in page.locator(".brought").inner_text()

    found = places_in(store).merge(true, on="incident_id", suffixes=("", "_true"))
    assert len(found) == 4199
    assert np.abs(found[["x", "y"]].to_numpy() - found[["x_true", "y_true"]].to_numpy()).max() < 1e-6
    assert faults(watched) == []
    assert watched.foreign(site) == []
    page.locator(".brought a").click()
    page.locator("textarea").fill("试验")
    page.locator(".undo button").click()
    page.wait_for_url(re.compile("removed=4199"))
    assert places_in(store).empty


def hostile_file(path: Path) -> None:
    """Hostile words as headers and in every cell that is shown, with rows that are rejected."""
    headers = ["incident_id", "occurred_at", "longitude", "latitude", *(f"{word} 类" for word in HOSTILE)]
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(headers)
    for number, word in enumerate(HOSTILE * 3):
        place = ["117.4", "40.04"] if number % 3 else ["0", "0"]
        writer.writerow([f"{word}{number}", "2024-03-01", *place, *HOSTILE])
    path.write_text(content.getvalue(), "utf-8", newline="")


@SHARED_ON_SQLITE
def test_hostile_words_are_shown_on_every_step_and_nothing_runs(watched, page, site, tmp_path):
    name = "<img src=x onerror=window.pwned=1>'`${1}.csv" if Path("/").exists() else "a.csv"
    hostile_file(tmp_path / name)
    page.goto(f"{site}import?lang=en")
    send(page, tmp_path / name)

    def untouched() -> None:
        assert page.evaluate("window.pwned") is None
        assert page.locator("img[src=x], [onload], [onerror]").count() == 0
        assert page.locator("script:not([nonce])").count() == 0

    untouched()
    assert HOSTILE[0] in page.locator(".firstrows thead").inner_text()
    with page.expect_navigation(url=re.compile(r"c\.category=")):
        page.locator('select[name="c.category"]').select_option(f"{HOSTILE[0]} 类")
    untouched()
    assert HOSTILE[0] in page.locator(".firstrows tbody").inner_text()
    page.locator("input[value=wgs84]").check()
    page.locator(".onward .btn").click()
    page.wait_for_url(re.compile("/check"))
    untouched()
    told = page.locator(".rejects").inner_text()
    assert all(" ".join(word.split()) in " ".join(told.split()) for word in HOSTILE[:1])
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile(r"/batches/\d+"), timeout=60_000)
    untouched()
    assert HOSTILE[0] in page.locator(".rejects").inner_text()
    page.locator("textarea").fill(HOSTILE[0] + HOSTILE[1])
    page.locator(".undo button").click()
    page.wait_for_url(re.compile("removed="))
    untouched()
    assert faults(watched) == []
    assert watched.foreign(site) == []


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_on_any_step(watched, page, site, tmp_path, language):
    frame = pd.read_csv(DEMONSTRATION, dtype=str).head(300)
    frame.loc[3, "longitude"] = ""
    frame = frame.assign(车牌号="津A12345", 联系电话="13800138000", 备注栏目名称很长很长很长="一段话")
    frame.to_csv(tmp_path / "二〇二四年第一季度全区警情导出（第三次更正）-final-final-v2.csv", index=False)
    page.goto(f"{site}import?lang={language}")
    look(page, "file")
    send(page, next(tmp_path.glob("*.csv")))
    whole(page, "fields")
    page.locator("input[value=wgs84]").check()
    whole(page, "chosen")
    page.locator(".onward .btn").click()
    page.wait_for_url(re.compile("/check"))
    look(page, "check")
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile(r"/batches/\d+"), timeout=60_000)
    look(page, "batch")
    page.goto(f"{site}batches?lang={language}")
    look(page, "batches")
    undo_last(page, site)
    assert faults(watched) == []


def look(page: Page, told: str) -> None:
    """At every size: nothing is cut or reaches beyond the page, but tables that scroll in their own part."""
    for width, height in (*SIZES, (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        scrolled = (*SCROLLED, "DIV.example", "TABLE.") if width < 1024 else ()
        by_intent = ("A.me", "DIV.rejects", "TD", "SPAN.filename", *scrolled)
        assert [found for found in page.evaluate(CUT) if not found.startswith(by_intent)] == [], (told, width)


def whole(page: Page, told: str) -> None:
    """Step 2 fills the screen: it scrolls in its parts, and what is shortened there is so by intent."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        by_intent = ("TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "B.", "SPAN.", "A.me")
        cut = [found for found in page.evaluate(CUT) if not found.startswith(by_intent)]
        assert [found for found in cut if "firstrows" not in found] == [], (told, width)
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight + 1"), (told, height)
        assert page.locator(".onward .btn").is_visible()


def undo_last(page: Page, site: str) -> None:
    page.goto(f"{site}batches")
    page.locator("tbody a").first.click()
    page.locator("textarea").fill("试验")
    page.locator(".undo button").click()
    page.wait_for_url(re.compile("removed="))


def test_without_a_script_the_same_forms_lead_to_the_batch(browser: Browser, site, tmp_path):
    pd.read_csv(DEMONSTRATION, dtype=str).head(50).to_csv(tmp_path / "a.csv", index=False)
    context = browser.new_context(java_script_enabled=False)
    page = sign_in(context.new_page(), site)
    send(page, tmp_path / "a.csv")
    assert page.locator(".datum-map svg.dm").first.is_visible()
    page.locator("input[value=wgs84]").check()
    page.locator(".show button").click()
    page.wait_for_url(re.compile("datum=wgs84"))
    assert page.locator(".cross.r0").is_visible()
    page.locator(".onward .btn").click()
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile(r"/batches/\d+"), timeout=60_000)
    assert "new incidents 50" in page.locator(".brought").inner_text()
    undo_last(page, site)
    context.close()


@SHARED_ON_SQLITE
def test_a_file_above_the_limit_is_refused_before_a_byte_is_sent(watched, page, site, tmp_path):
    (tmp_path / "large.csv").write_bytes(b"lon,lat\n" * (LIMIT_MIB * 2**17 + 1))
    watched.requests.clear()
    page.set_input_files("input[type=file]", tmp_path / "large.csv")
    page.locator(".drop .btn").click()
    assert "larger than 2 MiB" in page.locator(".refused").inner_text()
    assert [url for url in watched.requests if "icon" not in url] == []


@SHARED_ON_SQLITE
def test_a_file_that_cannot_be_read_is_refused_in_place_and_another_can_be_sent(watched, page, site, tmp_path):
    (tmp_path / "bad.geojson").write_text("<OGRVRTDataSource/>")
    page.set_input_files("input[type=file]", tmp_path / "bad.geojson")
    page.locator(".drop .btn").click()
    page.locator(".refused").wait_for()
    assert "does not hold what its ending says" in page.locator(".refused").inner_text()
    assert page.url == f"{site}import?lang=en"
    (tmp_path / "good.csv").write_text("lon,lat,date\n117.4,40.04,2024-03-01\n")
    send(page, tmp_path / "good.csv")
    page.locator("form.bare button", has_text="Discard").click()
    page.wait_for_url(re.compile(r"/import\?"))


@SHARED_ON_SQLITE
def test_the_map_goes_to_its_spots_zooms_and_moves(watched, page, site, tmp_path):
    gcj02_copy(tmp_path / "a.csv")
    send(page, tmp_path / "a.csv")
    large = page.locator("svg.dm").first

    def view() -> list[float]:
        return [float(part) for part in large.get_attribute("viewBox").split()]

    first = view()
    page.locator(".spots button").nth(1).click()
    assert view()[:2] != first[:2]
    page.locator(".spots button").last.click()
    assert view()[2] > 30_000
    assert "far" in large.get_attribute("class")
    page.locator(".spots button").first.click()
    page.locator("[data-zoom=in]").click()
    assert view()[2] == pytest.approx(first[2] / 2)
    box = large.bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.wheel(0, -100)
    zoomed = view()
    assert zoomed[2] < first[2] / 2
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=3)
    page.mouse.up()
    assert view()[0] > zoomed[0]
    assert page.locator(".dm-scale span").inner_text().endswith("m")
    page.locator(".datum").nth(2).hover()
    assert page.locator(".datum-map").get_attribute("data-look") == "2"
    page.locator("form.bare button", has_text="Discard").click()
    page.wait_for_url(re.compile(r"/import\?"))
    assert faults(watched) == []
