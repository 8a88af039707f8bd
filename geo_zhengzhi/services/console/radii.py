"""Radius and least number as a person writes them, at the command line and in an address."""

import re
from typing import Literal

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import MAX_EPS_M, MAX_MIN_SAMPLES

AUTO: Literal["auto"] = "auto"


def parse_eps(text: str) -> float | Literal["auto"] | None:
    """
    Metres, the word auto, or None for nothing; whether metres are in range is the model's to say.

    Raises
    ------
    InvalidParameter
        If it is no number.
    """
    word = text.strip()
    if word == AUTO:
        return AUTO
    try:
        return float(word) if word else None
    except ValueError:
        raise InvalidParameter(name="eps_m", given=text, allowed=f"auto, 0 < eps_m <= {MAX_EPS_M:.0f}") from None


def parse_least(text: str) -> int | None:
    """
    A whole number, or None for nothing; whether it is in range is the model's to say.

    Raises
    ------
    InvalidParameter
        If it is no whole number.
    """
    word = text.strip()
    if not word:
        return None
    if re.fullmatch("[0-9]{1,10}", word) is None:
        raise InvalidParameter(name="min_samples", given=text, allowed=f"1 … {MAX_MIN_SAMPLES}")
    return int(word)


def written_eps(eps_m: float | Literal["auto"] | None) -> str:
    """A radius as `parse_eps` reads it; "" for each kind's own."""
    return "" if eps_m is None else str(eps_m).removesuffix(".0")
