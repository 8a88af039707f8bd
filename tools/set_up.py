"""
Make a clean clone ready to run; safe to call again, and then done in a blink.

Runs on the machine's own Python with the standard library alone: it is what installs everything else. Each step writes
a stamp with the hash of what it was made from into `.venv/`, so that a step runs again only when its sources changed.
"""

import argparse
import contextlib
import hashlib
import importlib
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from progress import Progress

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Run the steps whose sources changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--development", action="store_true", help="also what tests, linters and benchmarks need")
    development = parser.parse_args().development
    if sys.version_info < OLDEST_PYTHON:
        given = ".".join(map(str, sys.version_info[:3]))
        print(f"Python {given} is too old – allowed: 3.11 and newer – run make PYTHON=python3.12 …", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    requirements = "requirements-dev.txt" if development else "requirements.txt"
    steps: list[tuple[str, str, Callable[[], list[Path]], Callable[[Progress], None]]] = [
        ("Creating .venv", "venv", list, _create_venv),
        (
            "Installing packages",
            "packages",
            lambda: _requirements(development),
            lambda bar: _install(requirements, bar),
        ),
        ("Installing geo-zhengzhi", "command", lambda: [Path("pyproject.toml")], _install_command),
        ("Fetching the front end", "assets", _asset_sources, _run_tool("tools/fetch_assets.py")),
        ("Compiling the kernels", "kernels", _kernel_sources, _run_tool("tools/compile_kernels.py")),
        ("Building the demonstration", "demo", _demo_sources, _run_tool("tools/build_demonstration.py")),
    ]
    with _alone():
        for title, name, sources, run in steps:
            _step(title, name, sources, run)
    return 0


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other set-up works on this folder."""
    Path(".cache").mkdir(exist_ok=True)
    with open(".cache/set_up.lock", "w") as lock:
        with contextlib.suppress(ImportError):
            fcntl = importlib.import_module("fcntl")  # not on Windows, where two set-ups at once are not guarded
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _step(title: str, name: str, sources: Callable[[], list[Path]], run: Callable[[Progress], None]) -> None:
    """Run one step unless its stamp says that nothing it was made from, and nothing it made, has changed."""
    stamp = VENV / f".{name}.stamp"
    if stamp.exists() and _covers(stamp.read_text(), _fingerprint(sources()), name):
        return
    with Progress(title) as bar:
        try:
            run(bar)
        except subprocess.CalledProcessError as error:
            bar.fail()
            raise SystemExit(error.returncode or 1) from None
    stamp.write_text(_fingerprint(sources()))


def _covers(found: str, wanted: str, name: str) -> bool:
    """Whether a stamp is for these sources; the development packages hold the others too."""
    everything = _fingerprint(_requirements(development=True))
    return found == wanted or (name == "packages" and found == everything)


def _fingerprint(sources: Iterable[Path]) -> str:
    """One hash over the interpreter's version and the files' contents."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(sources):
        digest.update(str(path).encode() + b"\0" + (path.read_bytes() if path.exists() else b"absent") + b"\0")
    return digest.hexdigest()


def _requirements(development: bool) -> list[Path]:
    return [Path("requirements.txt")] + ([Path("requirements-dev.txt")] if development else [])


def _asset_sources() -> list[Path]:
    made = sorted(path for path in Path("web/static/vendor").rglob("*") if path.is_file())
    return [Path("web/package.json"), Path("web/package-lock.json"), Path("tools/fetch_assets.py"), *made]


def _kernel_sources() -> list[Path]:
    return [path for path in Path("geo_zhengzhi").rglob("*.py") if "@kernel" in path.read_text(encoding="utf-8")]


def _demo_sources() -> list[Path]:
    return [Path("tools/build_demonstration.py"), *Path("data/incidents").glob("*.csv")]


def _create_venv(bar: Progress) -> None:
    bar.wait_for(lambda: venv.create(VENV, with_pip=True, clear=VENV.exists()), seconds=8)


def _install(requirements: str, bar: Progress) -> None:
    """Install with hashes; the bar counts the packages that pip has taken up."""
    packages = [line for line in Path(requirements).read_text().splitlines() if line[:1].isalnum()]
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--require-hashes", "-r", requirements]
    known = len(packages) * 1.3  # unpacking at the end takes about a third of the time
    taken, last_lines = 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last_lines = [*last_lines[-30:], line]
            taken += line.startswith(("Collecting ", "Requirement already satisfied"))
            bar.to(min(taken / known, 0.99))
    if process.returncode:
        sys.stderr.write("".join(last_lines))
        print(f"{requirements} could not be installed – the lines above say why – mend it and run make setup again.")
        raise subprocess.CalledProcessError(process.returncode, command)


def _install_command(bar: Progress) -> None:
    """The command `geo-zhengzhi`, pointing at this folder; its build tool is among the pinned packages."""
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-build-isolation", "--editable", "."]
    bar.wait_for(lambda: subprocess.run(command, check=True), seconds=4)


def _run_tool(script: str) -> Callable[[Progress], None]:
    """A step that is a script of its own, which reports its progress as lines `progress 0.42`."""

    def run(bar: Progress) -> None:
        command = [PYTHON, script]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment()) as process:
            assert process.stdout is not None
            for line in process.stdout:
                word, _, value = line.partition(" ")
                if word == "progress":
                    bar.to(float(value))
                else:
                    sys.stdout.write(line)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)

    return run


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


if __name__ == "__main__":
    sys.exit(main())
