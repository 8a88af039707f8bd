"""The look of a meeting's printed kinds: no name cut, no words over others, no day over two lines, even keys."""

import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pypdf
import pytest
from browsing import until
from meetings import DAY, draw, plant_targets
from meetings import county as study_of_county
from pptx import Presentation

from geo_zhengzhi.render.meeting.canvas import STARTS, Canvas
from geo_zhengzhi.render.meeting.deck import SHOWN, WITHHELD, Counts, Deck, Number, Spot
from geo_zhengzhi.render.meeting.deck_words import SWATCHES, against, list_words, ranking_heads, rows_of_pages
from geo_zhengzhi.render.meeting.faces import Faces, ReaderFaces
from geo_zhengzhi.render.meeting.map_signs import MOST_NAME_PX, lines_of
from geo_zhengzhi.render.meeting.paper_key import draw_key
from geo_zhengzhi.render.meeting.paper_maps import PaperMaps
from geo_zhengzhi.render.meeting.paper_pages import Page, draw_page, map_page, pages_of
from geo_zhengzhi.render.meeting.presentation import deck_presentation
from geo_zhengzhi.render.meeting.printing import PAGE_PX, PAPER_MM, deck_pdf
from geo_zhengzhi.render.meeting.slide_shapes import HELD
from geo_zhengzhi.render.meeting.slide_words import EMU_A_PX, POINTS_A_PX
from geo_zhengzhi.render.meeting.slides import slides_html
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.deck import make_deck, public_scene
from geo_zhengzhi.services.meeting.making import protect_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.opening import open_store

ASSETS = Settings().assets_dir
NAMES = {
    "zh": "某某街道办事处综合治理中心与派出所联合管理的城区三轮车及沿线商铺重点整治片区北侧",
    "en": "The county town's three-wheeler and shop-front areas together",
}
STAMPS = {
    "zh": "内部资料·仅供第一季度全区社会治安重点地区排查整治工作例会使用·会后收回·不得外传",
    "en": "Internal: for the quarterly meeting only, to be collected later",
}
MEASURES = {
    "zh": "夜间由派出所与巡防队两组步巡，重点路口设卡，逐户走访出租屋。" * 13,
    "en": "Two foot patrols at night. " * 15,
}
SIZES = {
    f"{width}x{height}": (width, height) for width, height in ((640, 360), (1280, 720), (1920, 1080), (7680, 4320))
}
SHEETS = {**SIZES, **PAPER_MM, "upright": (1000, 1400)}


@dataclass(frozen=True)
class Written:
    """Words on a page and the box that they fill; `is_on_map` are those with a halo, which may cross lines."""

    words: str
    box: tuple[float, float, float, float]
    size: float
    is_on_map: bool


class Notebook(Canvas):
    """A canvas that writes down what words stand where."""

    def __init__(self, faces: Faces, width: float, height: float) -> None:
        self.faces, self.width, self.height = faces, width, height
        self.written: list[Written] = []

    def path(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def clipped(self, *box: float) -> AbstractContextManager[None]:
        """Nothing."""
        return nullcontext()

    def text(self, x: float, y: float, words: object, size: float, **look: Any) -> float:
        """Written down."""
        wide = self.faces.width(str(words), size, bold=look.get("bold", False))
        left = x - STARTS[look.get("anchor", "start")] * wide
        if str(words).strip():
            box = (left, y - 0.72 * size, left + wide, y + 0.12 * size)
            self.written.append(Written(str(words), box, size, "halo" in look))
        return left + wide

    @property
    def said(self) -> str:
        """All words without spaces, at which lines end."""
        return squeezed("".join(one.words for one in self.written))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def made(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deck, Scene]]:
    """The protected deck and scene of two months."""
    path = tmp_path_factory.mktemp("paper") / "store.gpkg"
    shutil.copyfile(new_file, path)
    store = open_store(f"sqlite:///{path}")
    study = study_of_county(draw())
    plant_targets(store, study)
    found = protect_meeting(store, study, Asked(Months.written("2024-02", "2024-03"), DAY, language="en"))
    yield make_deck(found, "1:abc"), public_scene(found, "1:abc")
    store.close()


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(ASSETS)


def held(counts: Counts) -> Counts:
    return replace(counts, now=Number(WITHHELD), year=Number(WITHHELD), against_before=None, against_year=None)


def long_deck(deck: Deck, language: str, n: int = 4) -> Deck:
    """Long names, stamp and measures; of the targets the second one's counts are withheld."""
    first, name = deck.targets[0], NAMES[language]
    line = [(month, Number(SHOWN, 1_717)) for month, _ in first.counts.line]
    shown = replace(first.counts, now=Number(SHOWN, 1_234), year=Number(SHOWN, 1_234), line=line)
    pages = [
        replace(
            first, target_id=f"T-{i}", name=f"{i}{name[1:]}", counts=held(first.counts) if i % 2 else shown,
            facts=[("Lead unit", name), ("Measures", MEASURES[language][:400])],
            spots=[Spot(rank, Number(SHOWN, 1_234), name) for rank in range(1, 4)],
        )
        for i in range(n)
    ]  # fmt: skip
    county = replace(deck.county_counts, line=line)
    return replace(
        deck, language=language, targets=pages, classification=STAMPS[language], n_ranked=n, county_counts=county
    )


def noted(page: Page, deck: Deck, faces: Faces, sheet: tuple[float, float]) -> Notebook:
    """A page on a sheet of a form, written down."""
    scale = min(sheet[0] / PAGE_PX[0], sheet[1] / PAGE_PX[1])
    notebook = Notebook(faces, sheet[0] / scale, sheet[1] / scale)
    draw_page(notebook, deck, page, "1 / 9")
    return notebook


def overlapping(written: list[Written]) -> list[tuple[str, str]]:
    """Words off the maps that cover each other."""
    found = []
    for one, other in combinations([one for one in written if not one.is_on_map], 2):
        (a, b, c, d), (e, f, g, h) = one.box, other.box
        if min(c, g) - max(a, e) > 0.5 and min(d, h) - max(b, f) > 0.5:
            found.append((one.words, other.words))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("sheet", SHEETS.values(), ids=list(SHEETS))
def test_on_no_sheet_do_words_cover_others_or_leave_the_page(
    made: tuple[Deck, Scene], faces: Faces, language: str, sheet: tuple[float, float]
) -> None:
    for deck in (replace(made[0], language=language), long_deck(made[0], language)):
        maps = PaperMaps(made[1], deck)
        height = sheet[1] / min(sheet[0] / PAGE_PX[0], sheet[1] / PAGE_PX[1])
        for page in [*pages_of(deck, maps, height), map_page(deck, maps)]:
            notebook = noted(page, deck, faces, sheet)
            assert overlapping(notebook.written) == [], page.title
            for one in notebook.written:
                assert one.box[0] >= 0
                assert one.box[2] <= notebook.width + 0.5, one.words
                assert one.box[3] <= notebook.height


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("sheet", [*SIZES.values(), PAPER_MM["a4"]], ids=[*SIZES, "a4"])
def test_names_stamp_and_period_stand_whole_on_every_page(
    made: tuple[Deck, Scene], faces: Faces, language: str, sheet: tuple[float, float]
) -> None:
    deck = long_deck(made[0], language)
    maps = PaperMaps(made[1], deck)
    cover, whole, *rest = pages_of(deck, maps, 768.0)
    for page in (cover, whole, *rest, map_page(deck, maps)):
        assert squeezed(deck.classification) in noted(page, deck, faces, sheet).said
    for page in (whole, rest[4], map_page(deck, maps)):
        assert squeezed(against(deck)) in noted(page, deck, faces, sheet).said
    for target in deck.targets:
        for page in (whole, next(one for one in rest if one.name == target.target_id), rest[4]):
            assert squeezed(target.name) in noted(page, deck, faces, sheet).said, page.title


def test_a_letter_stands_for_withheld_beside_the_map_and_is_told_once(made: tuple[Deck, Scene], faces: Faces) -> None:
    deck = long_deck(made[0], "en")
    maps = PaperMaps(made[1], deck)
    said = noted(pages_of(deck, maps, 768.0)[1], deck, faces, PAGE_PX).said
    assert said.count("w:withheld") == 1
    assert said.count("/w") == 2
    assert "/withheld" not in said
    plain = list_words(replace(deck, targets=deck.targets[:1]))
    assert "w:" not in plain  # nothing is withheld there
    chinese = noted(
        pages_of(replace(deck, language="zh"), maps, 768.0)[1], replace(deck, language="zh"), faces, PAGE_PX
    )
    assert "/不列" in chinese.said
    assert "w" not in list_words(replace(deck, language="zh"))
    ranking = noted(pages_of(deck, maps, 768.0)[-2], deck, faces, PAGE_PX).said
    hidden = [one for page in deck.targets for one in (page.counts.now, page.counts.before, page.counts.year)]
    n_withheld = sum(one.state == WITHHELD for one in hidden)
    assert ranking.count("withheld") == n_withheld >= 4  # where there is room the word stands itself


@pytest.mark.parametrize(("n", "most", "wanted"), [(0, 12, [0]), (12, 12, [12]), (13, 12, [7, 6]), (25, 12, [9, 9, 7])])
def test_no_page_of_the_ranking_holds_a_row_alone(n: int, most: int, wanted: list[int]) -> None:
    pages = rows_of_pages(n, most)
    assert [len(rows) for rows in pages] == wanted
    assert [number for rows in pages for number in rows] == list(range(n))


def test_no_head_stands_over_a_column_of_the_ranking_with_nothing_in_it(made: tuple[Deck, Scene]) -> None:
    deck = made[0]
    assert ranking_heads(deck)[-1] == "Lead unit"
    assert ranking_heads(replace(deck, targets=[replace(page, facts=()) for page in deck.targets]))[-1] == ""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [250.0, 310.0, 428.0, 900.0])
def test_no_entry_of_the_key_stands_alone(made: tuple[Deck, Scene], faces: Faces, language: str, width: float) -> None:
    deck, notebook = replace(made[0], language=language), Notebook(faces, *PAGE_PX)
    draw_key(notebook, deck, 0.0, 0.0, width)
    words = {deck.translate(word) for _, word in SWATCHES}
    rows = Counter(one.box[3] for one in notebook.written if one.words in words)
    assert sum(rows.values()) == len(SWATCHES)
    assert len(set(rows.values())) == 1
    assert all(one.box[2] <= width + 0.5 for one in notebook.written)


def test_measures_of_400_letters_stand_whole_on_a_sheet(made: tuple[Deck, Scene], faces: Faces) -> None:
    for language in ("zh", "en"):
        deck = long_deck(made[0], language)
        page = pages_of(deck, PaperMaps(made[1], deck), 966.0)[2]
        assert squeezed(MEASURES[language][:400]) in noted(page, deck, faces, PAPER_MM["a4"]).said


def test_names_break_at_hyphens_and_days_and_percentages_nowhere(faces: Faces) -> None:
    assert faces.wrapped("Soundview-Bruckner", 120.0, 16.0) == ["Soundview-", "Bruckner"]
    for words in ("on 2024-03-12", "rate 95 %", "of 2024-02 – 2024-03"):
        held_piece = words.partition(" ")[2]
        for width in range(130, 260, 5):
            lines = faces.wrapped(f"Interval {words} of", float(width), 12.0)
            assert any(held_piece in line for line in lines), lines
    lines, width = faces.halved("Internal, for the meeting only", 14.0, bold=True)
    assert len(lines) == 2
    assert max(faces.width(line, 14.0, bold=True) for line in lines) <= width
    assert width < 0.7 * faces.width("Internal, for the meeting only", 14.0, bold=True)


@pytest.mark.parametrize("name", NAMES.values(), ids=list(NAMES))
def test_a_long_name_on_the_map_has_two_lines_and_is_whole(name: str) -> None:
    lines = lines_of(name)
    assert len(lines) == 2
    assert squeezed("".join(lines)) == squeezed(name)
    assert lines_of("鼓楼广场") == ["鼓楼广场"]
    assert lines_of("A" * 200)[1].endswith("…")
    assert lines_of("界" * int(MOST_NAME_PX / 13)) == ["界" * int(MOST_NAME_PX / 13)]


def frames(content: bytes) -> Iterator[tuple[Any, float]]:
    """Every box's and cell's words with the width that they have, px."""
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame, shape.width / EMU_A_PX
            for row in shape.table.rows if shape.has_table else ():
                for cell, column in zip(row.cells, shape.table.columns, strict=True):
                    yield cell.text_frame, (column.width - cell.margin_left - cell.margin_right) / EMU_A_PX


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_program_can_break_a_day_of_a_slide_and_searching_finds_it(made: tuple[Deck, Scene], language: str) -> None:
    wide, reader = 0, ReaderFaces(ASSETS)
    for deck in (replace(made[0], language=language), long_deck(made[0], language)):
        content = deck_presentation(deck, made[1], ASSETS)
        for frame, width in frames(content):
            for paragraph in frame.paragraphs:
                if not HELD.search(paragraph.text):
                    continue
                runs = [
                    reader.width(run.text, run.font.size.pt / POINTS_A_PX, bold=bool(run.font.bold))
                    for run in paragraph.runs
                ]
                is_broken = "\v" in paragraph.text  # a run a line, else all of them on one
                assert (max(runs) if is_broken else sum(runs)) <= width + 1, paragraph.text
                wide += is_broken
        texts = [frame.text for frame, _ in frames(content)]
        assert any(deck.period in text for text in texts)
        assert any(deck.made_on in text for text in texts)
        assert not any("\u2011" in text or "\u2060" in text for text in texts)
    assert wide > 4  # such words did need several lines


def test_a_presentation_s_county_list_keeps_long_names_whole(made: tuple[Deck, Scene]) -> None:
    for language in ("zh", "en"):
        deck = long_deck(made[0], language)
        slides = Presentation(io.BytesIO(deck_presentation(deck, made[1], ASSETS))).slides
        tables = [shape.table for shape in slides[1].shapes if shape.has_table]
        names = [row.cells[0].text for row in tables[0].rows][1:]
        assert [squeezed(name) for name in names] == [squeezed(target.name) for target in deck.targets]
        said = [shape.text_frame.text for shape in slides[1].shapes if shape.has_text_frame]
        assert any(squeezed(deck.classification) == squeezed(text) for text in said)


def test_a_pdf_s_pages_say_long_names_whole(made: tuple[Deck, Scene]) -> None:
    deck = long_deck(made[0], "zh")
    reader = pypdf.PdfReader(io.BytesIO(deck_pdf(deck, made[1], ASSETS, "a3")))
    said = [squeezed(page.extract_text()) for page in reader.pages]
    for number, target in enumerate(deck.targets):
        assert all(target.name in page for page in (said[1], said[2 + number], said[-2]))


ROWS = """() => [...document.querySelectorAll('.mapkey .keys')].filter((keys) => keys.offsetHeight).map((keys) => {
  const tops = [...keys.children].map((child) => child.offsetTop);
  return tops.filter((top) => top === tops[0]).length;
})"""
CLIPPED = """(css) => [...document.querySelectorAll(css)].filter((one) => one.offsetHeight
  && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1))
  .map((one) => `${one.tagName}.${one.className} ${one.parentElement.className}: ${one.textContent}`)"""
MEETING = """() => [...document.querySelectorAll('.th')].filter((head) => {
  const boxes = [...head.children].map((child) => child.getBoundingClientRect());
  return boxes.some((box, i) => i && box.width && box.left < boxes[i - 1].right - 1);
}).map((head) => head.textContent)"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_printed_page_nothing_is_cut_and_no_entry_of_a_key_is_alone(
    watched: Any, tmp_path: Path, made: tuple[Deck, Scene], language: str
) -> None:
    path = tmp_path / "meeting.html"
    path.write_text(slides_html(long_deck(made[0], language), made[1], ASSETS), "utf-8")
    page = watched.page
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    assert set(page.evaluate(ROWS)) <= {2, 4}
    assert page.evaluate(CLIPPED, ".th h1, .th .sub, .cl, .tb .nm span") == []
    assert page.evaluate(MEETING) == []
    page.emulate_media(media="print")
    assert len(page.evaluate(ROWS)) == 5
    assert set(page.evaluate(ROWS)) <= {2, 4}
    assert page.evaluate(CLIPPED, ".th h1, .th .sub, .cl, .tb .nm span, .dl dd, .dl dt") == []
    assert page.evaluate(MEETING) == []
    assert page.locator(".hint").is_hidden()  # of keys that a sheet does not have
    page.emulate_media(media="screen")
