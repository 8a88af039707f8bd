"""PPTX, PDF and PNG of a meeting: what the deck says and no more, hostile and long words, sizes, the same bytes."""

import io
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import matplotlib
import pypdf
import pytest
from accounts import account
from click.testing import CliRunner
from lxml import etree
from meetings import DAY, NOW, county, draw, export, plant_targets
from pptx import Presentation
from sites import Visitor, fetched, site_of
from studies import incident

from geo_zhengzhi.cli import commands
from geo_zhengzhi.errors import AssetsMissing, InvalidParameter
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.render.meeting.deck import FEW, SHOWN, UNKNOWN, WITHHELD, Counts, Deck, Number, Spot, TargetPage
from geo_zhengzhi.render.meeting.deck_words import SHORT, hidden_rules, percent_of, said_of, verdict_text
from geo_zhengzhi.render.meeting.faces import Faces, ReaderFaces, plain
from geo_zhengzhi.render.meeting.presentation import ROWS_A_SLIDE, deck_presentation
from geo_zhengzhi.render.meeting.printing import deck_pdf, deck_png
from geo_zhengzhi.render.meeting.slide_pages import rankings
from geo_zhengzhi.render.meeting.slide_shapes import LINE_HEIGHT
from geo_zhengzhi.render.meeting.slide_words import EMU_A_PX, POINTS_A_PX
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.deck import make_deck, public_scene
from geo_zhengzhi.services.meeting.files import ENDINGS, MEDIA
from geo_zhengzhi.services.meeting.making import export_meeting, protect_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.printing import Printing
from geo_zhengzhi.services.meeting.verifying import verify_file
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

ASSETS = Settings().assets_dir
HOSTILE = "</a:t><script>x</script> $x^2$ \\frac{1}{2} {{7*7}} =1+1 %PDF &amp; ]]>'\""
UNSAYABLE = "正\u202e反\x00一\x0b二\ud800三"
LONG = "某某街道办事处综合治理中心与派出所联合管理的城区三轮车及沿线商铺重点整治片区（含北侧出租屋集中区域）" * 4
CROWD = [incident((-5000 + 6 * i, -5000), f"2024-02-{1 + i % 28:02d} 1{i % 9}:00") for i in range(30)]  # a hotspot


@dataclass(frozen=True)
class Made:
    """A store, its study, and the protected deck and scene of two months in English."""

    store: Database
    study: Study
    deck: Deck
    scene: Scene


@pytest.fixture(scope="module")
def made(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("printing") / "store.gpkg"
    shutil.copyfile(new_file, path)
    store = open_store(f"sqlite:///{path}")
    study = county([*draw(), *CROWD])
    plant_targets(store, study)
    found = protect_meeting(store, study, Asked(Months.written("2024-02", "2024-03"), DAY, language="en"))
    deck = replace(make_deck(found, "1:abc"), k_asked=3)  # as if an earlier file had hidden all below five
    yield Made(store, study, deck, public_scene(found, "1:abc"))
    store.close()


def pdf_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def slides(content: bytes) -> list[list[str]]:
    """The words of each slide: boxes, then cells, without the notes."""
    return [_words(slide) for slide in Presentation(io.BytesIO(content)).slides]


def _words(slide: Any) -> list[str]:
    boxes = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    tables = [shape.table for shape in slide.shapes if shape.has_table]
    return boxes + [cell.text for table in tables for row in table.rows for cell in row.cells]


def squeezed(text: str) -> str:
    """Without white space, at which lines break."""
    return re.sub(r"\s", "", text)


def counted(counts: Counts, deck: Deck) -> list[str]:
    """What a page says of counts."""
    sentence, figures = said_of(counts, deck)
    changes = (counts.against_year, counts.against_before)
    verdicts = [verdict_text(change.verdict, deck, SHORT) for change in changes if change]
    three = [deck.text(number) for number in (counts.now, counts.before, counts.year)]
    return [*three, percent_of(counts, deck), sentence, figures, *verdicts]


def told(page: TargetPage, deck: Deck) -> list[str]:
    """Everything that a target's page has to say."""
    cells = [str(cell.n) for cell in page.cells if cell.n is not None]
    facts = [text for pair in page.facts for text in pair]
    spots = [f"{spot.rank}" for spot in page.spots[:4]] + [deck.text(spot.n) for spot in page.spots[:4]]
    return [page.name, page.boundary, deck.classification, *counted(page.counts, deck), *cells, *facts, *spots]


def hidden(counts: Counts, state: str = FEW) -> Counts:
    """The same with every count hidden."""
    line = [(month, Number(state)) for month, _ in counts.line]
    return replace(
        counts, now=Number(state), before=Number(state), year=Number(state), against_before=None, against_year=None,
        line=line,
    )  # fmt: skip


def with_words(deck: Deck, words: str) -> Deck:
    """The deck with these words in every field that a person fills."""
    targets = [
        replace(
            page, name=words, boundary=words, facts=[(words, words)] * 6,
            spots=[Spot(i, Number(SHOWN, 12_345), words) for i in range(1, 6)],
        )
        for page in deck.targets
    ]  # fmt: skip
    return replace(
        deck, title=words, county=words, classification=words[:40], notes=(words, words), attributions=(words,),
        targets=targets, method=[(words, words)],
    )  # fmt: skip


def test_a_pdf_says_on_each_page_what_the_deck_says(made: Made) -> None:
    deck = made.deck
    pages = pdf_pages(deck_pdf(deck, made.scene, ASSETS, "a4"))
    assert len(pages) == len(deck.targets) + 4
    flat = [squeezed(page) for page in pages]
    wanted = [[deck.title, *deck.notes], counted(deck.county_counts, deck)]
    wanted += [told(page, deck) for page in deck.targets]
    wanted += [[page.name for page in deck.targets], hidden_rules(deck)]
    for number, (page, texts) in enumerate(zip(flat, wanted, strict=True), start=1):
        assert f"{number}/{len(pages)}" in page
        for text in texts:
            assert squeezed(text) in page, (number, text)
        assert squeezed(f"Period {deck.period}") in page
        assert squeezed(f"Made on {deck.made_on}") in page
        assert deck.data_version in page


def test_a_presentation_says_on_each_slide_what_the_deck_says(made: Made) -> None:
    deck = made.deck
    said = slides(deck_presentation(deck, made.scene, ASSETS))
    assert len(said) == len(deck.targets) + 4
    wanted = [[deck.title, *deck.notes], counted(deck.county_counts, deck)]
    wanted += [told(page, deck) for page in deck.targets]
    wanted += [[page.name for page in deck.targets], hidden_rules(deck)]
    for number, (words, texts) in enumerate(zip(said, wanted, strict=True), start=1):
        flat = squeezed("|".join(words))
        for text in texts:
            assert squeezed(text) in flat, (number, text)
        assert f"{number} / {len(said)}" in words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_grid_of_a_slide_holds_the_shown_counts_and_blanks(made: Made, language: str) -> None:
    deck = replace(made.deck, language=language)
    cells = [Number(SHOWN, 7), Number(FEW), Number(WITHHELD), Number(UNKNOWN), *[Number(SHOWN, 0)] * 8]
    page = replace(deck.targets[0], cells=cells)
    content = deck_presentation(replace(deck, targets=[page], n_ranked=1), made.scene, ASSETS)
    tables = [shape.table for shape in Presentation(io.BytesIO(content)).slides[2].shapes if shape.has_table]
    grid = next(table for table in tables if len(table.columns) == 7)
    texts = [[cell.text for cell in row.cells][1:] for row in grid.rows]
    assert texts[0] + texts[1] == ["7", "", "", "", *["0"] * 8]


@pytest.mark.parametrize("state", [FEW, WITHHELD, UNKNOWN])
def test_where_every_count_is_hidden_no_number_stands_in_its_place(made: Made, state: str) -> None:
    counts = hidden(made.deck.county_counts, state)
    pages = [
        replace(page, counts=counts, cells=[Number(state)] * 12, spots=(), facts=(), boundary="")
        for page in made.deck.targets
    ]
    deck = replace(made.deck, targets=pages, n_ranked=0, county_counts=counts)
    flat = squeezed(pdf_pages(deck_pdf(deck, made.scene, ASSETS, "a4"))[2])
    known = [
        pages[0].name, "list of 2024", deck.period, deck.made_on, deck.data_version,
        "0–4", "4–8", "8–12", "12–16", "16–20", "20–24",
        "3 / 7", "WGS-84", "fewer than 5", "<5", "1 3 10 30 100",
    ]  # fmt: skip
    words = "|".join(slides(deck_presentation(deck, made.scene, ASSETS))[2])
    left = [_without(flat, known), _without(squeezed(words), known)]
    assert not re.search(r"\d", left[1]), left[1]
    # a picture of months has its marks, and the map its ranks and scale; no other number
    marks = "".join(re.findall(r"\d+", left[0]))
    assert len(marks) < 60
    assert "Responsibility" not in flat + words  # of no facts there is no heading
    assert squeezed(deck.text(Number(state))) in flat


def _without(text: str, known: list[str]) -> str:
    for words in sorted(known, key=len, reverse=True):
        text = text.replace(squeezed(words), "·")
    return text


def test_hostile_words_are_words_in_every_field(made: Made) -> None:
    deck = with_words(made.deck, HOSTILE)
    pages = pdf_pages(deck_pdf(deck, made.scene, ASSETS, "a4"))
    content = deck_presentation(deck, made.scene, ASSETS)
    assert squeezed(HOSTILE) in squeezed(pages[0])
    assert all(squeezed(HOSTILE[:20]) in squeezed(page) for page in pages[2:5])
    assert HOSTILE in slides(content)[0]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            text = archive.read(name)
            if name.endswith((".xml", ".rels")):
                etree.fromstring(text)
            assert b'TargetMode="External"' not in text
    deck_png(deck, made.scene, ASSETS, (640, 360))


def test_a_pdf_holds_no_action_no_link_and_embeds_its_fonts(made: Made) -> None:
    content = deck_pdf(with_words(made.deck, "https://a.example/ " + HOSTILE), made.scene, ASSETS, "a4")
    reader = pypdf.PdfReader(io.BytesIO(content))
    for mark in (b"/JavaScript", b"/Launch", b"/URI", b"/OpenAction", b"/EmbeddedFile"):
        assert mark not in content
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert {font["/Subtype"] for font in fonts} == {"/Type3"}  # their letters are drawn inside the file
    assert all("/ToUnicode" in font for font in fonts)


def test_letters_that_no_page_can_show_become_boxes(made: Made) -> None:
    assert plain(UNSAYABLE) == "正□反□一□二□三"
    assert plain("a\nb\tc\u2028d😀") == "a b c d😀"
    deck = with_words(made.deck, UNSAYABLE)
    assert "正□反□一□二□三" in slides(deck_presentation(deck, made.scene, ASSETS))[0]
    assert "正□反□一□二□三" in squeezed(pdf_pages(deck_pdf(deck, made.scene, ASSETS, "a4"))[0])


@pytest.mark.parametrize("words", [LONG, "A" * 300, "An English name of many words " * 12], ids=["zh", "word", "en"])
def test_long_words_stay_inside_their_boxes_and_stand_whole_in_the_notes(made: Made, words: str) -> None:
    faces = ReaderFaces(ASSETS)
    content = deck_presentation(with_words(made.deck, words), made.scene, ASSETS)
    file = Presentation(io.BytesIO(content))
    for slide in file.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= file.slide_width + 9525
            assert shape.top + shape.height <= file.slide_height + 9525, shape.name
            if shape.has_text_frame and shape.text_frame.text:
                assert _needed(shape.text_frame, shape.width / EMU_A_PX, faces) <= shape.height / EMU_A_PX + 1
    notes = [slide.notes_slide.notes_text_frame.text for slide in file.slides if slide.has_notes_slide]
    assert sum(words.strip() in note for note in notes) >= len(made.deck.targets)


def _needed(frame: Any, width: float, faces: ReaderFaces) -> float:
    """How high a box's words are, px."""
    height = 0.0
    for paragraph in frame.paragraphs:
        sizes = [run.font.size.pt / POINTS_A_PX for run in paragraph.runs]
        wide = [
            faces.width(run.text, size, bold=bool(run.font.bold))
            for run, size in zip(paragraph.runs, sizes, strict=True)
        ]
        if "\v" in paragraph.text:  # broken where it was measured
            assert max(wide) <= width + 1, frame.text
            height += LINE_HEIGHT * sizes[0] * len(wide)
        elif len(paragraph.runs) > 1 or sum(wide) <= width:
            assert sum(wide) <= width + 1, frame.text
            height += max(sizes, default=0.0)
        else:
            height += LINE_HEIGHT * sizes[0] * len(faces.wrapped(paragraph.runs[0].text, width, sizes[0]))
    return height


def test_a_deck_without_targets_and_without_incidents_has_all_its_pages(made: Made) -> None:
    zero = hidden(made.deck.county_counts)
    zero = replace(zero, now=Number(SHOWN, 0), line=[(month, Number(SHOWN, 0)) for month, _ in zero.line])
    for targets, counts in ((made.deck.targets[:1], zero), ((), zero)):
        deck = replace(made.deck, targets=targets, n_ranked=len(targets), county_counts=counts)
        pages = pdf_pages(deck_pdf(deck, made.scene, ASSETS, "a4"))
        said = slides(deck_presentation(deck, made.scene, ASSETS))
        assert len(pages) == len(said) == 4 + len(targets)
        assert "0incidents" in squeezed(pages[1])
        assert "0 incidents" in said[1]
        deck_png(deck, made.scene, ASSETS, (640, 360))


def test_a_long_ranking_goes_on_over_pages_and_leaves_nobody_out(made: Made) -> None:
    pages = [replace(made.deck.targets[i % 3], target_id=f"R-{i}", name=f"Place {i:02d}") for i in range(45)]
    deck = replace(made.deck, targets=pages, n_ranked=45)
    said = slides(deck_presentation(deck, made.scene, ASSETS))
    ranking = [words for words in said if words[0] == "Ranking"]
    assert len(ranking) == -(-45 // ROWS_A_SLIDE)
    shown = [main for _, main, _ in rankings(deck)]
    assert len(shown) == 4
    reader = pypdf.PdfReader(io.BytesIO(deck_pdf(deck, made.scene, ASSETS, "a3")))
    printed = [page.extract_text() for page in reader.pages[47:-1]]
    assert all("Ranking" in text for text in printed)
    for name in (page.name for page in pages):
        assert sum(name in words for words in ranking) == 1
        assert sum(name in text for text in printed) == 1
        assert sum(name in main for main in shown) == 1


def test_two_threads_at_once_draw_what_one_draws(made: Made) -> None:
    kinds = [
        lambda: deck_pdf(made.deck, made.scene, ASSETS, "a3"),
        lambda: deck_png(made.deck, made.scene, ASSETS, (1366, 768), "2"),
        lambda: deck_presentation(made.deck, made.scene, ASSETS),
    ]
    alone = [kind() for kind in kinds]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda kind: kind(), kinds))
    assert together == alone


USERS_OWN = """
lines.antialiased: False
path.simplify: False
text.hinting: none
text.antialiased: False
hatch.linewidth: 5
agg.path.chunksize: 100
image.resample: False
pdf.compression: 0
pdf.fonttype: 42
font.size: 30
savefig.dpi: 31
"""


def test_a_user_s_own_settings_of_the_library_change_no_byte(made: Made, tmp_path: Path) -> None:
    kinds = [
        lambda: deck_png(made.deck, made.scene, ASSETS, (640, 360), "2"),
        lambda: deck_pdf(replace(made.deck, targets=made.deck.targets[:1]), made.scene, ASSETS, "a4"),
    ]
    alone = [kind() for kind in kinds]
    (tmp_path / "matplotlibrc").write_text(USERS_OWN)
    with matplotlib.rc_context(fname=tmp_path / "matplotlibrc"):
        assert [kind() for kind in kinds] == alone
        assert matplotlib.rcParams["savefig.dpi"] == 31  # the user's are back
    drawn = "; ".join(
        [
            "import pickle, sys",
            "from geo_zhengzhi.render.meeting.printing import deck_png",
            "deck, scene, assets = pickle.load(sys.stdin.buffer)",
            "sys.stdout.buffer.write(deck_png(deck, scene, assets, (640, 360), '2'))",
        ]
    )
    given, own = pickle.dumps((made.deck, made.scene, ASSETS)), {**os.environ, "MATPLOTLIBRC": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", drawn], env=own, input=given, check=True, capture_output=True)
    assert told.stdout == alone[0]


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (1000, 1400)])
def test_a_picture_has_the_size_that_is_asked_for(made: Made, size: tuple[int, int]) -> None:
    content = deck_png(made.deck, made.scene, ASSETS, size)
    assert struct.unpack("!II", content[16:24]) == size


def test_a_picture_shows_the_page_that_is_asked_for(made: Made) -> None:
    target = made.deck.targets[0]
    by_number = deck_png(made.deck, made.scene, ASSETS, (640, 360), "3")
    assert deck_png(made.deck, made.scene, ASSETS, (640, 360), target.target_id) == by_number
    assert deck_png(made.deck, made.scene, ASSETS, (640, 360), "2") != by_number
    for page in ("0", "8", "", "²", "T-9", "9" * 30):
        with pytest.raises(InvalidParameter, match=r"map, 1–7, .*T-1"):
            deck_png(made.deck, made.scene, ASSETS, (640, 360), page)


@pytest.mark.parametrize(
    "size", ["", "1920", "1920x", "639x360", "640x359", "7681x4320", "7680x4321", "-640x360", "1e3x360", "６４０x360"]
)
def test_sizes_beyond_the_bounds_are_refused(size: str) -> None:
    with pytest.raises(InvalidParameter, match="640x360–7680x4320"):
        Printing.written("a4", size, "map")


def test_sizes_on_the_bounds_and_either_sign_are_taken() -> None:
    assert Printing.written("A3", " 640X360 ", "map").size == (640, 360)
    assert Printing.written("a4", "7680×4320", "map").size == (7680, 4320)
    with pytest.raises(InvalidParameter, match="a4, a3"):
        Printing.written("letter", "640x360", "map")


@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_a_pdf_has_the_paper_that_is_asked_for(made: Made, paper: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(deck_pdf(made.deck, made.scene, ASSETS, paper)))
    sizes = {tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in reader.pages}
    assert sizes == {{"a4": (297, 210), "a3": (420, 297)}[paper]}
    assert reader.metadata.creation_date.date() == DAY
    assert reader.metadata.title == f"{made.deck.title} · {made.deck.period}"


@pytest.mark.parametrize("ending", [".pptx", ".pdf", ".png", ".zip"])
def test_without_the_font_one_sentence_says_so_and_nothing_is_written_down(
    made: Made, tmp_path: Path, ending: str
) -> None:
    shutil.copytree(ASSETS, tmp_path / "vendor", ignore=shutil.ignore_patterns("fonts"))
    settings = replace(Settings(), assets_dir=tmp_path / "vendor")
    with made.store.read() as connection:
        before = exports.last_id(connection)
    asked = Asked(Months.written("2024-02", "2024-03"), DAY)
    with pytest.raises(AssetsMissing, match=r"NotoSansHans-Regular\.otf .* make setup"):
        export_meeting(made.store, made.study, asked, settings, actor=SYSTEM, now=NOW, ending=ending)
    with made.store.read() as connection:
        assert exports.last_id(connection) == before


def test_paper_size_and_page_stand_in_the_store_and_the_manifest(made: Made) -> None:
    printing = Printing.written("a3", "800x600", "2")
    asked = Asked(Months.written("2024-02", "2024-03"), DAY, language="en")
    told = {}
    for ending in (".pdf", ".png", ".zip", ".pptx"):
        meeting = export_meeting(
            made.store, made.study, asked, Settings(), actor=SYSTEM, now=NOW, ending=ending, printing=printing
        )
        with made.store.read() as connection:
            row = exports.first_with_sha256(connection, meeting.sha256)
        assert row is not None
        told[ending] = {name: row.parameters.get(name) for name in ("paper", "size", "page")}
    assert told == {
        ".pdf": {"paper": "a3", "size": None, "page": None},
        ".png": {"paper": None, "size": "800x600", "page": "2"},
        ".zip": {"paper": "a3", "size": "800x600", "page": "2"},
        ".pptx": {"paper": None, "size": None, "page": None},
    }


@pytest.mark.parametrize("ending", [".pdf", ".png", ".pptx"])
def test_a_file_that_was_changed_is_not_ours_but_still_says_what_it_was(
    made: Made, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"m{ending}"
    path.write_bytes(export(made.store, made.study, "2024-02", "2024-03", ending=ending).content + b" ")
    found = verify_file(made.store, made.study, path)
    assert not found.is_ours
    assert found.manifest["data_version"] == made.study.data_version
    assert found.manifest["parameters"]["from"] == "2024-02"


def test_words_are_set_in_the_font_of_chinese_windows(made: Made) -> None:
    content = deck_presentation(made.deck, made.scene, ASSETS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        themes = [archive.read(name).decode() for name in archive.namelist() if name.startswith("ppt/theme/")]
        slide = archive.read("ppt/slides/slide3.xml").decode()
    assert themes
    assert all(theme.count('typeface="Microsoft YaHei"') == 4 for theme in themes)
    assert "<a:latin" not in slide


def test_every_picture_of_a_slide_says_in_words_what_it_shows(made: Made) -> None:
    file = Presentation(io.BytesIO(deck_presentation(made.deck, made.scene, ASSETS)))
    for slide in file.slides:
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            if shape.shape_type == 13:
                assert shape._element.nvPicPr.cNvPr.get("descr")


def test_the_font_has_every_letter_of_gb2312_in_both_weights() -> None:
    codes = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    letters = "".join(letter for code in codes if (letter := code.decode("gb2312", errors="ignore")))
    assert len(letters) > 7400
    faces = Faces(ASSETS)
    for bold in (False, True):
        runs = faces.runs(letters + "abcXYZ0189é", bold=bold)
        assert [path.endswith(f"NotoSansHans-{'Bold' if bold else 'Regular'}.otf") for path, _, _ in runs] == [True]


def test_what_the_font_lacks_comes_from_the_other_one_or_is_a_box() -> None:
    faces = Faces(ASSETS)
    assert [letters for _, letters, _ in faces.runs("县ąž县")] == ["县", "ąž", "县"]
    assert "".join(letters for _, letters, _ in faces.runs("\U0002fa1d")) == "□"


def test_lines_break_between_words_and_letters_but_not_before_a_mark_or_in_a_period() -> None:
    faces = Faces(ASSETS)
    lines = faces.wrapped("整治区域，重点、热点；对象。", 50, 10)
    assert all(faces.width(line, 10) <= 50 for line in lines)
    assert not [line for line in lines if line[0] in "，、；。"]
    assert faces.wrapped("from 2024-02 – 2024-03 on", 92, 10) == ["from", "2024-02 – 2024-03", "on"]
    assert faces.wrapped("one two", 1000, 10) == ["one two"]
    cut = faces.wrapped("一二三四五六七八九十", 35, 10, most=2)
    assert cut == ["一二三", "四五…"]
    assert all(faces.width(line, 10) <= 35 for line in cut)
    assert faces.wrapped("", 10, 10) == []
    assert "".join(faces.wrapped("A" * 50, 40, 10)) == "A" * 50


def test_the_command_line_refuses_a_size_before_it_opens_the_store(tmp_path: Path) -> None:
    rest = ["--from", "2024-02", "--to", "2024-03", "--database", f"sqlite:///{tmp_path / 'none.gpkg'}"]
    answer = CliRunner().invoke(commands, ["export", "-o", str(tmp_path / "x.png"), "--size", "10x10", *rest])
    assert isinstance(answer.exception, InvalidParameter)
    assert "640x360–7680x4320" in str(answer.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".png", ".pdf", ".pptx"])
def test_the_page_offers_every_kind_and_sends_the_one_that_is_chosen(made: Made, ending: str) -> None:
    account(made.store, f"viewer of {ending}", "viewer")
    visitor = Visitor(site_of(made.store, made.study)).sign_in(f"viewer of {ending}")
    asked = {"from": "2024-02", "to": "2024-03", "language": "en", "format": ending, "size": "640x360", "page": "T-1"}
    looked = "/export?look=1&lang=en&" + urlencode(asked)
    html = visitor.get(looked).get_data(as_text=True)
    assert all(f'<option value="{one}"' in html for one in ENDINGS)
    assert '<option value="640x360" selected>640 × 360</option>' in html
    answer = fetched(visitor, visitor.post("/export", looked, **asked))
    assert answer.status_code == 200
    assert answer.mimetype == MEDIA[ending]
    begins = {".png": b"\x89PNG", ".pdf": b"%PDF-", ".pptx": b"PK"}[ending]
    assert answer.data.startswith(begins)
    refused = visitor.post("/export", looked, **(asked | {"size": "1x1"}))
    assert refused.status_code == 400
    assert "640x360–7680x4320" in refused.get_data(as_text=True)


def test_figures_are_the_same_whatever_the_paper(made: Made) -> None:
    tables = [
        export(made.store, made.study, "2024-02", "2024-03", ending=ending).table.plain()
        for ending in (".html", ".pdf", ".pptx", ".png")
    ]
    assert all(table == tables[0] for table in tables)
