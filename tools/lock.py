"""Pin requirements*.txt anew, with hashes, for every Python from 3.11 on."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

COMMON = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
]


def main() -> None:
    """Install uv in a folder of its own and let it resolve."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        for name, extra in (("requirements", []), ("requirements-dev", ["-c", "requirements.txt"])):
            command = [python, "-m", "uv", "pip", "compile", *COMMON, *extra, f"{name}.in", "-o", f"{name}.txt"]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
