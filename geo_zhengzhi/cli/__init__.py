"""
The command line: `geo-zhengzhi`, or `python -m geo_zhengzhi`.

Exit codes: 0 done; 1 done, but something was found that a person should look at; 2 refused, with one sentence on
standard error. Each module of this room holds one group of commands and lists them in its `COMMANDS`.
"""

import sys
from itertools import pairwise
from typing import NoReturn

import click

from geo_zhengzhi import __version__
from geo_zhengzhi.cli import analysis, county, importing, incidents, meeting, register, upkeep, users
from geo_zhengzhi.errors import GeoZhengzhiError, NotWritable
from geo_zhengzhi.words import translator

GROUPS = (analysis, county, importing, upkeep, users, register, meeting, incidents)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="geo-zhengzhi")
def commands() -> None:
    """Hotspots and remediation zones from incident files, for people who look after public safety by place."""


for _command in (command for group in GROUPS for command in group.COMMANDS):
    commands.add_command(_command)


def main() -> None:
    """Run a command; a sentence that a person can mend becomes one line and exit code 2."""
    try:
        commands()
    except GeoZhengzhiError as error:
        _refuse(error)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(NotWritable(path=error.filename, reason=error.strerror))


def _refuse(error: GeoZhengzhiError) -> NoReturn:
    """Say one sentence in the language that was asked for, and end."""
    lang = "en" if _asked_for_english(sys.argv) else "zh"
    click.echo(error.in_language(translator(lang)), err=True)
    sys.exit(2)


def _asked_for_english(arguments: list[str]) -> bool:
    """Whether `--lang en` was given, read from the raw arguments because parsing may be what failed."""
    return "--lang=en" in arguments or ("--lang", "en") in pairwise(arguments)
