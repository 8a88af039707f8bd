"""Commands on files, without a database: write the demonstration, check incidents, analyse them."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from geo_zhengzhi.categories import canonical_category
from geo_zhengzhi.cli.options import (
    FILE,
    FOLDER,
    bar,
    bars,
    datum_option,
    json_option,
    language_option,
    mapping_of,
    mapping_option,
    study_area_option,
    targets_datum_option,
    timezone_option,
)
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, EARLIEST, KINDS, LATEST, AnalysisParameters, Period
from geo_zhengzhi.schema import KIND, PART_ID
from geo_zhengzhi.services.console.day_hours import parse_hours
from geo_zhengzhi.services.console.radii import AUTO, parse_eps
from geo_zhengzhi.services.console.situation import Query, Situation, assess
from geo_zhengzhi.services.imports.checking import check_file
from geo_zhengzhi.services.labels import KIND_WORDS, hours_note, times_of_week
from geo_zhengzhi.services.studies.demonstration import build_demonstration
from geo_zhengzhi.services.studies.exporting import export_analysis, export_rejects
from geo_zhengzhi.services.studies.opening import open_study
from geo_zhengzhi.services.studies.study import Study, whole_period
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import translator

PROPOSED = "Radius proposed by the knee of the k-distance curve: {radii}"
FOUND = "Incidents in the period {n_incidents}: hotspots {n_hotspots}, zones {n_zones}, candidates {n_candidates}"


@click.command()
@click.option("--seed", default=2024, show_default=True, help="Seed of the simulator: same seed, same bytes.")
@click.option("-o", "--output", type=FOLDER, help="Folder; default data/incidents.")
@click.option("--overwrite", is_flag=True, help="Replace the files that are there.")
@language_option
def demo(seed: int, output: Path | None, overwrite: bool, lang: str) -> None:
    """Simulate three years of incidents in 蓟州区, with the planted truth beside them."""
    settings = Settings.from_environment()
    directory = output or settings.data_dir / "incidents"
    with bars() as progress:
        written = build_demonstration(
            settings, seed=seed, directory=directory, overwrite=overwrite, progress=bar(progress, "Simulating", lang)
        )
    for path in written:
        click.echo(path)


@click.command()
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
    options["mapping"] = mapping_of(options["mapping"])
    with bars(quiet=as_json) as progress:
        report = check_file(file, rejects=rejects, progress=bar(progress, "Checking", lang), **options)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("\n".join(report.lines(translator(lang))))
    sys.exit(1 if report.n_rejected else 0)


@click.command()
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
@click.option("--hours", help="Only these hours of the day, first-last: 22-4 is from 22:00 until 04:00.")
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
    hours: str | None,
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Find hotspots and zones in INCIDENTS and write map, layers, tables, summary and rejects into a folder."""
    parameters = AnalysisParameters(
        eps_m=parse_eps(options.pop("eps") or ""),
        min_samples=options.pop("min_samples"),
        weighted=options.pop("weighted"),
        timezone=options["timezone"],
    )
    span = parse_hours(hours or "")
    options["mapping"] = mapping_of(options["mapping"])
    with bars(quiet=as_json) as progress:
        center, reading = Settings.from_environment().center, bar(progress, "Reading", lang)
        study = open_study(incidents, targets, frame_center=center, progress=reading, **options)
        _refuse_without_incidents(study, output, lang)
        period = _period(first, last, whole_period(study))
        analysing = bar(progress, "Analysing", lang)
        query = Query(period, _category(category, study), parameters=parameters, hours=span)
        situation = assess(study, query)
        analysing("", 1.0)
        summary = export_analysis(situation, output, language=lang, progress=bar(progress, "Writing", lang))
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2, sort_keys=True, default=str))
    else:
        _print_summary(summary, situation, output, lang)


def _refuse_without_incidents(study: Study, output: Path, lang: str) -> None:
    """Where no row was usable, say what became of them and write the rejects before refusing."""
    if study.incidents.empty and study.report is not None:
        click.echo("\n".join(study.report.lines(translator(lang))), err=True)
        export_rejects(study, output)


def _print_summary(summary: dict[str, Any], situation: Situation, output: Path, lang: str) -> None:
    """What was found, and where it lies, in a few lines."""
    say, study, query = translator(lang), situation.study, situation.query
    if study.report is not None:
        click.echo("\n".join(study.report.lines(say)))
    for report in study.targets_reports:
        click.echo("\n".join(report.lines(lang)))
    click.echo(say(FOUND).format(**summary["counts"]))
    if query.hours is not None:
        span = times_of_week(query.hours, None, say)
        click.echo(hours_note(span, situation.n_uncertain or 0, situation.n_uncertain_before, say))
    if summary["parameters"]["eps_m"] == AUTO:
        click.echo(say(PROPOSED).format(radii=_radii(summary["eps_used_m"], study, lang)))
    click.echo(say("map: {path}").format(path=output / "map.html"))


def _radii(eps_used_m: dict[str, float], study: Study, lang: str) -> str:
    """The radii that were proposed, by kind: "square 40 m, village 60–95 m"."""
    say = translator(lang)
    kinds = dict(zip(study.targets[PART_ID], (say(KIND_WORDS[kind]) for kind in study.targets[KIND]), strict=True))
    used: dict[str, set[float]] = {}
    for part_id, eps_m in eps_used_m.items():
        used.setdefault(kinds.get(part_id, say("Outside targets")), set()).add(eps_m)
    spans = {kind: dict.fromkeys(f"{bound:g}" for bound in (min(radii), max(radii))) for kind, radii in used.items()}
    return say(", ").join(f"{kind} {'–'.join(span)} m" for kind, span in spans.items())


def _category(word: str | None, study: Study) -> str | None:
    """The category as the incidents carry it, for any word of either language that the table knows."""
    return word if word is None or word in study.categories else canonical_category(word)


def _period(first: datetime | None, last: datetime | None, whole: Period) -> Period:
    """The period asked for; an end that was not given is the data's own."""
    for name, day in (("--from", first), ("--to", last)):
        if day is not None and not EARLIEST <= day.date() <= LATEST:
            raise InvalidParameter(name=name, given=day.date(), allowed=f"{EARLIEST} – {LATEST}")
    return Period.of_days(
        first.date() if first else whole.first_day, last.date() if last else whole.last_day, str(whole.start.tzinfo)
    )


COMMANDS = [demo, check, analyse]
