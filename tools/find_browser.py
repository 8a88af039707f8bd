"""
Find the browser that the tests drive, installing Debian's where that is possible; print its path.

An installed Chromium or Chrome serves, rather the one without windows: the tests take a tenth less with it. Else, as
root on a machine with apt-get, Debian's package is installed together with a font that has Chinese glyphs. Else a
sentence says what to install.
"""

import os
import shutil
import subprocess
import sys

from tools.debian import can_install, install

FONT = "fonts-noto-cjk"
PACKAGES = ("chromium-headless-shell", "chromium")  # the second where there is no first
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser() -> str | None:
    """The path of an installed Chromium or Chrome; `GEO_ZHENGZHI_BROWSER` comes first."""
    named = os.environ.get("GEO_ZHENGZHI_BROWSER")
    found = [named] if named else [shutil.which(name) for name in NAMES] + [p for p in PLACES if os.path.exists(p)]
    return next((path for path in found if path), None)


def install_browser() -> None:
    """
    Install the first package that there is, with the font.

    Raises
    ------
    CalledProcessError
        If there is none.
    """
    try:
        install(PACKAGES[0], FONT)
    except subprocess.CalledProcessError:
        install(PACKAGES[1], FONT)


def main() -> int:
    """Print the browser's path; 2 when there is none and none can be installed."""
    if find_browser() is None and can_install():
        install_browser()
    path = find_browser()
    if path is None:
        print(
            "No browser was found – the tests open maps in Chromium or Chrome – install one (Debian: sudo apt-get "
            "install chromium fonts-noto-cjk), or name one in GEO_ZHENGZHI_BROWSER.",
            file=sys.stderr,
        )
        return 2
    print(f"browser: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
