"""How a meeting file's pages are printed: paper of a PDF, size and page of a picture; its figures are the same."""

import re
from dataclasses import dataclass
from typing import Any

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.render.meeting.deck import MAP

PAPERS, WHOLE_MAP = ("a4", "a3"), MAP
SIZES = ("1366x768", "1920x1080", "2560x1440", "3840x2160")  # which the page offers
LEAST_PX, MOST_PX = (640, 360), (7680, 4320)
PDF, PNG, ZIP = ".pdf", ".png", ".zip"


@dataclass(frozen=True)
class Printing:
    """
    What is asked of pages.

    Parameters
    ----------
    paper : str
        "a4" or "a3", of a PDF.
    width_px, height_px : int
        Of a picture; 640 × 360 to 7680 × 4320.
    page : str
        Of a picture: "map" for the county's map alone, a page's number from 1 on, or a target's number.

    Raises
    ------
    InvalidParameter
        If the paper or the size is none of these; a page that does not exist is refused when it is drawn.
    """

    paper: str = "a4"
    width_px: int = 1920
    height_px: int = 1080
    page: str = WHOLE_MAP

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise InvalidParameter(name="paper", given=self.paper[:20] or "–", allowed=", ".join(PAPERS))
        if not all(LEAST_PX[i] <= side <= MOST_PX[i] for i, side in enumerate(self.size)):
            raise InvalidParameter(name="size", given=self.size_text, allowed=allowed_sizes())

    @classmethod
    def written(cls, paper: str, size: str, page: str) -> "Printing":
        """
        The same from words: "a4", "1920x1080", "map".

        Raises
        ------
        InvalidParameter
            If the size is not of that form, or as the class does.
        """
        found = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", size.strip().lower())
        if found is None:
            raise InvalidParameter(name="size", given=size[:40] or "–", allowed=allowed_sizes())
        return cls(paper.strip().lower(), int(found[1]), int(found[2]), page.strip())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture, pixels."""
        return self.width_px, self.height_px

    @property
    def size_text(self) -> str:
        """The same in words."""
        return f"{self.width_px}x{self.height_px}"

    def plain(self, ending: str) -> dict[str, Any]:
        """What of it shapes a file of this kind, as plain values."""
        paper, picture = {"paper": self.paper}, {"size": self.size_text, "page": self.page}
        return {PDF: paper, PNG: picture, ZIP: paper | picture}.get(ending, {})


def allowed_sizes() -> str:
    """Which sizes a picture may have, in words."""
    return f"{LEAST_PX[0]}x{LEAST_PX[1]}–{MOST_PX[0]}x{MOST_PX[1]}"
