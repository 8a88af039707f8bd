"""A meeting file's scripts parse as ES2018, and nothing in any of its kinds names an address to fetch."""

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from meetings import county, draw, export, plant_targets
from playwright._impl._driver import compute_driver_executable

from geo_zhengzhi.store.opening import open_store

KINDS = (".html", ".xlsx", ".gpkg", ".geojson", ".kml")
OWN = Path(__file__).parents[1] / "web" / "static" / "meeting.js"
PARSE = """
const acorn = require('internal/deps/acorn/acorn/dist/acorn');
const text = require('fs').readFileSync(0, 'utf8');
try { acorn.parse(text, { ecmaVersion: 2018 }); } catch (error) { console.log(error.message); }
"""
# Names of formats and words in comments: nothing fetches them. Everything else with a scheme is a finding.
NAMES = re.compile(
    r"""http://www\.w3\.org/(?:2000/svg|1999/xlink|1999/xhtml|XML/1998/namespace|2001/XMLSchema(?:-instance)?)
    |http://www\.opengis\.net/kml/2\.2|http://schemas\.(?:openxmlformats|microsoft)\.(?:org|com)/[\w./-]+
    |http://purl\.org/dc/[\w./-]+|http://www\.geopackage\.org/[\w./#-]+|http://www\.opengis\.net/[\w./-]+""",
    re.VERBOSE,
)
LINKS = {"src", "href", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href"}
ADDRESS = re.compile(r"(?:https?|wss?|ftp)://[\w.:/#?&=%~+-]+", re.IGNORECASE)


@pytest.fixture(scope="module")
def files(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """A file of each kind."""
    path = tmp_path_factory.mktemp("scripts") / "store.gpkg"
    shutil.copyfile(new_file, path)
    store = open_store(f"sqlite:///{path}")
    study = county(draw(60))
    plant_targets(store, study)
    yield {kind: export(store, study, "2024-02", "2024-03", ending=kind).content for kind in KINDS}
    store.close()


class Page(HTMLParser):
    """The scripts, styles and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.links: list[str] = []
        self._into: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [value or "" for name, value in attrs if name in LINKS]
        self.styles += [given["style"] or ""] if "style" in given else []
        is_code = tag == "script" and given.get("type") in (None, "text/javascript")
        self._into = self.scripts if is_code else self.styles if tag == "style" else None

    def handle_endtag(self, tag: str) -> None:
        self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)


def fault_of(script: str) -> str:
    """What a parser of ES2018, the one inside Node, says of a script; "" for nothing."""
    node = compute_driver_executable()[0]
    done = subprocess.run(
        [node, "--expose-internals", "-e", PARSE], input=script, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def fetched(html: str) -> list[str]:
    """The addresses that a page could fetch: links but those within it, styles' urls, scripts' but for comments."""
    page = Page(html)
    found = [link for link in page.links if not link.startswith(("#", "data:")) and link]
    for style in page.styles:
        found += [url for url in re.findall(r"url\(\s*[\"']?([^)\"']*)", style) if not url.startswith(("#", "data:"))]
        found += re.findall(r"@import[^;]*", style)
    for script in page.scripts:
        said = re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)", "", script, flags=re.DOTALL)
        found += [address for address in ADDRESS.findall(said) if not NAMES.fullmatch(address)]
    return found


@pytest.mark.parametrize("script", ["a?.b", "a ?? b", "try {} catch {}", "class A { #b = 1; }", "a ||= 1"])
def test_the_parser_refuses_what_came_after_2018(script: str) -> None:
    assert fault_of(script)


def test_every_script_of_the_page_parses_as_es2018(files: dict[str, bytes]) -> None:
    scripts = Page(files[".html"].decode()).scripts
    assert len(scripts) >= 2
    assert [fault for fault in map(fault_of, scripts) if fault] == []
    assert fault_of(OWN.read_text("utf-8")) == ""


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="https://x.example/a.png">',
        '<link rel="stylesheet" href="http://x.example/a.css">',
        '<script>fetch("https://x.example/a")</script>',
        "<style>p{background:url(http://x.example/a)}</style>",
        '<svg><use xlink:href="http://x.example/a"/></svg>',
    ],
)
def test_a_planted_address_is_found(planted: str) -> None:
    assert fetched(f"<html>{planted}</html>")


def test_the_page_names_no_address_to_fetch(files: dict[str, bytes]) -> None:
    html = files[".html"].decode()
    assert set(fetched(html)) <= {"https://leafletjs.com"}  # a link in the library's credit: nothing is fetched


@pytest.mark.parametrize("kind", [".geojson", ".kml", ".xlsx", ".gpkg"])
def test_tables_and_layers_name_formats_and_no_other_address(files: dict[str, bytes], kind: str) -> None:
    content = files[kind]
    texts = [content.decode("utf-8", errors="ignore")]
    if kind == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = [archive.read(name).decode("utf-8", errors="ignore") for name in archive.namelist()]
            assert not [text for text in texts if 'TargetMode="External"' in text]
    found = {address for text in texts for address in ADDRESS.findall(text) if not NAMES.fullmatch(address)}
    assert found == set()
