"""
The categories of incidents in Chinese and English, their class, and the other words they are known by.

The table is `categories.csv`. What incidents carry is the Chinese name; a category that the table does not know is
kept as it was written.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

CategoryClass = Literal["criminal", "public_order", ""]
CLASS_LABELS: Mapping[str, tuple[str, str]] = {
    "criminal": ("刑事", "criminal"),
    "public_order": ("治安", "public order"),
}
UNSPECIFIED = "未注明"  # carried where a file gives no category


@dataclass(frozen=True)
class Category:
    """
    One category.

    Parameters
    ----------
    name : str
        The Chinese name, which is what incidents carry.
    english : str
        Its English name.
    kind : "criminal", "public_order" or ""
        刑事 or 治安; where both may apply, the one under which it is usually registered first. "" where neither can
        be said.
    harm_weight : float or None
        Weight of an incident whose file has no weight column; None counts as 1. None ship: what harm weighs is for
        the county to decide.
    synonyms : tuple of str
        Other spellings in either language.
    """

    name: str
    english: str
    kind: CategoryClass
    harm_weight: float | None
    synonyms: tuple[str, ...]


@cache
def all_categories() -> tuple[Category, ...]:
    """The table, in its order."""
    with (files("geo_zhengzhi") / "categories.csv").open(encoding="utf-8") as stream:
        return tuple(_category(row) for row in csv.DictReader(stream))


def _category(row: Mapping[str, str]) -> Category:
    """One line of the table."""
    kind: CategoryClass = "criminal" if row["class"] == "criminal" else "public_order" if row["class"] else ""
    weight = float(row["harm_weight"]) if row["harm_weight"] else None
    return Category(row["name"], row["english"], kind, weight, tuple(filter(None, row["synonyms"].split("|"))))


def plain(text: str) -> str:
    """A word without case, width, spaces and punctuation, as categories and headers are compared."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def _by_word() -> dict[str, Category]:
    """Plain word → category; a name wins over another category's synonym."""
    table = {plain(word): category for category in all_categories() for word in category.synonyms}
    return table | {
        plain(word): category for category in all_categories() for word in (category.english, category.name)
    }


def find_category(text: str) -> Category | None:
    """
    The category that a word of either language stands for; None where the table does not know it.

    A closing 案 (case) or 罪 (crime) is not looked at: 盗窃案 is 盗窃.
    """
    word = plain(text)
    return _by_word().get(word) or (_by_word().get(word[:-1]) if word.endswith(("案", "罪")) else None)


def canonical_category(text: str) -> str:
    """The name that is stored: the table's where it knows the word, else the word itself without outer blanks."""
    if not text.strip():
        return UNSPECIFIED
    found = find_category(text)
    return text.strip() if found is None else found.name


def category_label(category: str, language: str) -> str:
    """A stored category for people to read, in "zh" or "en"; an unknown one as it is."""
    found = find_category(category)
    if found is None:
        return category
    return found.english if language == "en" else found.name


def category_class(category: str) -> CategoryClass:
    """Whether a stored category is criminal or public order; "" where the table does not say."""
    found = find_category(category)
    return "" if found is None else found.kind


def class_label(kind: CategoryClass, language: str) -> str:
    """The class for people to read, in "zh" or "en"; "" for none."""
    if not kind:
        return ""
    chinese, english = CLASS_LABELS[kind]
    return english if language == "en" else chinese


def default_weight(category: str) -> float:
    """What an incident weighs where its file gives no weight: the table's harm weight, else 1."""
    found = find_category(category)
    return 1.0 if found is None or found.harm_weight is None else found.harm_weight
