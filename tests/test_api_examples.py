"""The examples of docs/api.md do what they say: each is run by curl against a site, on both engines."""

import json
import re
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from accounts import NOW
from programs import HEADER, PLANNER, SQUARE, entry, told_study
from sites import COUNTY, site_of

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access.own_account import make_token
from geo_zhengzhi.services.access.signing_in import SignedIn
from geo_zhengzhi.services.access.users import add_user
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry, change_entry
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.store.database import Database
from web.serve import listen

DOCUMENT = REPOSITORY / "docs" / "api.md"
PLACE = "http://127.0.0.1:8765"
ROLE_OF = {"Importing": "importer"}  # of the token in a chapter; a planner's otherwise
ACCOUNTS = {"规划一科": "planner", "录入岗": "importer"}
WAIT_S = 60


@dataclass(frozen=True)
class Example:
    """A command of the document, with what it says of the answer; "…" stands for whatever is there."""

    chapter: str
    command: str
    said: str


def examples() -> list[Example]:
    """Every command of the document, in its order."""
    found = []
    for chapter in DOCUMENT.read_text("utf-8").split("\n## ")[1:]:
        for block in re.findall(r"```console\n(.*?)```", chapter, re.DOTALL):
            for part in block.replace("\\\n", " ").split("$ ")[1:]:
                command, _, said = part.partition("\n")
                found.append(Example(chapter.partition("\n")[0], command.strip(), said.strip()))
    return found


@pytest.fixture
def tokens(store: Database, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The tokens of a planner and an importer, and the address, of a site with the document's target in version 3."""
    add_entry(store, entry("2024-001", year=2024), actor=PLANNER)
    for version, unit in ((1, "武定派出所"), (2, "文昌派出所")):
        change_entry(store, "2024-001", {"lead_unit": unit}, version=version, actor=PLANNER, reason="分工")
    put_boundary(store, "2024-001", None, SQUARE, None, version=None, actor=PLANNER, reason="first drawn")
    settings = replace(COUNTY, port=0, cache_dir=tmp_path / "cache")
    app = site_of(store, told_study(), settings)
    with closing(listen(app, settings)) as server:
        threading.Thread(target=server.run, daemon=True).start()
        found = {role: token_of(store, name, role) for name, role in ACCOUNTS.items()}
        yield found | {"address": f"http://127.0.0.1:{server.effective_port}"}


def token_of(store: Database, name: str, role: str) -> str:
    """A token of a new account."""
    number = add_user(store, SYSTEM, name, role, NOW)
    return make_token(store, SignedIn(Actor(name, role), number, 0, "browser", NOW), "test", 1, NOW)


def run(example: Example, tokens: dict[str, str], upload_id: str, folder: Path) -> tuple[int, str]:
    """Status and answer of a command as it stands in the document, but for token, port and upload."""
    token = tokens[ROLE_OF.get(example.chapter, "planner")]
    command = example.command.replace("$TOKEN", token).replace(PLACE, tokens["address"]).replace("9f…", upload_id)
    words = shlex.split(command)
    file = words[words.index(">") + 1] if ">" in words else ""
    asked = words[1 : words.index(">")] if file else words[1:]
    assert words[0] == "curl"
    answer = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", *asked], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    body, _, status = answer.rpartition("\n")
    if file:
        (folder / file).write_text(body, "utf-8")
    return int(status), body


def matches(said: str, answer: str) -> bool:
    """Whether an answer is what the document says, blanks and escapes aside."""
    if answer.startswith("{"):
        answer = json.dumps(json.loads(answer), ensure_ascii=False)
    pattern = re.escape(re.sub(r"\s", "", said.replace("9f…", "…"))).replace("…", ".*")
    return re.search(pattern, re.sub(r"\s", "", answer), re.IGNORECASE) is not None  # names of headers have no case


def told(example: Example, tokens: dict[str, str], upload_id: str, folder: Path) -> tuple[int, str]:
    """The same; of an upload that still waits it is asked again, as a program would."""
    give_up_at = time.monotonic() + WAIT_S
    while True:
        status, answer = run(example, tokens, upload_id, folder)
        waits = "/uploads/" in example.command and json.loads(answer).get("status") in ("waiting", "running")
        if not waits or time.monotonic() > give_up_at:
            return status, answer
        time.sleep(0.05)


def test_every_example_of_the_document_answers_as_it_says(tokens: dict[str, str], tmp_path: Path) -> None:
    assert shutil.which("curl"), "no curl"
    (tmp_path / "incidents.csv").write_text(f"{HEADER}\nA1,2024-03-01 08:00,盗窃,117.4,40.0\n", "utf-8")
    known, upload_id, n = examples(), "", 0
    for example in known:
        if not example.command.startswith("curl"):
            assert example.command == "export TOKEN=gz_…"
            continue
        status, answer = told(example, tokens, upload_id, tmp_path)
        assert (status >= 400) == (example.chapter == "Refusals"), (example, answer)
        assert matches(example.said, answer), (example, answer)
        upload_id, n = json.loads(answer)["upload_id"] if '"upload_id"' in answer else upload_id, n + 1
    assert n == DOCUMENT.read_text("utf-8").count("$ curl") >= 9
    assert json.loads((tmp_path / "hotspots.geojson").read_text("utf-8"))["type"] == "FeatureCollection"


def test_an_answer_that_is_another_does_not_match() -> None:
    assert matches('{"a": 1, …}', '{"a":1,"b":2}\n')
    assert not matches('{"a": 1, …}', '{"a":2,"b":1}')
