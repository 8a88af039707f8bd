"""The README says what the command line and make really have."""

import re
from pathlib import Path

import click
import pytest

from geo_zhengzhi.cli import commands
from geo_zhengzhi.io.headers import SYNONYMS
from geo_zhengzhi.io.register_words import REGISTER_SYNONYMS, STAGE_SYNONYMS
from geo_zhengzhi.io.target_words import COLUMN_SYNONYMS, DIRECTION_SYNONYMS, KIND_SYNONYMS, LEVEL_SYNONYMS
from tools.picture_shots import SHOTS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def all_commands(group: click.Group, before: str = "") -> list[tuple[str, click.Command]]:
    """Every command with the words that call it; a group stands for its commands."""
    found: list[tuple[str, click.Command]] = []
    for name, command in sorted(group.commands.items()):
        words = f"{before}{name}"
        found += all_commands(command, f"{words} ") if isinstance(command, click.Group) else [(words, command)]
    return found


COMMANDS = all_commands(commands)


def section(command: str) -> str:
    """The README's text on one command: a section of its own, or that of its group, which then calls it by name."""
    group = command.partition(" ")[0]
    for words in dict.fromkeys((command, group)):
        match = re.search(rf"### `geo-zhengzhi {words}\b.*?(?=\n##|\Z)", README, flags=re.DOTALL)
        if match and (words == command or f"`{command}" in match[0]):
            return match[0]
    raise AssertionError(f"README has no section on {command}")


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_every_command_and_option_is_in_the_readme(name: str, command: click.Command) -> None:
    text = section(name)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in text, f"{name} {option} is not in the README"


def test_the_readme_names_no_option_that_does_not_exist() -> None:
    known = {option for _, command in COMMANDS for p in command.params for option in p.opts}
    known |= {"--help", "--version", "--app"}  # click's own, and flask's
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert named <= known


def test_the_readme_names_every_room_of_the_house() -> None:
    package = ROOT / "geo_zhengzhi"
    rooms = [path.name for path in package.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    for room in rooms:
        if not room.startswith("_"):
            assert re.search(rf"`{room.removesuffix('.py')}(\.py|/)?`", README), f"README has no line on {room}"


def test_every_make_command_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:`|^    )make ([a-z]+)\b", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), f"make {target} does not exist"


def test_every_picture_of_the_readme_is_in_the_repository() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
        assert (ROOT / path).stat().st_size <= 300_000, path


def test_the_readme_shows_a_picture_for_each_of_the_two_people() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    names = ("commander", "planner", "meeting-county", "meeting-target")
    assert pictures == [f"docs/pictures/{name}.png" for name in names]


def test_the_readme_names_every_page_and_no_other() -> None:
    table = README.partition("| page | for whom |")[2].partition("\n\n")[0]
    named = {path for row in table.splitlines() for path in re.findall(r"`(/[a-z-]*)`", row)}
    pages = {"/" + shot.address.partition("?")[0].split("/")[1] for shot in SHOTS}
    aside = {"/link", "/map.html", "/register-new"}  # a letter's, a file, and one that `/register` leads to
    assert named == (pages | {"/import"}) - aside


def test_the_table_of_headers_lists_every_synonym() -> None:
    text = (ROOT / "docs" / "headers.md").read_text(encoding="utf-8")
    of_targets = (COLUMN_SYNONYMS, KIND_SYNONYMS, LEVEL_SYNONYMS, DIRECTION_SYNONYMS)
    for table in (SYNONYMS, *of_targets, REGISTER_SYNONYMS, STAGE_SYNONYMS):
        for ours, theirs in table.items():
            assert f"| `{ours}` | {'、'.join(theirs)} |" in text
