"""Whatever the audit log says, its page says in Chinese too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_zhengzhi.services.access import token_failures
from geo_zhengzhi.services.console.points import LOOK, LOOK_AT_REJECTS, LOOK_AT_UPLOAD
from geo_zhengzhi.words import catalogue
from web import refusals

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "geo_zhengzhi").rglob("*.py"), *(ROOT / "web").glob("**/*.py")])
WRITERS = {"append": 2, "write_down": 2}  # name → position of the action among the arguments
ZH = catalogue("zh")


def written() -> Iterator[tuple[str, str, list[str]]]:
    """Action, kind of object and keys of the details, wherever the code writes them out in a call."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                position = WRITERS.get(name)
                if position is not None and len(node.args) > position:
                    yield from said(node.args[position:])


def said(arguments: list[ast.expr]) -> Iterator[tuple[str, str, list[str]]]:
    """What one call says, where its action is a text."""
    action = arguments[0]
    if isinstance(action, ast.Constant) and isinstance(action.value, str):
        about = arguments[1] if len(arguments) > 1 else None
        text = about.values[0] if isinstance(about, ast.JoinedStr) else about
        kind = text.value.split(" ")[0] if isinstance(text, ast.Constant) and isinstance(about, ast.JoinedStr) else ""
        keys = [
            key.value
            for detail in arguments[2:3]
            for table in ast.walk(detail)
            if isinstance(table, ast.Dict)
            for key in table.keys
            if isinstance(key, ast.Constant)
        ]
        yield action.value, kind, keys


FOUND = list(written())
LOOKS = {LOOK, LOOK_AT_REJECTS, LOOK_AT_UPLOAD}
REASONS = {*refusals.REASONS, token_failures.NO_BEARER, "unknown token", "revoked", "expired", "disabled"}


def test_the_calls_are_found() -> None:
    assert {"import", "undo", "step", "edit", "backup", "sign-in"} <= {action for action, _, _ in FOUND}


@pytest.mark.parametrize("action", sorted({action for action, _, _ in FOUND} | LOOKS | set(refusals.ACTIONS)))
def test_every_action_has_its_chinese(action: str) -> None:
    assert ZH.get(action), action


@pytest.mark.parametrize("kind", sorted({kind for _, kind, _ in FOUND if kind}))
def test_every_kind_of_object_has_its_chinese(kind: str) -> None:
    assert ZH.get(f"object: {kind}"), kind


@pytest.mark.parametrize("key", sorted({key for _, _, keys in FOUND for key in keys} | set(refusals.DETAILS)))
def test_every_detail_has_its_chinese(key: str) -> None:
    assert ZH.get(f"detail: {key}"), key


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_of_a_refusal_has_its_chinese(reason: str) -> None:
    assert ZH.get(reason), reason
