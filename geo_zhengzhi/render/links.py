"""The check that a page asks for nothing: every address in it is a picture inside it, or a place within it."""

import re
from html.parser import HTMLParser

from geo_zhengzhi.errors import UnknownAsset
from geo_zhengzhi.render.assets import ASSETS

LINK_ATTRIBUTES = {"src", "href", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href"}
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml")
ADDRESS_IN_SCRIPT = re.compile(
    r"""(?:https?|wss?|ftp)://[^\s"'`<>\\)]*|(?<=["'`])//[\w.-]+\.[^\s"'`<>\\)]*""", re.IGNORECASE
)
ADDRESS_IN_STYLE = re.compile(r"""url\(\s*["']?([^)"']*)|@import\s+["']([^"']*)""", re.IGNORECASE)


def refuse_unknown_links(html: str) -> None:
    """
    Check that HTML names no file, on this host or another, outside `data:` and its own fragments.

    Words that came from a file cannot look like an address: `script_json` writes their slashes as `\\/`.

    Raises
    ------
    UnknownAsset
        For the first address found.
    """
    collector = _Collector()
    collector.feed(html)
    collector.close()
    for address in collector.found:
        raise UnknownAsset(given=address, allowed=", ".join(asset.file for asset in ASSETS))


class _Collector(HTMLParser):
    """Collects the addresses in attributes, styles and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element's attributes."""
        self._inside = tag
        for name, value in attrs:
            if name in LINK_ATTRIBUTES:
                self._add(value or "")
            elif name == "style":
                self._add_styles(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a style or a script."""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Look inside styles and scripts."""
        if self._inside == "style":
            self._add_styles(data)
        elif self._inside == "script":
            for namespace in NAMESPACES:
                data = data.replace(namespace, "")
            self.found += ADDRESS_IN_SCRIPT.findall(data)

    def _add_styles(self, style: str) -> None:
        for match in ADDRESS_IN_STYLE.finditer(style):
            self._add(match[1] or match[2] or "")

    def _add(self, address: str) -> None:
        address = address.strip()
        if address and not address.startswith(("data:", "#")):
            self.found.append(address)
