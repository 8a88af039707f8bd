"""Bodies that are too large or too slow: refused with their sentence, not read to the end, nothing kept."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from programs import program
from sites import COUNTY, Visitor, site_of, small_study

from geo_zhengzhi.settings import REPOSITORY, Settings
from geo_zhengzhi.store import audit
from tests.accounts import account
from tests.stores import open_store
from web.serve import listen
from web.site import STORE

MIB = 2**20
BOUNDARY = "line"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(COUNTY, cache_dir=tmp_path / "cache", max_upload_mib=1, max_upload_seconds=2, port=0)


@pytest.fixture
def app(settings, tmp_path, quick_passwords) -> Iterator[Flask]:
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    account(database, "录入岗", "importer")
    yield site_of(database, small_study(), settings)
    database.close()


@pytest.fixture
def served(app, settings) -> Iterator[int]:
    """The port of the site behind waitress."""
    server = listen(app, settings)

    def run() -> None:
        with suppress(OSError):  # the sockets that are closed under it at the end
            server.run()

    threading.Thread(target=run, daemon=True).start()
    yield server.effective_port
    server.close()


@pytest.fixture
def visitor(app) -> Visitor:
    return Visitor(app).sign_in("录入岗")


def left(settings: Settings) -> list[Path]:
    return sorted((settings.cache_dir / "uploads").rglob("*"))


def head(visitor: Visitor, length: int | None = None, path: str = "/import", token: str = "") -> bytes:
    """The head of an upload by somebody who is signed in, or who has a token."""
    who = f"Authorization: Bearer {token}" if token else f"Cookie: zhengzhi={visitor.cookie}"
    forgery = "" if token or not path.startswith("/api/") else f"\r\nX-CSRFToken: {visitor.token('/import')}"
    size = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    lines = (
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", who + forgery, size, "Accept-Language: en",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def form(visitor: Visitor, name: str = "a.csv") -> bytes:
    """What stands before the file's own bytes."""
    lines = (
        f"--{BOUNDARY}", 'Content-Disposition: form-data; name="csrf_token"', "", visitor.token("/import"),
        f"--{BOUNDARY}", f'Content-Disposition: form-data; name="file"; filename="{name}"', "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


PROGRAMS = ("/api/v1/uploads", "/api/v1/batches")
by_session_and_token = pytest.mark.parametrize("by", ["session", "token"])
to_programs = pytest.mark.parametrize("path", PROGRAMS)


@pytest.fixture
def token(app, request) -> str:
    """A token where the test asks for one, else none."""
    database = app.extensions[STORE].get()
    return program(app, database, "importer").token if request.getfixturevalue("by") == "token" else ""


def part(name: str = "a.csv") -> bytes:
    """What stands before the file's own bytes for a program, whose form has no token."""
    lines = (
        f"--{BOUNDARY}", 'Content-Disposition: form-data; name="datum"', "", "wgs84",
        f"--{BOUNDARY}", f'Content-Disposition: form-data; name="file"; filename="{name}"', "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def refusals(app: Flask) -> list[tuple[str, str, str]]:
    """Who, action and error of what the log says was refused."""
    with app.extensions[STORE].get().read() as connection:
        rows = [row for row in audit.records(connection) if row.action.endswith("refused")]
    return [(row.who, row.action, json.loads(row.detail)["error"]) for row in rows]


@contextmanager
def talking(port: int) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        yield connection


def answer(connection: socket.socket) -> str:
    """All that comes until the other side closes, or the page ends."""
    heard = b""
    while b"</html>" not in heard and not heard.endswith(b"}\n"):
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        heard += piece
    return heard.decode()


def sent(connection: socket.socket, data: bytes) -> bool:
    """Send; False when the other side will not have it."""
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def trickled(connection: socket.socket) -> str:
    """Send a byte five times a second until there is an answer."""
    began, said = time.monotonic(), ""
    while not said and time.monotonic() - began < 20 and sent(connection, b"1"):
        connection.settimeout(0.2)
        with suppress(TimeoutError):
            said = connection.recv(65536).decode()
    connection.settimeout(10)
    return said if said.endswith("}\n") else said + answer(connection)


def test_a_2_gb_upload_is_refused_by_its_head_alone(served, visitor, settings):
    with talking(served) as connection:
        connection.sendall(head(visitor, 2 * 2**30))  # and not one byte of it
        said = answer(connection)
    assert said.startswith("HTTP/1.1 413")
    assert "larger than 1 MiB and was not taken" in said
    assert "Connection: close" in said
    assert left(settings) == []


def test_a_stranger_is_not_shown_the_form_by_being_refused(served, app, settings):
    with talking(served) as connection:
        connection.sendall(head(Visitor(app), 2 * 2**30))
        said = answer(connection)
    assert said.startswith("HTTP/1.1 413")
    assert 'type="file"' not in said


def test_an_endless_upload_is_heard_no_further_than_the_limit(served, visitor, settings):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with talking(served) as connection:
        connection.sendall(head(visitor))
        piece, n_sent = bytes(MIB // 4), 0
        connection.settimeout(10)
        while n_sent < 400 * MIB and sent(connection, b"%x\r\n%s\r\n" % (len(piece), piece)):
            n_sent += len(piece)
    assert n_sent < 50 * MIB  # what two sockets' buffers hold
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KiB
    assert left(settings) == []


def test_a_form_of_another_page_is_bounded_more_narrowly(served, visitor):
    with talking(served) as connection:
        connection.sendall(head(visitor, 4 * MIB, "/sign-out"))
        said = answer(connection)
    assert said.startswith("HTTP/1.1 413")
    assert "more than the address takes" in said


def test_a_slow_upload_is_cut_off_with_its_sentence_and_leaves_nothing(served, visitor, settings):
    with talking(served) as connection:
        connection.sendall(head(visitor, 100_000) + form(visitor) + b"lon,lat\n")
        said = trickled(connection)
    assert said.startswith("HTTP/1.1 408")
    assert "not complete after 2 s and was cut off" in said
    assert left(settings) == []


def test_a_slow_head_is_cut_off_too(served):
    with talking(served) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ")
        connection.settimeout(0.2)
        said, deadline = b"", time.monotonic() + 20
        while not said and time.monotonic() < deadline and sent(connection, b"x"):
            try:
                said = connection.recv(65536)
            except TimeoutError:
                continue
    assert said.startswith(b"HTTP/1.0 408")


def test_an_upload_in_time_and_as_large_as_allowed_is_taken(served, visitor, settings):
    rows = b"lon,lat,date\n" + b"117.4,40.0,2024-03-01\n" * 40_000
    body = form(visitor) + rows + f"\r\n--{BOUNDARY}--\r\n".encode()
    assert len(rows) < MIB
    with talking(served) as connection:
        connection.sendall(head(visitor, len(body)) + body)
        said = connection.recv(65536).decode()
    assert said.startswith("HTTP/1.1 303")
    upload_id = re.search(r"Location: /import/([0-9a-f]{32})", said)[1]
    kept = settings.cache_dir / "uploads" / upload_id / "file" / "a.csv"
    assert kept.read_bytes() == rows


def test_an_upload_without_its_form_token_is_refused_and_leaves_nothing(served, visitor, settings):
    body = form(visitor).replace(b"csrf_token", b"other_name") + f"x\r\n--{BOUNDARY}--\r\n".encode()
    with talking(served) as connection:
        connection.sendall(head(visitor, len(body)) + body)
        said = answer(connection)
    assert said.startswith("HTTP/1.1 400")
    assert "did not come from a page of this site" in said
    assert left(settings) == []


@to_programs
@by_session_and_token
def test_a_program_s_2_gb_upload_is_refused_by_its_head_alone(served, app, visitor, settings, token, by, path):
    with talking(served) as connection:
        connection.sendall(head(visitor, 2 * 2**30, path, token))
        said = answer(connection)
    assert said.startswith("HTTP/1.1 413")
    assert "application/problem+json" in said
    assert "larger than 1 MiB and was not taken" in said
    assert left(settings) == []
    assert refusals(app) == [("importer" if token else "录入岗", "upload refused", "UploadTooLarge")]


@to_programs
@by_session_and_token
def test_a_program_s_slow_upload_is_cut_off_with_its_sentence(served, app, visitor, settings, token, by, path):
    with talking(served) as connection:
        connection.sendall(head(visitor, 100_000, path, token) + part() + b"lon,lat\n")
        said = trickled(connection)
    assert said.startswith("HTTP/1.1 408")
    assert "application/problem+json" in said
    assert "not complete after 2 s and was cut off" in said
    assert left(settings) == []
    assert refusals(app) == [("importer" if token else "录入岗", "upload refused", "UploadTooSlow")]


@pytest.mark.parametrize(("path", "by"), [("/api/v1/uploads", "token"), ("/api/v1/batches", "session")])
def test_a_program_s_endless_upload_is_heard_no_further_than_the_limit(served, visitor, settings, token, by, path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with talking(served) as connection:
        connection.sendall(head(visitor, None, path, token))
        piece, n_sent = bytes(MIB // 4), 0
        connection.settimeout(10)
        while n_sent < 400 * MIB and sent(connection, b"%x\r\n%s\r\n" % (len(piece), piece)):
            n_sent += len(piece)
    assert n_sent < 50 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KiB
    assert left(settings) == []


@pytest.mark.parametrize("by", ["token"])
def test_a_program_s_upload_as_large_as_allowed_is_taken(served, visitor, settings, token, by):
    rows = b"lon,lat,date\n" + b"117.4,40.0,2024-03-01\n" * 47_000
    body = part().partition(b"wgs84\r\n")[2] + rows + f"\r\n--{BOUNDARY}--\r\n".encode()
    assert 0.9 * MIB < len(rows) < MIB < len(body) + len(head(visitor, 0)) + 64 * 1024
    with talking(served) as connection:
        connection.sendall(head(visitor, len(body), "/api/v1/uploads", token) + body)
        said = answer(connection)
    assert said.startswith("HTTP/1.1 201")


GUNICORN = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, "tests")
from accounts import NOW
from sites import COUNTY, small_study
from geo_zhengzhi.store.opening import open_store
from web import create_app
from web.site import CLOCK

folder = Path({folder!r})
settings = replace(COUNTY, cache_dir=folder / "cache", max_upload_mib=1, max_upload_seconds=2)
app = create_app(settings, small_study(), open_store(f"sqlite:///{{folder / 'store.gpkg'}}"))
app.extensions[CLOCK] = lambda: NOW
"""


@pytest.fixture
def gunicorn(tmp_path, app) -> Iterator[int]:
    """The port of the same site behind gunicorn, a process of its own."""
    if os.name == "nt":
        pytest.skip("gunicorn does not run on Windows")
    (tmp_path / "the_site.py").write_text(GUNICORN.format(folder=str(tmp_path)))
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "2", "--pythonpath", str(tmp_path)]
    command = [sys.executable, "-m", "gunicorn", *options, "the_site:app"]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
        process.send_signal(signal.SIGTERM)


def test_behind_gunicorn_a_slow_upload_is_cut_off_with_its_sentence_too(gunicorn, visitor, settings):
    with talking(gunicorn) as connection:
        connection.sendall(head(visitor, 100_000) + form(visitor) + b"lon,lat\n")
        said = answer(connection)  # and nothing more is sent
        assert said.startswith("HTTP/1.1 408")
        assert "not complete after 2 s and was cut off" in said
    for path, sentence in (("/import", "larger than 1 MiB"), *((path, "larger than") for path in PROGRAMS)):
        with talking(gunicorn) as connection:
            connection.sendall(head(visitor, 2 * 2**30, path))
            said = answer(connection)
        assert said.startswith("HTTP/1.1 413")
        assert sentence in said
    with talking(gunicorn) as connection:
        connection.sendall(head(visitor, 100_000, PROGRAMS[0]) + part() + b"lon,lat\n")
        said = answer(connection)
    assert said.startswith("HTTP/1.1 408")
    assert "not complete after 2 s and was cut off" in said
    assert left(settings) == []
