"""What several commands share: options, what their words mean, and bars."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import LANGUAGES, translator

DATUMS = "wgs84, cgcs2000, gcj02, bd09 or EPSG:n"
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)

language_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True, help="Language of maps and sentences."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, and nothing else.")
timezone_option = click.option(
    "--timezone",
    default=lambda: Settings.from_environment().timezone,
    show_default="that of the installation, else Asia/Shanghai",
    help="Zone of times that name none (IANA name).",
)
datum_option = click.option("--datum", help=f"Datum of the incidents: {DATUMS}. Needed for data in China.")
mapping_option = click.option(
    "--map", "mapping", multiple=True, metavar="COLUMN=HEADER", help="Read COLUMN from HEADER: --map longitude=东经."
)
study_area_option = click.option(
    "--study-area", type=FILE, help="Polygons outside which rows are rejected; otherwise the targets' hull plus 20 km."
)
targets_datum_option = click.option("--targets-datum", help=f"Datum of targets and context layers: {DATUMS}.")

database_option = click.option(
    "--database",
    "url",
    metavar="URL",
    default=lambda: Settings.from_environment().store_url,
    help="The store: sqlite:///PATH or postgresql://USER@HOST/NAME; default GEO_ZHENGZHI_DATABASE_URL.",
)


def mapping_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """`--map ours=theirs` as a table."""
    for pair in pairs:
        if "=" not in pair:
            raise click.BadParameter(f"{pair!r} – allowed: COLUMN=HEADER", param_hint="--map")
    return dict(pair.split("=", 1) for pair in pairs)


def bars(quiet: bool = False) -> Progress:
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


def bar(progress: Progress, title: str, lang: str) -> Callable[[str, float], None]:
    """One bar as the function `(stage, fraction)` that services report to."""
    task = progress.add_task(translator(lang)(title), total=1.0)
    return lambda stage, fraction: progress.update(task, completed=fraction)


def told_stages(progress: Progress, title: str, words: Mapping[str, str], lang: str) -> Callable[[str, float], None]:
    """One bar for long work, above which each stage is said in `words` as it begins, and stays."""
    move, said = bar(progress, title, lang), set[str]()

    def tell(stage: str, fraction: float) -> None:
        if stage not in said and not progress.disable:
            progress.console.print(translator(lang)(words[stage]), soft_wrap=True)
        said.add(stage)
        move(stage, fraction)

    return tell
