import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from flask import request
from flask.cli import ScriptInfo
from studies import area, corridor, days, incident, many, study_of

from geo_zhengzhi import errors as sentences
from geo_zhengzhi.errors import GeoZhengzhiError, InvalidParameter, PortTaken, TileRefused, TileUnavailable
from geo_zhengzhi.model import AnalysisParameters, Context
from geo_zhengzhi.services.console import tiles
from geo_zhengzhi.services.console.assessing import ENDS_WITHIN, NO_PRIOR, NOT_SO_FAR_BACK
from geo_zhengzhi.services.console.attention import REASONS
from geo_zhengzhi.services.console.maps import TITLE
from geo_zhengzhi.services.console.periods import SPRING_FESTIVALS
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.console.tiles import fetch_tile
from geo_zhengzhi.services.labels import WEEKDAYS
from geo_zhengzhi.services.studies.opening import DEMONSTRATION_NAME, GENERALISED_NOTE, SIMULATED_NOTE
from geo_zhengzhi.settings import REPOSITORY, Settings
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.words import OF_THE_PERIOD_BEFORE, catalogue
from tests.sites import DEMONSTRATION
from web import charts, create_app
from web.address import View, parse_view
from web.app import trusted_hosts
from web.errors import SENTENCES, STATUS, UNFORESEEN
from web.hour_grid import FOLDED_NAMES, Grid
from web.say import AGAINST_TITLES, AGAINST_WORDS, MEANINGS, SHORT_VERDICTS, TRENDS, UNIT_WORDS, Say
from web.serve import listen, main

PARTS = [area("武定苑", 0, 0, name_en="Wudingyuan"), corridor("铁路", (5000, 0), (15_000, 0), half_width_m=300.0)]
INCIDENTS = [
    incident((9000, 9000), "2022-01-01T12:00"),
    *many(12, (100, 100), "2024-02-05"),
    *many(20, (100, 100), "2023-02-05"),
    *many(7, (8000, 0), "2024-02-05", category="诈骗"),
    *many(6, (0, 6000), "2024-02-05", spread_m=30),
    incident((100, 100), "2024-03-31T12:00"),
]
FEBRUARY = "from=2024-02-01&to=2024-02-29"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture(scope="module")
def study():
    return study_of(INCIDENTS, PARTS, simulated=True, context=Context(notes=("Incidents are simulated.",)))


@pytest.fixture(scope="module")
def client(study):
    return create_app(DEMONSTRATION, study).test_client()


def _text(client, path: str, status: int = 200, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def _words(html: str) -> str:
    """What a reader sees, in one line."""
    without = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without))


def test_the_page_shows_both_counts_verdict_and_lists_in_both_languages(client):
    chinese, english = (_words(_text(client, f"/?{FEBRUARY}&lang={language}")) for language in ("zh", "en"))
    assert "25 起" in chinese
    assert "去年同期 20 ，多 5" in chinese
    assert "未见变化" in chinese
    assert "模拟数据" in chinese
    assert "last year 20 , 5 more" in english
    assert "Wudingyuan" in english
    assert "no evidence" in english


def test_the_language_is_the_addresses_then_the_browsers_then_the_settings(client, study):
    path = f"/?{FEBRUARY}"
    assert '<html lang="zh-CN">' in _text(client, path)
    assert '<html lang="en">' in _text(client, path, **{"Accept-Language": "en-GB,en;q=0.8"})
    assert '<html lang="zh-CN">' in _text(client, path + "&lang=zh", **{"Accept-Language": "en"})
    english = create_app(replace(DEMONSTRATION, language="en"), study).test_client()
    assert '<html lang="en">' in _text(english, path)


@pytest.mark.parametrize(
    "view",
    [
        View(Query(), "zh"),
        View(Query(days("2024-02-01", "2024-02-29")), "en", named=True),
        View(Query(days("2024-02-29", "2024-02-29"), "盗窃", "village"), "zh", True, "h<&>'\"", "zones", "heat,zones"),
        View(Query(hours=(22, 4)), "zh"),
        View(Query(weekdays=(1, 2, 3, 4, 5), hours=(4, 8), level="county", against="prior"), "zh", tab="todo"),
        View(Query(weekdays=(1, 3, 6, 7)), "en", focus="武定苑", tab="signs"),
        View(Query(parameters=AnalysisParameters(eps_m="auto", min_samples=8)), "zh"),
        View(Query(parameters=AnalysisParameters(eps_m=75.5)), "zh"),
        View(Query(parameters=AnalysisParameters(eps_m=100_000.0)), "zh"),
    ],
)
def test_an_address_says_all_of_a_view(view, study):
    app = create_app(DEMONSTRATION, study)
    with app.test_request_context("/" + view.query_string()):
        assert parse_view(request.args, study, view.language) == view


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("from=2024-13-01&to=2024-02-01", "2024-13-01"),
        ("from=20240201&to=2024-02-29", "20240201"),
        ("from=2024-03-01&to=2024-02-29", "2024-03-01 – 2024-02-29"),
        ("from=0001-01-01&to=2024-02-29", "0001-01-01"),
        ("from=2024-01-01&to=9999-12-31", "9999-12-31"),
        ("kind=palace", "palace"),
        ("category=%E9%AC%BC", "鬼"),
        ("lang=fr", "fr"),
        ("hours=22", "22"),
        ("eps=0", "0"),
        ("eps=100000.1", "100000.1"),
        ("eps=nan", "nan"),
        ("eps=Auto", "Auto"),
        ("min_samples=0", "0"),
        ("min_samples=2147483648", "2147483648"),
        ("min_samples=4.5", "4.5"),
        ("hours=22-25", "22-25"),
        ("weekdays=0-5", "0-5"),
        ("weekdays=1,,3", "1,,3"),
        ("level=province", "province"),
        ("against=tomorrow", "tomorrow"),
        ("tab=all", "all"),
    ],
)
def test_an_impossible_address_is_answered_with_what_is_allowed_and_a_way_back(client, address, told):
    for path in ("/", "/map.html", "/zones.geojson"):
        page = _text(client, f"{path}?{address}", 400)
        assert told in _words(page).replace("&lt;", "<")
        assert "allowed" in page or "允许" in page
        assert 'href="/' in page


def test_one_day_alone_takes_the_datas_other_end(client):
    assert 'value="2024-03-31"' in _text(client, "/?from=2024-02-01")
    assert 'value="2022-01-01"' in _text(client, "/?to=2024-02-29")


def test_the_default_view_has_no_words_in_its_address(study):
    assert View(Query(), "zh").query_string() == ""


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/hotspots.gpkg", 404), ("/static/none.css", 404)])
def test_an_unknown_address_is_answered_with_a_sentence(client, path, status):
    page = _text(client, path, status)
    assert "返回地图" in page


def test_what_is_not_taken_is_refused_with_a_sentence(client):
    answer = client.post("/")
    assert answer.status_code == 405
    assert "允许" in answer.get_data(as_text=True)


def test_every_script_of_the_page_carries_the_answers_own_nonce_and_nothing_is_set(client):
    answers = [client.get(f"/?{FEBRUARY}") for _ in range(2)]
    nonces = []
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        (nonce,) = re.findall(r"script-src 'nonce-([^']+)'", policy)
        scripts = re.findall(r"<script\b[^>]*>", answer.get_data(as_text=True))
        assert len(scripts) >= 3
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer.headers
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:9", 200), ("localhost", 200), ("evil.example", 400), ("127.0.0.1.evil.example", 400)],
)
def test_only_this_machines_names_are_answered(client, host, status):
    assert client.get("/healthz", headers={"Host": host}).status_code == status
    if status == 400:
        assert "not served" in client.get("/", headers={"Host": host}).get_data(as_text=True)


def test_the_host_that_is_set_is_answered_too():
    assert "maps.county.example" in trusted_hosts("maps.county.example")
    assert "127.0.0.1" in trusted_hosts("0.0.0.0")
    assert "[fd00::1]" in trusted_hosts("fd00::1")


def test_static_files_are_kept_for_a_year_under_their_hash_and_asked_again_without(client):
    page = _text(client, f"/?{FEBRUARY}")
    (address,) = re.findall(r'href="(/static/site\.css\?v=[0-9a-f]{10})"', page)
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert client.get("/static/site.css").headers["Cache-Control"] == "no-cache"


def test_the_site_answers_before_any_study_is_opened(tmp_path):
    app = create_app(Settings(data_dir=tmp_path, var_dir=tmp_path / "var", cache_dir=tmp_path / "cache"))
    assert app.test_client().get("/healthz").json["status"] == "ok"
    page = _text(app.test_client(), "/", 503)
    assert "geo-zhengzhi demo" in page


def test_an_empty_period_says_why_and_what_next(client):
    page = _text(client, "/?from=2030-01-01&to=2030-01-31")
    assert "本时段没有事件。" in page
    assert "2024-03-31" in page
    assert 'href="/?from=2024-03-01&amp;to=2024-03-31"' in page


def test_where_last_year_is_not_known_nothing_is_compared_and_that_is_said(client):
    page = _words(_text(client, "/?from=2022-01-01&to=2022-01-31"))
    assert "数据始于 2022-01-01，晚于去年同期的开始，无从比较。" in page
    assert "去年同期 " not in page.replace("晚于去年同期的开始", "")


def test_days_without_a_clock_have_a_page_and_no_peak_hours():
    whole_days = [incident((100, 100), f"2024-02-{day:02d}", until=f"2024-02-{day + 1:02d}") for day in range(5, 17)]
    client = create_app(DEMONSTRATION, study_of(whole_days, PARTS)).test_client()
    page = _words(_text(client, f"/?{FEBRUARY}&tab=hotspots"))
    assert "热点 本期 高发时段 1 武定苑 某派出所 12 – 牵头单位" in page


def test_where_lengths_differ_every_rows_percentage_has_the_per_day_figure_beside_it(client):
    page = _words(_text(client, f"/?{FEBRUARY}&lang=en"))
    assert page.count("−40.0 % (−42.1 % per day)") == 3  # the target 12 against 20, its hotspot and its zone


def test_a_kind_and_a_category_narrow_the_page(client):
    page = _text(client, f"/?{FEBRUARY}&kind=railway_corridor&category=诈骗")
    assert 'data-id="铁路"' in page
    assert 'data-id="武定苑"' not in page
    assert "清除筛选" in page


def test_the_parameters_of_the_address_are_used_and_shown_for_each_kind(client, study):
    page = _words(_text(client, f"/?{FEBRUARY}&lang=en&eps=75.5&min_samples=9"))
    assert "residential area 76 m / 9" in page
    assert "Outside targets 76 m / 9" in page
    found = assess(study, Query(days("2024-02-01", "2024-02-29"), parameters=AnalysisParameters(75.5, 9)))
    assert {row.fields["min_samples"] for row in found.hotspots} == {9}
    own = _words(_text(client, f"/?{FEBRUARY}&lang=en"))
    assert "residential area 60 m / 5" in own
    assert "railway corridor 200 m / 5" in own


def test_an_automatic_radius_is_shown_for_each_kind_on_the_page(client, study):
    query = Query(days("2024-02-01", "2024-02-29"), parameters=AnalysisParameters(eps_m="auto"))
    used = assess(study, query).result.eps_used_m
    page = _text(client, f"/?{FEBRUARY}&lang=en&eps=auto")
    assert 'name="eps" value="auto"' in page
    for kind, key in (("residential area", "武定苑"), ("railway corridor", "铁路"), ("Outside targets", "open_ground")):
        assert f'<th scope="row">{kind}</th><td>{used[key]:.0f} m /' in page


def test_radii_of_one_kind_are_told_from_the_smallest_to_the_widest():
    parts = [area("甲", 0, 0), area("乙", 1000, 0)]
    situation = assess(study_of(INCIDENTS, parts), Query(days("2024-02-01", "2024-02-29")))
    result = replace(situation.result, eps_used_m={"甲": 100.0, "乙": 40.0, "open_ground": 150.0})
    assert Say("en").used(replace(situation, result=result))[0] == ("residential area", "40–100 m / 5")


def test_clearing_the_filters_leaves_hours_and_parameters_too(client):
    page = _text(client, f"/?{FEBRUARY}&eps=auto&hours=22-4")
    (cleared,) = re.findall(r'class="sm nw clear" href="/([^"]*)"', page)
    assert "eps" not in cleared
    assert "hours" not in cleared
    assert "from=2024-02-01" in cleared
    assert 'class="sm nw clear"' not in _text(client, f"/?{FEBRUARY}&tab=zones&lang=en")


def test_the_selected_row_is_marked_and_its_list_is_open(client, study):
    (hotspot, *_) = assess(study, Query(days("2024-02-01", "2024-02-29"))).hotspots
    page = _text(client, f"/?{FEBRUARY}&tab=hotspots&focus={hotspot.hotspot_id}")
    assert f'class="item on" data-id="{hotspot.hotspot_id}"' in page
    assert re.search(r'id="list-targets"[^>]* hidden', page)
    assert not re.search(r'id="list-hotspots"[^>]* hidden', page)


def test_the_download_is_one_file_that_asks_for_nothing(client):
    answer = client.get(f"/map.html?{FEBRUARY}&lang=en")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "map-2024-02-01-2024-02-29.html" in answer.headers["Content-Disposition"]
    page = answer.get_data(as_text=True)
    assert not re.findall(r"""<(?:script|link|img)\b[^>]*(?:src|href)=["'](?!data:)""", page)
    assert len(page) < 3_000_000


def test_hotspots_and_zones_can_be_taken_along(client, study):
    found = assess(study, Query(days("2024-02-01", "2024-02-29")))
    hotspots = json.loads(_text(client, f"/hotspots.geojson?{FEBRUARY}"))["features"]
    zones = json.loads(_text(client, f"/zones.geojson?{FEBRUARY}"))["features"]
    assert {f["properties"]["hotspot_id"] for f in hotspots} == {h.hotspot_id for h in found.hotspots}
    assert sorted(f["properties"]["status"] for f in zones) == ["candidate", "zone", "zone"]


def test_hostile_names_stay_words():
    hostile = "</script><img src=x onerror=alert(1)>\"'${alert(2)}`{{7*7}}"
    parts = [area(hostile, 0, 0, name_en=hostile, lead_unit=hostile)]
    incidents = [*INCIDENTS[:1], *many(9, (100, 100), "2024-02-05", category=hostile)]
    study = study_of(incidents, parts, name=hostile)
    client = create_app(DEMONSTRATION, study).test_client()
    for tab in ("targets", "hotspots", "zones"):
        page = _text(client, f"/?{FEBRUARY}&tab={tab}&focus=%3Cimg%3E")
        assert "<img" not in page
        assert "{{7*7}}" in page
        assert page.count("</script>") == page.count("<script")
    refusal = _text(client, "/?kind=" + "%3Cimg%20src=x%3E", 400)
    assert "<img src=x" not in refusal


def test_every_word_of_the_page_has_its_chinese():
    known = catalogue("zh")
    sources = [*(REPOSITORY / "web" / "templates").glob("*.html"), *(REPOSITORY / "web").glob("*.py")]
    sources += (REPOSITORY / "geo_zhengzhi" / "services").rglob("*.py")
    pattern = r'(?<!\w)(?:_|\.text|self\._)\(\s*"((?:[^"\\]|\\.)+)"'
    words = {word for source in sources for word in re.findall(pattern, source.read_text("utf-8"))}
    words |= {kind.sentence for kind in STATUS} | set(SENTENCES.values()) | {UNFORESEEN, TITLE}
    words |= {*MEANINGS.values(), *UNIT_WORDS.values(), *SHORT_VERDICTS.values(), *WEEKDAYS, *TRENDS.values()}
    words |= {*AGAINST_WORDS.values(), *AGAINST_TITLES.values(), *REASONS.values(), *FOLDED_NAMES, NO_PRIOR}
    words |= {*OF_THE_PERIOD_BEFORE, *OF_THE_PERIOD_BEFORE.values()}
    words |= {ENDS_WITHIN, NOT_SO_FAR_BACK, DEMONSTRATION_NAME, SIMULATED_NOTE, GENERALISED_NOTE}
    assert len(words) > 90
    assert not {word for word in words if word not in known}


def test_every_class_of_error_has_a_sentence_and_those_of_the_site_a_status():
    for kind, status in STATUS.items():
        assert issubclass(kind, GeoZhengzhiError)
        assert 400 <= status < 600
    assert STATUS[InvalidParameter] == 400
    assert sentences.DemonstrationMissing in STATUS


def test_an_unforeseen_fault_is_a_sentence_without_its_details(study, monkeypatch):
    app = create_app(DEMONSTRATION, study)
    monkeypatch.setattr("web.views.console_main", lambda *_: (_ for _ in ()).throw(RuntimeError("secret path")))
    page = _text(app.test_client(), f"/?{FEBRUARY}", 500)
    assert "secret" not in page
    assert "服务器出错" in page


def test_style_and_script_are_such_as_browsers_of_2019_understand():
    styles, scripts = (sorted((REPOSITORY / "web" / "static").glob(f"*.{end}")) for end in ("css", "js"))
    assert min(len(styles), len(scripts)) > 5
    style = re.sub(r"/\*.*?\*/", "", "".join(path.read_text("utf-8") for path in styles), flags=re.DOTALL)
    script = "".join(path.read_text("utf-8") for path in scripts)
    for word in ("clamp(", "inset:", "{aspect-ratio:", ";aspect-ratio:", ":is(", ":focus-visible", ":where(", ":has("):
        assert word not in style, word
    assert not re.search(r"\b(?:min|max)\(", style)
    assert not re.search(r"(?<!grid-)(?<!row-)(?<!column-)gap:", style)
    assert not re.search(r"\?\.(?!\d)|\?\?", re.sub(r"'[^']*'|//[^\n]*", "", script))


# the pictures


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    assert charts.interval(compare(21, 9, 59, 59), "worse").count('class="arrow"') == 1
    assert charts.interval(compare(30, 31, 59, 59), "same").count('class="arrow"') == 0
    assert charts.interval(compare(1, 60, 59, 59), "better").count('class="arrow"') == 1
    assert "pt" not in charts.interval(compare(5, 0, 59, 59), "unknown")
    assert charts.main_interval(compare(5, 0, 59, 59), "unknown") == ""


def test_fewer_than_a_hundred_incidents_fold_into_bands_with_numbers(study):
    say, grid = Say("zh"), np.zeros((7, 24))
    grid[5, 20] = 99.0
    folded = Grid(grid, say).picture()
    assert folded.count("<rect") == 12
    assert ">99.0<" in folded
    assert Grid(grid, say).busiest() == "周末 20:00–24:00, 99.0"
    grid[5, 20] = 100.0
    assert Grid(grid, say).picture().count("<rect") == 168
    assert Grid(grid, say).busiest() == "周六 20:00–21:00, 100.0"
    assert Grid(grid * 0, say).busiest() == "–"


def test_the_bars_show_this_and_last_years_period(study):
    found = assess(study, Query(days("2024-02-01", "2024-02-29")))
    picture = charts.weeks(found.weeks, Say("en"))
    assert "bar now" in picture
    assert "bar ref" in picture
    assert charts.weeks([], Say("en")) == ""
    linked = charts.weeks(found.weeks, Say("en"), link=lambda day: f"/?a&b={day}")
    assert linked.count("<a ") == len(found.weeks)
    assert (linked.count('tabindex="0"'), 'href="/?a&amp;b=2024-02-05"' in linked) == (1, True)
    assert charts.most(found.weeks) == max(week.n for week in found.weeks)


def test_a_feast_is_marked_where_the_weeks_reach_it(study):
    found = assess(study, Query(days("2024-02-01", "2024-02-29")))
    marked = charts.weeks(found.weeks, Say("en"), SPRING_FESTIVALS)
    assert marked.count("Spring Festival") == 2  # 22 January 2023 and 10 February 2024
    assert "Spring Festival" not in charts.weeks(found.weeks, Say("en"))


def test_the_site_is_found_by_flask(study):
    assert ScriptInfo(app_import_path="web").load_app().name == "web.app"


def test_a_port_that_is_taken_is_said_with_a_way_out(upstream, study):
    settings = replace(DEMONSTRATION, port=upstream.server_port)
    with pytest.raises(PortTaken, match="GEO_ZHENGZHI_PORT"):
        listen(create_app(settings, study), settings)


def test_a_port_that_the_system_chose_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("GEO_ZHENGZHI_PORT", "0")
    monkeypatch.setenv("GEO_ZHENGZHI_VAR_DIR", str(tmp_path))
    said = []
    for name, instead in (("warm_up", print), ("first_links", lambda app, settings: [settings.address])):
        monkeypatch.setattr(f"web.serve.{name}", instead)
    monkeypatch.setattr("web.ahead.watch", print)
    monkeypatch.setattr("web.serve.serve", lambda server, text: said.extend([server, text]))
    assert main() == 0
    server, text = said
    server.close()
    assert int(server.effective_port) > 0
    assert text.count(f"http://127.0.0.1:{server.effective_port}/") == 2


def test_serving_prints_the_address_once_it_listens_and_fills_the_port(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "GEO_ZHENGZHI_PORT": str(port), "GEO_ZHENGZHI_LANGUAGE": "en"}
    environment["GEO_ZHENGZHI_VAR_DIR"] = str(tmp_path)
    command = [sys.executable, "-m", "web.serve"]
    with subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout.readline() == f"Serving on http://127.0.0.1:{port}/\n"
            links = [server.stdout.readline() for _ in range(2)]
            for line, role in zip(links, ("administrator", "planner"), strict=True):
                assert re.fullmatch(
                    rf"{role}: http://127.0.0.1:{port}/link/[\w-]{{43}} \(once, within 24 hours\)\n", line
                )
            with urllib.request.urlopen(links[1].split()[1]) as answer:
                assert "Sign in" in answer.read().decode()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang=en") as answer:
                assert "174" in answer.read().decode()
        finally:
            server.terminate()


def test_serving_without_the_demonstration_is_refused_in_one_line(tmp_path):
    nowhere = {"GEO_ZHENGZHI_DATA_DIR": str(tmp_path), "GEO_ZHENGZHI_VAR_DIR": str(tmp_path / "var")}
    environment = {**os.environ, **nowhere, "GEO_ZHENGZHI_LANGUAGE": "en"}
    command = [sys.executable, "-m", "web.serve"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "geo-zhengzhi demo" in done.stderr
    assert "Traceback" not in done.stderr


# background tiles


class _Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        kind = self.path.split("/")[1]
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", "/image/1/0/0")
            self.end_headers()
            return
        content = {"image": PNG, "html": b"<html>", "large": PNG + b"0" * tiles.MAX_TILE_BYTES}.get(kind)
        self.send_response(200 if content else 403)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def upstream() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Upstream)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()


def _tiled(upstream: HTTPServer, kind: str, cache: Path) -> Settings:
    return replace(
        DEMONSTRATION, tiles=f"http://127.0.0.1:{upstream.server_port}/{kind}/{{z}}/{{x}}/{{y}}", cache_dir=cache
    )


def test_a_tile_is_fetched_once_and_then_kept(upstream, study, tmp_path):
    client = create_app(_tiled(upstream, "image", tmp_path), study).test_client()
    before = len(upstream.asked)
    for _ in range(2):
        answer = client.get("/tiles/3/4/5")
        assert (answer.data, answer.mimetype, answer.status_code) == (PNG, "image/png", 200)
    assert upstream.asked[before:] == ["/image/3/4/5"]
    assert 'data-tile-layers="1"' in _text(client, f"/?{FEBRUARY}")


@pytest.mark.parametrize("kind", ["html", "large", "redirect", "forbidden"])
def test_what_is_no_tile_is_not_passed_on(upstream, kind, tmp_path):
    with pytest.raises(TileUnavailable) as refusal:
        fetch_tile(_tiled(upstream, kind, tmp_path), 1, 0, 0)
    assert "127.0.0.1" not in str(refusal.value)
    assert not list(tmp_path.rglob("0"))[1:]


def test_an_upstream_that_is_not_there_is_a_bad_gateway(study, tmp_path):
    client = create_app(
        replace(DEMONSTRATION, tiles="http://127.0.0.1:9/{z}/{x}/{y}?tk=SECRET", cache_dir=tmp_path), study
    ).test_client()
    page = _text(client, "/tiles/1/0/0", 502)
    assert "SECRET" not in page


@pytest.mark.parametrize(
    "path", ["/tiles/1/2/0", "/tiles/1/0/2", "/tiles/20/0/0", "/tiles/0/0/0?layer=1", "/tiles/0/0/0?layer=-1"]
)
def test_a_tile_beside_the_map_is_not_asked_for(upstream, study, path, tmp_path):
    before = len(upstream.asked)
    client = create_app(_tiled(upstream, "image", tmp_path), study).test_client()
    _text(client, path, 404)
    assert len(upstream.asked) == before


@pytest.mark.parametrize("path", ["/tiles/a/0/0", "/tiles/1/-1/0", "/tiles/1/0/0.png", "/tiles/../../etc/passwd"])
def test_a_tile_address_is_three_numbers(client, path):
    _text(client, path, 404)


def test_without_a_background_there_are_no_tiles(client):
    with pytest.raises(TileRefused):
        fetch_tile(Settings(), 0, 0, 0)
    _text(client, "/tiles/0/0/0", 404)
