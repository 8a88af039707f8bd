"""
Photograph every page of the demonstration in both languages and every size, with the network cut off.

Pictures are named PAGE-STATE.LANGUAGE.WIDTH.png under build/pictures; index.html lists them all. `--only WORD` takes
those whose name holds the word, `--lang en` one language. A page for which nothing is said in `picture_shots` makes
this fail by its name.
"""

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from playwright.sync_api import Browser, Error, Page, TimeoutError, sync_playwright

from tools.find_browser import find_browser
from tools.picture_shots import NO_PAGES, SHOTS, STORIES, Shot, Story
from tools.picture_site import PASSWORD, POSTS, Photographed, demonstration
from web.doors import FOR_PROGRAMS

FOLDER = Path("build/pictures")
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
LANGUAGES = tuple(LOCALES)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
PATIENCE_MS = 90_000  # the machine may be busy
QUIET_MS = 20_000
SHEET = (1123, 794)  # A4 across, CSS pixels


def main() -> int:
    """Serve the demonstration, photograph, write the sheet that lists the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="take pictures whose name holds this word")
    parser.add_argument("--lang", choices=LANGUAGES, help="take pictures in one language")
    asked = parser.parse_args()
    if not asked.only and asked.lang is None:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, demonstration(Path(folder)) as site:
        forgotten = forgotten_pages(site.app)
        if forgotten:
            print(f"No picture is declared for {', '.join(forgotten)} – add each to tools/picture_shots.py.")
            return 2
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
            camera = Camera(browser, site, asked.only)
            faults = [one for code in ([asked.lang] if asked.lang else LANGUAGES) for one in camera.photograph(code)]
            browser.close()
    (FOLDER / "index.html").write_text(contact_sheet(sorted(FOLDER.glob("*.png"))), "utf-8")
    print("\n".join([*faults, str(FOLDER / "index.html")]))
    return 1 if faults else 0


def forgotten_pages(app: Flask) -> list[str]:
    """The endpoints that answer GET, of which nothing says whether they are a page."""
    shown = {shot.endpoint for shot in SHOTS} | {name for story in STORIES for name in story.endpoints}
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    asked = {rule.endpoint for rule in rules if not rule.rule.startswith(FOR_PROGRAMS)}
    return sorted(asked - shown - set(NO_PAGES))


class Camera:
    """Takes the pictures of one site; every picture has a browser context of its own, so that no draft is left over."""

    def __init__(self, browser: Browser, site: Photographed, only: str) -> None:
        self.browser, self.site, self.only = browser, site, only
        self._states = {"": None} | {role: self._signed_in(role) for role in POSTS}

    def photograph(self, language: str) -> list[str]:
        """Every shot and story whose name is asked for; what could not be taken is returned, and the rest is."""
        faults = []
        for one in (*SHOTS, *STORIES):
            if self.only not in one.name:
                continue
            try:
                (self._shoot if isinstance(one, Shot) else self._tell)(one, language)
            except (Error, AssertionError) as error:
                faults.append(f"{one.name}.{language}: {error}")
                print(faults[-1], flush=True)
        return faults

    def _signed_in(self, role: str) -> object:
        """The cookies of an account of a role."""
        with self.browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{self.site.address}/sign-in?lang=en&next=/account")
            page.locator("[name=name]").fill(POSTS[role])
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("main button").click()
            page.wait_for_url("**/account**")
            return context.storage_state()

    @contextmanager
    def _page(self, role: str, language: str) -> Iterator[Page]:
        """A page of a role in a browser context of its own."""
        with self.browser.new_context(storage_state=self._states[role], locale=LOCALES[language]) as context:
            context.set_default_timeout(PATIENCE_MS)
            yield context.new_page()

    def _shoot(self, shot: Shot, language: str) -> None:
        """One page in one language at every size; what lasts is done once, and the window then resized."""
        name = f"{shot.name}.{language}"
        if shot.is_printed:
            with self._page(shot.role, language) as page:
                self._open(page, shot, language)
                self._print(page, name)
            return
        for sizes in [shot.sizes] if shot.is_lasting else [(size,) for size in shot.sizes]:
            with self._page(shot.role, language) as page:
                page.set_viewport_size({"width": sizes[0][0], "height": sizes[0][1]})
                self._open(page, shot, language)
                for size in sizes:
                    page.set_viewport_size({"width": size[0], "height": size[1]})
                    _take(page, name, size)

    def _open(self, page: Page, shot: Shot, language: str) -> None:
        """Go to a page and do what is to be done there."""
        link = self.site.link() if "{link}" in shot.address else ""
        path = shot.address.format(link=link, account=self.site.numbers["planner"])
        address = f"{self.site.address}{path}{'&' if '?' in path else '?'}lang={language}"
        if shot.is_file:
            address = self._kept(page, address, FOLDER / f"map.{language}.html")
        page.goto(address)
        _quiet(page)
        if shot.act is not None:
            shot.act(page, self.site)

    def _kept(self, page: Page, address: str, path: Path) -> str:
        """Where a page lies after it was kept as a file."""
        path.write_bytes(page.request.get(address).body())
        return path.resolve().as_uri()

    def _print(self, page: Page, name: str) -> None:
        """The sheets of a printer as PDF, and a picture of the page as it is laid out for them."""
        page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
        page.pdf(path=FOLDER / f"{name}.pdf", prefer_css_page_size=True, print_background=True)
        page.emulate_media(media="print")
        page.wait_for_timeout(300)
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
        print(FOLDER / f"{name}.png", flush=True)

    def _tell(self, story: Story, language: str) -> None:
        """Pages that lead on to each other."""
        with self._page(story.role, language) as page:

            def snap(name: str) -> None:
                for size in story.sizes:
                    page.set_viewport_size({"width": size[0], "height": size[1]})
                    _take(page, f"{name}.{language}", size)

            story.tell(page, self.site, language, snap)


def _quiet(page: Page) -> None:
    """Until nothing is on its way; now and then a browser whose requests have all ended forgets to say so."""
    with suppress(TimeoutError):
        page.wait_for_load_state("networkidle", timeout=QUIET_MS)


def _take(page: Page, name: str, size: tuple[int, int]) -> None:
    page.wait_for_timeout(300)  # what follows a resize, and the ends of transitions
    path = FOLDER / f"{name}.{size[0]}.png"
    page.screenshot(path=path)
    print(path, flush=True)


def contact_sheet(pictures: Iterable[Path]) -> str:
    """A page that lists pictures, each leading to itself at full size."""
    figures = "\n".join(
        f'<figure><a href="{escape(one.name)}"><img src="{escape(one.name)}" loading="lazy"></a>'
        f"<figcaption>{escape(one.stem)}</figcaption></figure>"
        for one in pictures
    )
    style = (
        "body{font:13px sans-serif;display:grid;grid-gap:12px}"
        "body{grid-template-columns:repeat(auto-fill,minmax(420px,1fr))}"
        "figure{margin:0}img{width:100%;border:1px solid #D6DBE0}"
    )
    return f'<!doctype html><meta charset="utf-8"><title>Pictures</title><style>{style}</style>\n{figures}\n'


if __name__ == "__main__":
    sys.exit(main())
