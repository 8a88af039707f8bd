"""Photograph every page of the demonstration in both languages and both sizes, with the network cut off."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tools.find_browser import find_browser

SIZES = ((1366, 768), (1920, 1080), (390, 844))
LANGUAGES = ("zh", "en")
ROLES = {
    "administrator": {"users": "/users", "account": "/account"},
    "auditor": {"audit": "/audit"},
    "importer": {"import": "/import", "batches": "/batches", "batch": "/batches/1"},
    "planner": {
        "entry": "/register/T-2024-tieluyanxian",
        "entry-change": "/register/T-2024-tieluyanxian/change",
        "entry-new": "/register-new",
    },
}
PASSWORD = "only for these pictures"
PAGES = {
    "sign-in": "/sign-in",
    "console": "/",
    "empty": "/?from=2030-01-01&to=2030-01-31",
    "register": "/register",
    "register-none": "/register?kind=school",
    "year": "/?from=2024-01-01&to=2024-12-31",
}


def main() -> int:
    """Serve the demonstration on a free port, photograph, stop."""
    folder = Path("build/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with TemporaryDirectory() as var_dir:
        environment = _environment(port, var_dir)
        with subprocess.Popen([sys.executable, "-m", "web.serve"], env=environment) as server:
            try:
                _wait_until_served(f"http://127.0.0.1:{port}/healthz")
                _photograph(f"http://127.0.0.1:{port}", folder, {role: _link(role, environment) for role in ROLES})
            finally:
                server.terminate()
    return 0


def _link(role: str, environment: dict[str, str]) -> str:
    """The first one-time link of a new account."""
    command = [sys.executable, "-m", "geo_zhengzhi", "user", "add", f"{role} of the pictures", "--role", role]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()[0]


def _photograph(address: str, folder: Path, links: dict[str, str]) -> None:
    """Every page, language and size; the exported map too, from disk; what only a role sees, signed in as it."""
    arguments = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        for width, height in SIZES:
            for language in LANGUAGES:
                page = browser.new_page(viewport={"width": width, "height": height})
                for name, path in PAGES.items():
                    separator = "&" if "?" in path else "?"
                    _take(page, f"{address}{path}{separator}lang={language}", folder / f"{name}.{language}.{width}.png")
                exported = folder / f"map.{language}.html"
                with urllib.request.urlopen(f"{address}/map.html?lang={language}") as answer:
                    exported.write_bytes(answer.read())
                _take(page, exported.resolve().as_uri(), folder / f"map-file.{language}.{width}.png")
                page.close()
        for role, link in links.items():
            page = browser.new_page()
            page.goto(link)
            for field in ("password", "again"):
                page.locator(f"[name={field}]").fill(PASSWORD)
            page.locator("main button").click()
            page.wait_for_load_state()
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                for language in LANGUAGES:
                    for name, path in ROLES[role].items():
                        _take(page, f"{address}{path}?lang={language}", folder / f"{name}.{language}.{width}.png")
        browser.close()


def _take(page: Page, url: str, path: Path) -> None:
    page.goto(url)
    page.wait_for_timeout(800)
    page.screenshot(path=path)
    print(path)


def _environment(port: int, var_dir: str) -> dict[str, str]:
    return {**os.environ, "GEO_ZHENGZHI_PORT": str(port), "GEO_ZHENGZHI_VAR_DIR": var_dir, "PYTHONPATH": "."}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_served(url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
