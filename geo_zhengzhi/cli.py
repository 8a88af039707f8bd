"""
The command line: `geo-zhengzhi`, or `python -m geo_zhengzhi`.

Exit codes: 0 done; 1 done, but `check` found rows that would be rejected; 2 refused, with one sentence on standard
error.
"""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geo_zhengzhi import __version__
from geo_zhengzhi.errors import GeoZhengzhiError, InvalidParameter
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, KINDS, AnalysisParameters, Period
from geo_zhengzhi.services.checking import check_file
from geo_zhengzhi.services.demonstration import build_demonstration
from geo_zhengzhi.services.exporting import export_analysis, export_rejects
from geo_zhengzhi.services.situation import Query, assess
from geo_zhengzhi.services.study import Study, open_study, whole_period
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import LANGUAGES, translator

DATUMS = "wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
FOUND = "{n_incidents} incidents in the period: {n_hotspots} hotspots, {n_zones} zones, {n_candidates} candidates"

language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of maps and sentences."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else.")
timezone_option = click.option(
    "--timezone", default="Asia/Shanghai", show_default=True, help="Zone of times that name none (IANA name)."
)
datum_option = click.option("--datum", help=f"Datum of the incidents: {DATUMS}. Needed for data in China.")
mapping_option = click.option(
    "--map", "mapping", multiple=True, metavar="COLUMN=HEADER", help="Read COLUMN from HEADER: --map longitude=东经."
)
study_area_option = click.option(
    "--study-area", type=FILE, help="Polygons outside which rows are rejected; otherwise the targets' hull plus 20 km."
)
targets_datum_option = click.option("--targets-datum", help=f"Datum of targets and context layers: {DATUMS}.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="geo-zhengzhi")
def commands() -> None:
    """Hotspots and remediation zones from incident files, for people who look after public safety by place."""


@commands.command()
@click.option("--seed", default=2024, show_default=True, help="Seed of the simulator: same seed, same bytes.")
@click.option("-o", "--output", type=FOLDER, help="Folder; default data/incidents.")
@click.option("--overwrite", is_flag=True, help="Replace the files that are there.")
@language_option
def demo(seed: int, output: Path | None, overwrite: bool, lang: str) -> None:
    """Simulate three years of incidents in 蓟州区, with the planted truth beside them."""
    settings = Settings.from_environment()
    directory = output or settings.data_dir / "incidents"
    with _progress() as progress:
        written = build_demonstration(
            settings, seed=seed, directory=directory, overwrite=overwrite, progress=_bar(progress, "Simulating", lang)
        )
    for path in written:
        click.echo(path)


@commands.command()
@click.argument("file", type=FILE)
@datum_option
@targets_datum_option
@timezone_option
@mapping_option
@study_area_option
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write the rejected rows to this CSV.")
@json_option
@language_option
def check(file: Path, rejects: Path | None, as_json: bool, lang: str, **options: Any) -> None:
    """Read and check FILE as an import would, and report, without importing."""
    options["mapping"] = _mapping(options["mapping"])
    with _progress(quiet=as_json) as progress:
        report = check_file(file, rejects=rejects, progress=_bar(progress, "Checking", lang), **options)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(report.lines(translator(lang))))
    sys.exit(1 if report.n_rejected else 0)


@commands.command()
@click.argument("incidents", type=FILE)
@click.option(
    "--targets", multiple=True, required=True, metavar="FILE[:KIND]", help=f"Targets; KIND: {', '.join(KINDS)}."
)
@click.option("-o", "--output", required=True, type=FOLDER, help="Folder to write into.")
@datum_option
@targets_datum_option
@click.option("--name-column", help="Column of the targets that holds their names.")
@click.option(
    "--corridor-half-width",
    "corridor_half_width_m",
    type=float,
    default=DEFAULT_CORRIDOR_HALF_WIDTH_M,
    show_default=True,
    help="Metres to either side of a line that says none.",
)
@study_area_option
@click.option("--outline", type=FILE, help="Context: the county's outline.")
@click.option("--stations", type=FILE, help="Context: stations, from which stretches of line are measured.")
@click.option("--places", type=FILE, help="Context: place names.")
@timezone_option
@mapping_option
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day of the period.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the period, included.")
@click.option("--category", help="Only incidents of this category.")
@click.option("--eps", help="Neighbourhood radius in metres for every kind, or auto; default: each kind's own.")
@click.option("--min-samples", type=int, help="Incidents within eps that make a core point; default: each kind's own.")
@click.option("--weighted", is_flag=True, help="Sum weights where incidents would be counted.")
@json_option
@language_option
def analyse(
    incidents: Path,
    targets: tuple[str, ...],
    output: Path,
    first: datetime | None,
    last: datetime | None,
    category: str | None,
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Find hotspots and zones in INCIDENTS and write map, layers, tables, summary and rejects into a folder."""
    parameters = AnalysisParameters(
        eps_m=_eps(options.pop("eps")),
        min_samples=options.pop("min_samples"),
        weighted=options.pop("weighted"),
        timezone=options["timezone"],
    )
    options["mapping"] = _mapping(options["mapping"])
    with _progress(quiet=as_json) as progress:
        study = open_study(incidents, targets, progress=_bar(progress, "Reading", lang), **options)
        _refuse_without_incidents(study, output, lang)
        period = _period(first, last, whole_period(study))
        bar = _bar(progress, "Analysing", lang)
        situation = assess(study, Query(period=period, category=category, parameters=parameters))
        bar("", 1.0)
        summary = export_analysis(situation, output, language=lang, progress=_bar(progress, "Writing", lang))
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2, sort_keys=True, default=str))
    else:
        _print_summary(summary, study, output, lang)


def _refuse_without_incidents(study: Study, output: Path, lang: str) -> None:
    """Where no row was usable, say what became of them and write the rejects before refusing."""
    if study.incidents.empty and study.report is not None:
        click.echo("\n".join(study.report.lines(translator(lang))), err=True)
        export_rejects(study, output)


def _print_summary(summary: dict[str, Any], study: Study, output: Path, lang: str) -> None:
    """What was found, and where it lies, in a few lines."""
    say = translator(lang)
    if study.report is not None:
        click.echo("\n".join(study.report.lines(say)))
    click.echo(say(FOUND).format(**summary["counts"]))
    click.echo(say("map: {path}").format(path=output / "map.html"))


def _period(first: datetime | None, last: datetime | None, whole: Period) -> Period:
    """The period asked for; an end that was not given is the data's own."""
    return Period.of_days(
        first.date() if first else whole.first_day, last.date() if last else whole.last_day, str(whole.start.tzinfo)
    )


def _eps(text: str | None) -> float | Literal["auto"] | None:
    """`--eps` as metres, or the word auto; whether metres are in range is the model's to say."""
    if text == "auto":
        return "auto"
    try:
        return None if text is None else float(text)
    except ValueError:
        raise InvalidParameter(name="eps_m", given=text, allowed="auto or metres > 0") from None


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """`--map ours=theirs` as a table."""
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(f"{pair!r} – allowed: COLUMN=HEADER", param_hint="--map")
    return dict(pair.split("=", 1) for pair in pairs)


def _progress(quiet: bool = False) -> Progress:
    """Bars on standard error, gone when done; none when nobody looks."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def _bar(progress: Progress, title: str, lang: str) -> Callable[[str, float], None]:
    """One bar as the function `(stage, fraction)` that services report to."""
    task = progress.add_task(translator(lang)(title), total=1.0)
    return lambda stage, fraction: progress.update(task, completed=fraction)


def main() -> None:
    """Run a command; a sentence that a person can mend becomes one line and exit code 2."""
    try:
        commands()
    except GeoZhengzhiError as error:
        lang = "en" if _asked_for_english(sys.argv) else "zh"
        click.echo(error.in_language(translator(lang)), err=True)
        sys.exit(2)


def _asked_for_english(arguments: list[str]) -> bool:
    """Whether `--lang en` was given, read from the raw arguments because parsing may be what failed."""
    return "--lang=en" in arguments or ("--lang", "en") in pairwise(arguments)


if __name__ == "__main__":
    main()
