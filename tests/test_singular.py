"""One is said otherwise than many, in English alone."""

import pytest

from geo_zhengzhi.words import OF_ONE, filled, translator
from web.say import Say


@pytest.mark.parametrize(
    ("text", "n", "said"),
    [
        ("{n} days left", 1, "1 day left"),
        ("{n} days left", 2, "2 days left"),
        ("{n} days left", 0, "0 days left"),
        ("{n} days left", 11, "11 days left"),
        ("{n} entries match", "1", "1 entry matches"),
        ("{n} entries match", "1,001", "1,001 entries match"),
        ("overdue {n} days", 1, "overdue 1 day"),
        (
            "{n} rows give one end of their interval only; it is so.",
            1,
            "1 row gives one end of its interval only; it is so.",
        ),
        ("{n} rowsers", 1, "1 rowsers"),
    ],
)
def test_a_sentence_fits_its_number(text: str, n: object, said: str) -> None:
    assert filled(text, {"n": n}) == said


def test_each_number_has_its_own_noun() -> None:
    assert filled("{a} incidents, {b} days", {"a": 1, "b": 2}) == "1 incident, 2 days"


def test_a_value_is_not_read_as_a_sentence() -> None:
    assert filled("{name}: {n} days", {"name": "{n} days {0}", "n": 1}) == "{n} days {0}: 1 day"


def test_chinese_stays_as_it_is() -> None:
    for n in (1, 2):
        assert filled(translator("zh")("{n} days left"), {"n": n}) == translator("zh")("{n} days left").format(n=n)


def test_pages_say_it() -> None:
    assert Say("en").text("{n} incidents", n=1) == "1 incident"


def test_no_word_of_one_is_one_of_many() -> None:
    assert set(OF_ONE).isdisjoint(OF_ONE.values())
