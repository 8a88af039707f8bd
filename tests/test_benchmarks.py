"""The benchmark report says what was measured, and says no where a target was missed."""

import sys
from dataclasses import asdict

import pytest

from benchmarks import report, run
from benchmarks.protocol import Engine, Measurement
from benchmarks.report import Result

MEASURED = {
    "name": "Sort", "seconds": 2.0, "mib": 500.0, "reference_seconds": 10.0, "reference_mib": 900.0, "at_least": None,
    "at_most": None, "limit_seconds": None, "limit_mib": None, "rounds": 3, "on": "2025-01-01", "note": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "met"),
    [
        ({"at_least": 5}, True),
        ({"at_least": 5.1}, False),
        ({"at_most": 0.2}, True),
        ({"at_most": 0.19}, False),
        ({"limit_seconds": 2}, True),
        ({"limit_seconds": 1.9}, False),
        ({"limit_mib": 500}, True),
        ({"limit_mib": 499}, False),
        ({"at_least": 5, "limit_mib": 499}, False),
    ],
    ids=str,
)
def test_a_target_is_met_on_the_limit_and_not_beyond(limit, met):
    result = Result(**MEASURED | limit)
    assert result.met is met
    assert report.cells_of(result)[-1] == ("yes" if met else "**no**")


def test_results_come_back_as_they_were_written(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "HERE", tmp_path)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    assert report.read_results() == {}
    results = {"sorting": [Result(**MEASURED), Result(**MEASURED | {"name": "Two", "reference_seconds": None})]}
    report.write_report(results)
    assert report.read_results() == results
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| Sort | 2.00 s | 500 MiB | 10.00 s, 900 MiB | 5.0× as fast | – | yes |" in page
    assert f"Python {sys.version.split()[0]}" in page


def test_an_engine_runs_in_a_process_of_its_own_that_is_timed():
    sleepy, quick = (Engine("tests.test_benchmarks:sleep", seconds=seconds) for seconds in (0.2, 0))
    result = run.measure(Measurement("Sleep", subject=quick, reference=sleepy, at_least=2), rounds=1)
    assert result.met
    assert result.reference_seconds >= 0.2
    assert result.mib > 1


def sleep(seconds):
    import time

    return lambda: time.sleep(seconds)


def test_an_unknown_module_is_named_with_those_there_are():
    with pytest.raises(SystemExit, match=r"weather: no such module – there are: .*dbscan"):
        run.main(["weather"])


def test_every_bench_module_lists_measurements_with_names_of_their_own(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.bench_dbscan.DATA", tmp_path)
    assert run.main(["--list", "--quick", "dbscan"]) == 0
    names = capsys.readouterr().out.splitlines()
    assert len(names) == len(set(names)) >= 6


def test_the_stored_results_fit_the_report():
    for rows in report.read_results().values():
        assert all(Result(**asdict(row)) == row for row in rows)
