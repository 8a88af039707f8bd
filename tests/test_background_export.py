"""The background in a meeting's file: as many of the county's own tiles as fit, none of a service's, never a key."""

import json
import re
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browsing import until
from click.testing import CliRunner
from meetings import DAY, NOW, county, draw, plant_targets
from pypdf import PdfReader
from sites import at, site_of
from tile_files import tiles_of, write_mbtiles, write_pmtiles

from geo_zhengzhi.cli import commands
from geo_zhengzhi.cli import meeting as cli_meeting
from geo_zhengzhi.errors import BackgroundElsewhere, BackgroundTooLarge, InvalidParameter, NoBackgroundFile
from geo_zhengzhi.io.tile_files import TileFile
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.console.maps import map_file
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.background_packing import MB, Pack, offers, pack_background
from geo_zhengzhi.services.meeting.files import ENDINGS
from geo_zhengzhi.services.meeting.making import Meeting, export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.preset_files import make_preset
from geo_zhengzhi.services.meeting.preset_rules import Preset
from geo_zhengzhi.services.meeting.presets import find_preset, save_preset
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

STUDY = county(draw(36))
KEY = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
MONTHS = Months.written("2024-02", "2024-03")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("background")


@pytest.fixture(scope="module")
def tiles(folder: Path) -> Path:
    """The county's file: zooms 6 to 16 around the targets."""
    return write_mbtiles(
        folder / "county.mbtiles", tiles_of(range(6, 17), (117.41, 40.01), 12), attribution="<b>县测绘</b>"
    )


@pytest.fixture(scope="module")
def store(new_file: Path, folder: Path) -> Any:
    path = folder / "store.gpkg"
    path.write_bytes(new_file.read_bytes())
    database = open_store(f"sqlite:///{path}")
    plant_targets(database, STUDY)
    yield database
    database.close()


def exported(store: Database, pack: Pack | None, ending: str = ".html", settings: Settings | None = None) -> Meeting:
    asked = Asked(MONTHS, DAY, background=pack)
    return export_meeting(store, STUDY, asked, settings or Settings(), actor=SYSTEM, now=NOW, ending=ending)


def test_zooms_are_reduced_until_they_fit_and_said(tiles: Path) -> None:
    settings = Settings(tiles=str(tiles))
    large = pack_background(settings, STUDY, most_mb=50)
    assert (large.lowest, large.highest, large.closest) == (6, 16, 16)
    zooms = {int(key.split("/")[0]) for key in large.pictures}
    assert zooms == set(range(large.first, 17))
    assert large.n_bytes == sum(len(key) + len(picture) + 8 for key, picture in large.pictures.items())
    fine = pack_background(settings, STUDY, most_mb=1)
    assert fine.n_bytes <= MB


def test_a_budget_is_never_passed_and_places_come_closer_than_the_county(folder: Path) -> None:
    around = tiles_of(range(11, 17), (117.41, 40.01), 4)
    heavy = {key: content + b"\x00" * 60_000 for key, content in around.items()}
    settings = Settings(tiles=str(write_pmtiles(folder / "heavy.pmtiles", heavy)))
    sizes = []
    for most_mb in (1, 2, 4, 8):
        pack = pack_background(settings, STUDY, ("T-1",), most_mb=most_mb)
        assert pack.n_bytes <= most_mb * MB
        assert pack.first <= pack.last <= pack.closest
        sizes.append((pack.last, pack.closest, len(pack.pictures)))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert any(last < closest for last, closest, _ in sizes)
    assert offers(settings, STUDY, ("T-1",))[0]["most"] == 1


def test_a_budget_that_holds_nothing_or_is_none_is_said(folder: Path) -> None:
    heavy = {key: content + b"\x00" * 1_500_000 for key, content in tiles_of([10], (117.41, 40.01), 2).items()}
    settings = Settings(tiles=str(write_mbtiles(folder / "large.mbtiles", heavy)))
    with pytest.raises(BackgroundTooLarge, match=r"zoom 10 alone takes \d+\.\d MB"):
        pack_background(settings, STUDY, most_mb=1)
    assert [pack["most"] for pack in offers(settings, STUDY)] == [8] or offers(settings, STUDY) == []
    for most_mb in (0, 51):
        with pytest.raises(InvalidParameter, match="background_budget_mb"):
            pack_background(settings, STUDY, most_mb=most_mb)


def test_a_file_of_another_county_is_said(folder: Path) -> None:
    settings = Settings(tiles=str(write_mbtiles(folder / "far.mbtiles", tiles_of(range(8, 12), (2.3, 48.8)))))
    with pytest.raises(BackgroundElsewhere, match=r"far\.mbtiles has no tiles of this county"):
        pack_background(settings, STUDY)
    assert offers(settings, STUDY) == []


@pytest.mark.parametrize("text", ["", "amap", f"tianditu:{KEY}", "https://x.example/{z}/{x}/{y}"])
def test_a_service_s_tiles_go_into_no_file(text: str) -> None:
    with pytest.raises(NoBackgroundFile, match="own MBTiles or PMTiles file"):
        pack_background(Settings(tiles=text), STUDY)
    assert offers(Settings(tiles=text), STUDY) == []


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """A file, and what is packed in it: members of archives, streams of a PDF."""
    found = {name: content}
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for inner in archive.namelist():
                found |= unpacked(f"{name}/{inner}", archive.read(inner))
    if content.startswith(b"%PDF"):
        for number, stream in enumerate(re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)):
            with suppress(zlib.error):
                found[f"{name}/{number}"] = zlib.decompress(stream)
    return found


@pytest.mark.parametrize("text", [f"tianditu:{KEY}", f"https://x.example/{{z}}/{{x}}/{{y}}?tk={KEY}"])
def test_no_key_and_no_address_of_a_service_enters_any_kind_of_export(store: Database, text: str) -> None:
    settings = Settings(tiles=text)
    pieces = unpacked("meeting.zip", exported(store, None, ".zip", settings).content)
    assert {Path(name).suffix for name in pieces} >= {*ENDINGS} - {".zip"}
    for name, piece in pieces.items():
        for word in (KEY, "tianditu", "x.example"):
            assert word.encode() not in piece, name
    page = map_file(assess(STUDY, Query(MONTHS.period(STUDY.timezone))), "en", settings)
    assert KEY not in page
    assert "tianditu" not in page


@pytest.mark.parametrize(("datum", "language"), [("wgs84", "zh"), ("gcj02", "en")])
def test_the_file_opens_from_disk_on_its_own_tiles_without_a_request(
    watched: Any, store: Database, tiles: Path, tmp_path: Path, datum: str, language: str
) -> None:
    settings = Settings(tiles=f"{datum}:{tiles}")
    pack = pack_background(settings, STUDY, most_mb=4)
    asked = Asked(MONTHS, DAY, language=language, background=pack)
    made = export_meeting(store, STUDY, asked, settings, actor=SYSTEM, now=NOW)
    assert exported_again(store, asked, settings) == made.content
    path = tmp_path / "meeting.html"
    path.write_bytes(made.content)
    page = watched.page
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    shown = ".slide.on .leaflet-tile-pane img.leaflet-tile-loaded[src^='data:image/png']"
    for number in (1, 2):
        page.keyboard.press("PageDown")
        page.wait_for_selector(shown)
        assert page.evaluate("zhengzhi.slides.at()") == number
    assert "县测绘" in page.locator(".slide.on .ft").inner_text()
    under_paper = "[...document.querySelectorAll('.sheet .tiles image')].map((one) => one.getAttribute('href'))"
    pictures = page.evaluate(under_paper)
    assert len(pictures) > 4
    assert all(picture in pack.pictures.values() for picture in pictures)
    assert page.locator(".sheet .m").count() == page.locator(".sheet .m:has(.tiles image)").count() > 3
    assert page.locator("b", has_text="县测绘").count() == 0
    assert ("GCJ-02" in page.locator(".slide.on .ft").inner_text()) == (datum == "gcj02")
    assert [url for url in watched.requests if not url.startswith((path.as_uri(), "data:"))] == []
    assert watched.faults == []
    manifest = json.loads(re.search(r'id="meeting-manifest">(.*?)</script>', made.html)[1])  # type: ignore[index]
    assert manifest["parameters"]["background"] == pack.plain()
    assert manifest["parameters"]["background"]["datum"] == datum


def exported_again(store: Database, asked: Asked, settings: Settings) -> bytes:
    return export_meeting(store, STUDY, asked, settings, actor=SYSTEM, now=NOW).content


def test_without_one_the_file_is_the_same_as_before(store: Database, tiles: Path) -> None:
    plain = exported(store, None)
    assert exported(store, None, settings=Settings(tiles=str(tiles))).sha256 == plain.sha256
    assert "zhengzhi.tiles({" not in plain.html
    assert exported(store, pack_background(Settings(tiles=str(tiles)), STUDY)).sha256 != plain.sha256


def test_the_offers_are_read_once_and_again_when_the_file_is_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_mbtiles(folder / "offered.mbtiles", tiles_of(range(9, 14), (117.41, 40.01), 3))
    settings, read = Settings(tiles=str(path)), []
    real = TileFile.tile
    monkeypatch.setattr(TileFile, "tile", lambda *given: read.append(given) or real(*given))
    first = offers(settings, STUDY)
    n_read = len(read)
    assert n_read > 0
    assert offers(settings, STUDY) == first
    assert len(read) == n_read
    assert offers(settings, STUDY, ("T-1",)) != []
    n_read = len(read)
    write_mbtiles(path, tiles_of(range(9, 13), (117.41, 40.01), 3))
    assert offers(settings, STUDY) != first
    assert len(read) > n_read


def in_pdf(content: bytes) -> tuple[list[str], int]:
    """The words of each page of a PDF, and how many bytes its pictures take."""
    pages = PdfReader(BytesIO(content)).pages
    images = [one.get_object() for page in pages for one in (page["/Resources"].get("/XObject") or {}).values()]
    found = {id(one): len(one._data) for one in images if one["/Subtype"] == "/Image"}
    return [page.extract_text() for page in pages], sum(found.values())


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_a_pdf_has_the_tiles_under_its_maps_with_their_attribution_within_the_budget(
    store: Database, tiles: Path, datum: str
) -> None:
    settings = Settings(tiles=f"{datum}:{tiles}")
    asked = Asked(MONTHS, DAY, ("T-3",), background=pack_background(settings, STUDY, ("T-3",), most_mb=1))
    made, again = (
        export_meeting(store, STUDY, asked, settings, actor=SYSTEM, now=NOW, ending=".pdf") for _ in range(2)
    )
    assert made.content == again.content
    words, n_bytes = in_pdf(made.content)
    assert all("县测绘" in page for page in words[1:3])
    assert all("GCJ-02" not in page for page in words)  # paper is drawn in WGS-84, and the tiles are moved there
    assert 0 < n_bytes <= MB


@pytest.mark.parametrize("ending", [".png", ".pptx"])
def test_pictures_show_the_tiles_and_nothing_of_a_service(store: Database, tiles: Path, ending: str) -> None:
    settings = Settings(tiles=str(tiles))
    pack = pack_background(settings, STUDY, ("T-3",), most_mb=1)
    made = [
        export_meeting(
            store, STUDY, Asked(MONTHS, DAY, ("T-3",), background=one), settings, actor=SYSTEM, now=NOW, ending=ending
        ).content
        for one in (pack, pack, None)
    ]
    assert made[0] == made[1] != made[2]
    assert len(made[0]) <= len(made[2]) + MB


def test_kinds_that_hold_no_tiles_are_the_same_with_and_without_them(store: Database, tiles: Path) -> None:
    pack = pack_background(Settings(tiles=str(tiles)), STUDY)
    assert exported(store, pack, ".geojson").sha256 == exported(store, None, ".geojson").sha256


def test_a_preset_takes_its_background_along_or_says_that_there_is_none(store: Database, tiles: Path) -> None:
    preset = Preset("mapped", "last-month", background_mb=2)
    save_preset(store, preset, version=0, actor=SYSTEM)
    assert find_preset(store, "mapped", actor=SYSTEM) == preset
    made = make_preset(
        store,
        STUDY,
        find_preset(store, "mapped", actor=SYSTEM),
        Settings(tiles=str(tiles)),
        actor=SYSTEM,
        now=NOW,
        day=DAY,
    )
    assert "data:image/png;base64," in made.meeting.html
    with pytest.raises(NoBackgroundFile):
        make_preset(
            store, STUDY, find_preset(store, "mapped", actor=SYSTEM), Settings(), actor=SYSTEM, now=NOW, day=DAY
        )


def test_the_command_says_a_dry_figure_and_then_the_same_of_the_file(
    store: Database, tiles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEO_ZHENGZHI_TILES", str(tiles))
    monkeypatch.setattr(cli_meeting, "open_stored_study", lambda *given: STUDY)
    monkeypatch.setattr("geo_zhengzhi.cli.backgrounds.open_stored_study", lambda *given: STUDY)
    url = store.url.render_as_string(hide_password=False)
    asked = ["export", "--database", url, "--background-budget-mb", "2", "--lang", "en"]
    dry = CliRunner().invoke(commands, [*asked, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    said = r"Background: zooms \d+–\d+ of 6–16, targets to 16; [\d,]+ tiles, [\d.]+ of 2 MB"
    assert re.fullmatch(said, dry.output.strip())
    assert list(tmp_path.iterdir()) == []
    path = tmp_path / "m.html"
    period = ["--from", "2024-02", "--to", "2024-03", "--background", "-o", str(path)]
    made = CliRunner().invoke(commands, [*asked, *period])
    assert made.exit_code == 0, made.output
    assert made.output.splitlines()[-1] == dry.output.strip()
    assert "data:image/png;base64," in path.read_text("utf-8")
    save_preset(store, Preset("dry", "last-month", background_mb=2), version=0, actor=SYSTEM)
    monkeypatch.setattr("geo_zhengzhi.cli.presets.open_stored_study", lambda *given: STUDY)
    preset = CliRunner().invoke(commands, ["export", "--database", url, "--preset", "dry", "--dry-run", "--lang", "en"])
    assert preset.output.splitlines()[-1] == dry.output.strip()


def test_the_form_offers_what_fits_and_makes_it(store: Database, tiles: Path) -> None:
    settings = Settings(database_url="sqlite:///never-opened.gpkg", tiles=str(tiles))
    app = site_of(store, STUDY, Settings(tiles=str(tiles)))
    at(app, NOW)
    client = app.test_client()
    page = client.get("/export?lang=en&background=1").get_data(as_text=True)
    pack = offers(settings, STUDY)[0]
    said = "up to 1 MB: zooms {first}–{last}, targets to {closest}; {n} tiles".format(**pack)
    assert said in page
    assert re.search(r'value="1" selected', page)
    answer = client.get("/export?lang=en&look=1&background=x")
    assert answer.status_code == 400
