"""What one worker has made serves all of them: pages without anybody's token, and common questions before they come."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from accounts import quick_passwords  # noqa: F401
from sites import COUNTY, Visitor, accounts_of_every_role, site_of
from studies import area, days, many, study_of

from geo_zhengzhi.services.console import ahead, keeping, shown
from geo_zhengzhi.services.console.day_hours import BANDS
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.sharing import Shared
from geo_zhengzhi.services.console.sides import sides
from geo_zhengzhi.services.console.situation import Query
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from web import ahead as starting
from web import console_page

FEBRUARY = days("2024-02-01", "2024-02-29")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A hotspot in a target, and one outside, which a planner may adopt."""
    rows = [*many(12, (100, 100), "2024-02-05"), *many(12, (5000, 5000), "2024-02-06", category="诈骗")]
    return study_of(rows, [area("甲", 0, 0)], opening_period=FEBRUARY, results_dir=tmp_path / "kept")


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be another worker: nothing is in memory, and nothing may be made."""
    for module, name in ((shown, "_SHOWN"), (console_page, "_MAINS")):
        old = getattr(module, name)
        monkeypatch.setattr(module, name, Shared(old._prefix, old._kind, memory_bytes=2**20))
        monkeypatch.setattr(module, "_made", lambda *_: pytest.fail("it was made again"))


def main_of(page: str) -> str:
    """The console below its first line."""
    return page.split('<form class="filters"')[1].split("<script")[0]


# in memory, bounded in bytes


def test_values_are_kept_up_to_a_number_of_bytes_and_the_latest_at_any_size():
    made: list[str] = []
    once: ComputeOnce[int] = ComputeOnce(size=9, max_bytes=10, bytes_of=lambda value: value)

    def get(key: str, n_bytes: int) -> None:
        once.get(key, lambda: made.append(key) or n_bytes)  # type: ignore[func-returns-value]

    for key, n_bytes in (
        ("a", 4),
        ("b", 4),
        ("a", 4),
        ("c", 4),
        ("a", 4),
        ("b", 4),
        ("huge", 99),
        ("huge", 99),
        ("a", 4),
    ):
        get(key, n_bytes)
    assert made == ["a", "b", "c", "b", "huge", "a"]


# pages


@pytest.mark.usefixtures("quick_passwords")
def test_a_kept_page_holds_nobodys_token_nonce_or_name(store, study, monkeypatch):
    accounts_of_every_role(store)
    site = site_of(store, study)
    first = Visitor(site).sign_in("planner").get("/").text
    kept = [path.read_bytes() for path in study.results_dir.iterdir() if path.suffix == ".pickle"]
    nonces = set(re.findall(r'nonce="([^"]+)"', first))
    assert (len(nonces), len(TOKEN.findall(first))) == (1, 2)
    assert "of-this-" not in first
    for secret in (*nonces, *TOKEN.findall(first), "planner"):
        assert not any(secret.encode() in content for content in kept)
    forget(monkeypatch)
    second = Visitor(site_of(store, study)).sign_in("planner").get("/").text
    assert not set(TOKEN.findall(first)) & set(TOKEN.findall(second))
    assert len(set(re.findall(r'nonce="([^"]+)"', second)) | nonces) == 2


@pytest.mark.usefixtures("quick_passwords")
def test_who_may_not_edit_gets_a_page_without_the_form_that_the_planner_has(store, study):
    accounts_of_every_role(store)
    site = site_of(store, study)
    asked = {role: Visitor(site).sign_in(role).get("/").text for role in ("planner", "viewer", "importer")}
    assert [role for role, page in asked.items() if "/adopt" in page or "bare adopt" in page] == ["planner"]


@pytest.mark.usefixtures("quick_passwords")
def test_another_worker_shows_what_one_has_made(store, study, monkeypatch):
    accounts_of_every_role(store)
    asked = ["/", "/?category=诈骗", "/?kind=residential_area&lang=zh", "/?tab=zones"]
    viewer = Visitor(site_of(store, study)).sign_in("viewer")
    pages = [viewer.get(address).text for address in asked]
    forget(monkeypatch)
    viewer = Visitor(site_of(store, replace(study))).sign_in("viewer")
    parts = [page.split('<form class="filters"')[1].split("<script")[0] for page in pages]
    assert parts == [
        viewer.get(address).text.split('<form class="filters"')[1].split("<script")[0] for address in asked
    ]


@pytest.mark.parametrize(
    "other",
    [
        lambda study: replace(study, name="另一个县"),
        lambda study: replace(study, context=replace(study.context, attributions=("© 某地",))),
        lambda study: replace(study, context=replace(study.context, outline=study.targets[["geometry"]])),
        lambda study: replace(study, boundaries={"甲": 2}),
        lambda study: replace(study, frame_center=(117.5, 40.0)),
        lambda study: replace(study, incidents=study.incidents.iloc[1:], incidents_name=""),
    ],
    ids=["name", "attributions", "outline", "boundary's version", "centre", "incidents"],
)
def test_a_study_that_looks_different_has_another_name(study, other):
    assert other(study).look != study.look
    assert replace(study).look == study.look


# ahead


def test_the_common_periods_are_the_latest_of_each_unit_within_the_data():
    rows = [*many(1, (0, 0), "2023-11-20"), *many(1, (0, 0), "2024-02-10")]
    found = ahead.common_periods(study_of(rows, [], opening_period=days("2024-01-01", "2024-02-29")))
    assert [f"{period.first_day}/{period.last_day}" for period in found] == [
        "2024-01-01/2024-02-29",
        *("2024-02-05/2024-02-11", "2024-01-29/2024-02-04", "2024-01-22/2024-01-28", "2024-01-15/2024-01-21"),
        *("2024-02-01/2024-02-29", "2024-01-01/2024-01-31", "2023-12-01/2023-12-31", "2023-11-01/2023-11-30"),
        *("2024-01-01/2024-03-31", "2023-10-01/2023-12-31"),
        *("2024-01-01/2024-06-30", "2023-07-01/2023-12-31"),
        *("2024-01-01/2024-12-31", "2023-01-01/2023-12-31"),
    ]  # fmt: skip
    assert ahead.common_periods(study_of([], [])) == []


def test_common_questions_are_asked_of_everything_then_of_each_category_then_of_each_band_of_hours(study):
    asked = ahead.common_questions(study)[:: len(ahead.common_periods(study))]
    assert [query.category for query in asked] == [None, *study.categories, *[None] * len(BANDS)]
    assert [query.hours for query in asked] == [None] * (1 + len(study.categories)) + list(BANDS)


def test_what_was_worked_out_ahead_is_shown_by_every_worker_and_not_worked_out_again(study, monkeypatch):
    settings = Settings()
    assert ahead.work_ahead(study, settings, lambda: True) == len(ahead.common_questions(study))
    assert ahead.work_ahead(study, settings, lambda: True) == 0
    assert len(list(study.results_dir.glob("heat-*.pickle"))) == len(ahead.common_questions(study))
    forget(monkeypatch)
    found = shown.shown(replace(study), Query(FEBRUARY, "诈骗"), "zh", settings)
    assert (found.situation.n_incidents, len(found.situation.hotspots)) == (12, 1)


def test_the_work_ends_when_it_is_told_to(study):
    answers = iter((True, True, False))
    assert ahead.work_ahead(study, Settings(), lambda: next(answers)) == 2


def test_what_opens_first_is_worked_out_with_both_of_its_sides_and_their_heat(tmp_path, monkeypatch):
    rows = [*many(40, (100, 100), "2023-01-05"), *many(7, (100, 100), "2024-02-05")]
    study = study_of(rows, [area("甲", 0, 0)], opening_period=FEBRUARY, results_dir=tmp_path / "kept")
    ahead.open_ahead(study, Settings())
    assert len(list(study.results_dir.glob("heat-*.pickle"))) == 2
    forget(monkeypatch)
    both = sides(replace(study), Query(), "zh", Settings())
    assert [side.situation.period for side in both.values()] == [both["now"].situation.earlier, study.default_period]
    assert shown.shown(replace(study), Query(), "zh", Settings()).situation.period == study.default_period


def test_only_one_process_works_ahead_in_a_folder(tmp_path):
    with ahead.alone(tmp_path) as first, ahead.alone(tmp_path) as second:
        assert (first, second) == (True, False)
    with ahead.alone(tmp_path) as again:
        assert again
    assert (tmp_path / ahead.LOCK).stat().st_mode & 0o777 == 0o600


def test_a_small_county_has_nothing_worked_out_ahead(store, study, tmp_path, monkeypatch):
    settings = replace(COUNTY, cache_dir=tmp_path / "cache", database_url=f"sqlite:///{tmp_path / 'own.gpkg'}")
    assert ahead.work_while_it_changes(settings, lambda: True) == 0
    assert not ahead.is_worthwhile(study)
    monkeypatch.setattr(ahead, "LEAST_INCIDENTS", len(study.incidents))
    assert ahead.is_worthwhile(study)
    assert not ahead.is_worthwhile(replace(study, results_dir=None))


@pytest.mark.parametrize(
    ("settings", "started"),
    [(COUNTY, 1), (replace(COUNTY, ahead=0), 0), (Settings(), 0)],
    ids=["county", "off", "demo"],
)
def test_it_is_started_once_for_a_county_and_not_where_it_is_switched_off(tmp_path, monkeypatch, settings, started):
    programs: list[list[str]] = []

    class Running:
        def __init__(self, command, env, **_) -> None:
            programs.append(command)
            assert env["GEO_ZHENGZHI_CACHE_DIR"] == str(tmp_path)

        def poll(self):
            return None

    monkeypatch.setattr(starting.subprocess, "Popen", Running)
    starter = starting.Starter(replace(settings, cache_dir=tmp_path))
    starter.start()
    starter.start()
    assert len(programs) == started


def test_it_is_not_started_beside_another_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(starting.subprocess, "Popen", lambda *_, **__: pytest.fail("a second one"))
    settings = replace(COUNTY, cache_dir=tmp_path)
    with ahead.alone(settings.kept_dir):
        starting.Starter(settings).start()


def test_another_program_shows_nothing_of_this_one(study, monkeypatch):
    settings = Settings()
    shown.shown(study, Query(FEBRUARY), "zh", settings)
    assert shown.is_shown(study, Query(FEBRUARY), "zh", settings)
    monkeypatch.setattr(shown, "name_for", lambda *made_of: keeping.name_for("changed", *made_of))
    assert not shown.is_shown(study, Query(FEBRUARY), "zh", settings)
