"""The command line: from files to a folder, in plain sentences, with exit codes."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from browsing import until
from click.testing import CliRunner

from geo_zhengzhi import cli
from geo_zhengzhi.gcj02 import wgs84_to_gcj02
from geo_zhengzhi.settings import Settings
from tests.conftest import Watched

DATA = Settings().data_dir
TARGETS = str(DATA / "boundaries" / "targets.geojson")
INCIDENTS = str(DATA / "incidents" / "demo_incidents.csv")
ANALYSE = ["analyse", INCIDENTS, "--datum", "wgs84", "--targets", TARGETS, "--targets-datum", "wgs84"]
FEBRUARY_AND_MARCH = ["--from", "2024-02-01", "--to", "2024-03-31"]
FILES = {
    "map.html",
    "hotspots.geojson",
    "zones.geojson",
    "incidents.csv",
    "analysis.gpkg",
    "summary.json",
    "rejects.csv",
    "target_rejects.csv",
}


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """The program as a shell runs it: exit code, standard output, standard error."""
    monkeypatch.setattr("sys.argv", ["geo-zhengzhi", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    output = capsys.readouterr()
    return int(stop.value.code or 0), output.out, output.err


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("analysed")
    result = CliRunner().invoke(cli.commands, [*ANALYSE, *FEBRUARY_AND_MARCH, "--json", "-o", str(folder)])
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.output)


def test_an_analysis_writes_every_file_the_readme_names(analysed: tuple[Path, dict[str, object]]) -> None:
    folder, _ = analysed
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_demonstration_counts_174_against_262(analysed: tuple[Path, dict[str, object]]) -> None:
    _, summary = analysed
    county = summary["county"]
    assert (county["n_now"], county["n_before"]) == (174, 262)
    assert round(county["percent"], 1) == -33.6
    assert round(county["percent_per_day"], 1) == -34.7
    assert county["verdict"] == "improved"


def test_json_on_standard_output_is_what_the_summary_file_holds(analysed: tuple[Path, dict[str, object]]) -> None:
    folder, summary = analysed
    assert json.loads((folder / "summary.json").read_text("utf-8")) == summary


def test_the_geopackage_holds_the_same_hotspots_zones_and_incidents(analysed: tuple[Path, dict[str, object]]) -> None:
    folder, summary = analysed
    counts = summary["counts"]
    layers = {name: gpd.read_file(folder / "analysis.gpkg", layer=name) for name in ("hotspots", "zones", "incidents")}
    assert len(layers["hotspots"]) == counts["n_hotspots"] == len(gpd.read_file(folder / "hotspots.geojson"))
    assert len(layers["zones"]) == counts["n_zones"] + counts["n_candidates"]
    assert len(layers["incidents"]) == counts["n_incidents"] == 174


def test_a_gb18030_csv_in_gcj02_with_chinese_headers_gives_the_same_map(tmp_path: Path, watched: Watched) -> None:
    frame = pd.read_csv(INCIDENTS)
    east, north = wgs84_to_gcj02(frame["longitude"], frame["latitude"])
    theirs = pd.DataFrame(
        {
            "案件编号": frame["incident_id"],
            "案件类别": frame["category"],
            "发案时间上限": frame["occurred_from"],
            "发案时间下限": frame["occurred_to"],
            "经度": np.round(east, 9),
            "纬度": np.round(north, 9),
            "报警人姓名": "张三",
            "地址": "文昌街道",
        }
    )
    path = tmp_path / "案件.csv"
    theirs.to_csv(path, index=False, encoding="gb18030")
    common = ["--targets", TARGETS, "--targets-datum", "wgs84", *FEBRUARY_AND_MARCH]
    for name, arguments in (("wgs84", [INCIDENTS, "--datum", "wgs84"]), ("gcj02", [str(path), "--datum", "gcj02"])):
        result = CliRunner().invoke(cli.commands, ["analyse", *arguments, *common, "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    ours, converted = (gpd.read_file(tmp_path / name / "hotspots.geojson") for name in ("wgs84", "gcj02"))
    assert converted["n_incidents"].tolist() == ours["n_incidents"].tolist()
    assert (ours.to_crs(32650).hausdorff_distance(converted.to_crs(32650)) < 1.0).all()
    everything = "".join(p.read_text("utf-8", errors="ignore") for p in (tmp_path / "gcj02").iterdir())
    assert "张三" not in everything
    assert "文昌街道</" not in everything
    watched.page.goto((tmp_path / "gcj02" / "map.html").as_uri())
    until(watched.page, "window.zhengzhi !== undefined")
    assert watched.faults == []


def test_incidents_in_china_without_a_datum_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = [
        "analyse",
        INCIDENTS,
        "--targets",
        TARGETS,
        "--targets-datum",
        "wgs84",
        "-o",
        str(tmp_path),
        "--lang",
        "en",
    ]
    code, out, err = run(capsys, monkeypatch, *arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "--datum" in err
    assert list(tmp_path.iterdir()) == []


def test_targets_in_china_without_a_datum_are_refused_in_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = ["analyse", INCIDENTS, "--datum", "wgs84", "--targets", TARGETS, "-o", str(tmp_path)]
    code, _, err = run(capsys, monkeypatch, *arguments)
    assert code == 2
    assert "--targets-datum" in err
    assert "坐标系" in err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--eps", "0"], "eps_m"),
        (["--eps", "wide"], "eps_m"),
        (["--eps", "nan"], "eps_m"),
        (["--eps", "100000.5"], "eps_m"),
        (["--min-samples", "0"], "min_samples"),
        (["--min-samples", "2147483648"], "min_samples"),
        (["--category", "没有这一类"], "category"),
        (["--from", "2024-03-01", "--to", "2024-02-01"], "period"),
        (["--from", "1899-12-31"], "--from"),
        (["--to", "2201-01-01"], "--to"),
        (["--timezone", "Mars/Olympus"], "timezone"),
    ],
)
def test_a_parameter_out_of_range_is_one_sentence_and_exit_code_2(
    arguments: list[str],
    part: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    code, _, err = run(capsys, monkeypatch, *ANALYSE, "-o", str(tmp_path), "--lang", "en", *arguments)
    assert code == 2
    assert part in err
    assert "allowed" in err
    assert err.count("\n") == 1


def test_the_widest_eps_and_the_longest_period_still_give_a_map(tmp_path: Path) -> None:
    widest = ["--from", "1900-01-01", "--to", "2200-12-31", "--eps", "100000"]
    arguments = [*ANALYSE, *widest, "--json", "-o", str(tmp_path)]
    result = CliRunner().invoke(cli.commands, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["counts"]["n_incidents"] == 4199


def test_a_folder_that_cannot_be_made_is_one_sentence_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    arguments = [*ANALYSE, *FEBRUARY_AND_MARCH, "-o", str(tmp_path / "file" / "folder"), "--lang", "en"]
    code, _, err = run(capsys, monkeypatch, *arguments)
    assert code == 2
    assert "cannot be read or written (Not a directory)" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("word", ["入室盗窃", "burglary", "入室盗窃案"])
def test_a_category_may_be_said_in_any_word_that_the_table_knows(word: str, tmp_path: Path) -> None:
    arguments = [*ANALYSE, *FEBRUARY_AND_MARCH, "--category", word, "--json", "-o", str(tmp_path)]
    result = CliRunner().invoke(cli.commands, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["category"] == "入室盗窃"


def test_an_automatic_radius_is_shown_and_recorded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = [*ANALYSE, "--from", "2022-01-01", "--eps", "auto", "-o", str(tmp_path), "--lang", "en"]
    code, out, _ = run(capsys, monkeypatch, *arguments)
    assert code == 0
    used = json.loads((tmp_path / "summary.json").read_text("utf-8"))["eps_used_m"]
    assert f"square {used['T-2024-gulou']:g} m" in out
    assert f"Outside targets {used['open_ground']:g} m" in out


def test_times_are_in_the_installations_zone_where_none_is_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEO_ZHENGZHI_TIMEZONE", "Asia/Urumqi")
    told = [
        json.loads(run(capsys, monkeypatch, "check", INCIDENTS, "--datum", "wgs84", "--json", *zone)[1])["timezone"]
        for zone in ([], ["--timezone", "Asia/Shanghai"])
    ]
    assert told == ["Asia/Urumqi", "Asia/Shanghai"]


def test_swapped_axes_are_said_and_their_rows_kept_as_rejects(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "swapped.csv"
    path.write_text("category,occurred_at,longitude,latitude\n盗窃,2024-02-01 08:00,40.0455,117.404\n", "utf-8")
    common = ["--datum", "wgs84", "--targets", TARGETS, "--targets-datum", "wgs84", "--lang", "en"]
    code, _, err = run(capsys, monkeypatch, "analyse", str(path), *common, "-o", str(tmp_path / "out"))
    assert code == 2
    assert "swapped" in err
    assert pd.read_csv(tmp_path / "out" / "rejects.csv", encoding="utf-8-sig")["line"].tolist() == [2]


@pytest.mark.parametrize(("language", "reason"), [("en", "It is a point"), ("zh", "是点")])
def test_targets_that_are_not_taken_are_said_and_written_with_their_reason(
    language: str, reason: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken, point = gpd.read_file(TARGETS).iloc[[0]], gpd.read_file(DATA / "boundaries" / "stations.geojson").iloc[[0]]
    both = pd.concat([taken, point.assign(name="=站", kind="square")])[["name", "kind", "geometry"]]
    both.assign(负责人="张三").to_file(tmp_path / "targets.geojson", driver="GeoJSON")
    arguments = ["analyse", INCIDENTS, "--datum", "wgs84", "--targets", str(tmp_path / "targets.geojson")]
    arguments += ["--targets-datum", "wgs84", *FEBRUARY_AND_MARCH, "--lang", language, "-o", str(tmp_path / "out")]
    code, out, _ = run(capsys, monkeypatch, *arguments)
    assert code == 0
    assert f"1 × {reason}" in out
    assert "负责人" in out
    rejects = pd.read_csv(tmp_path / "out" / "target_rejects.csv", encoding="utf-8-sig")
    assert rejects[["file", "feature", "name"]].to_numpy().tolist() == [["targets.geojson", 2, "'=站"]]
    (told,) = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["targets_import"]
    assert (told["n_read"], told["n_kept"], told["n_rejected"]) == (2, 1, 1)


def test_a_period_without_incidents_still_gives_a_map(tmp_path: Path) -> None:
    arguments = [*ANALYSE, "--from", "2030-01-01", "--to", "2030-01-31", "--json", "-o", str(tmp_path)]
    result = CliRunner().invoke(cli.commands, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["counts"]["n_incidents"] == 0
    assert {path.name for path in tmp_path.iterdir()} == FILES


def test_check_says_how_the_counts_add_up_and_exits_1_where_rows_are_rejected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "incident_id,category,occurred_at,longitude,latitude\n"
        "a,盗窃,2024-02-01 08:00,117.4,40.04\n"
        "a,盗窃,2024-02-01 08:00,117.4,40.04\n"
        "b,盗窃,2024-02-30 08:00,117.4,40.04\n",
        "utf-8",
    )
    rejects = tmp_path / "rejects.csv"
    code, out, _ = run(capsys, monkeypatch, "check", str(path), "--datum", "wgs84", "--rejects", str(rejects), "--json")
    report = json.loads(out)
    assert code == 1
    assert (report["n_read"], report["n_kept"], report["n_duplicates"], report["n_rejected"]) == (3, 1, 1, 1)
    assert pd.read_csv(rejects, encoding="utf-8-sig")["line"].tolist() == [4]


def test_check_of_a_clean_file_exits_0(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, "check", INCIDENTS, "--datum", "wgs84", "--lang", "en")
    assert code == 0
    assert "rejected" in out


def test_demo_writes_the_same_bytes_for_the_same_seed_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        result = CliRunner().invoke(cli.commands, ["demo", "--seed", "7", "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("a", "b"))
    assert a == b
    before = (tmp_path / "a" / "demo_incidents.csv").stat().st_mtime_ns
    CliRunner().invoke(cli.commands, ["demo", "--seed", "8", "-o", str(tmp_path / "a")])
    assert (tmp_path / "a" / "demo_incidents.csv").stat().st_mtime_ns == before


def test_every_sentence_of_an_error_has_its_chinese() -> None:
    from geo_zhengzhi import errors
    from geo_zhengzhi.words import catalogue

    sentences = {
        value.sentence for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "sentence")
    }
    assert sentences - {errors.GeoZhengzhiError.sentence} <= set(catalogue("zh"))
