"""Words from files: harmless in HTML, in Folium's template literals and in scripts."""

import json

import numpy as np
import pytest

from geo_zhengzhi.render.safe_text import safe_text, script_json
from tests.hostile import HOSTILE, STEERING


@pytest.mark.parametrize("text", HOSTILE)
def test_no_mark_that_opens_markup_or_an_expression_survives_in_html(text: str) -> None:
    assert not set(safe_text(text)) & set("<>\"'`${}")


def test_plain_words_stay_as_they_are() -> None:
    assert safe_text("蓟州站 12.35–12.90 km") == "蓟州站 12.35–12.90 km"


def test_an_ampersand_is_escaped_once() -> None:
    assert safe_text("A & B") == "A &amp; B"


def test_numbers_may_be_given_as_text() -> None:
    assert safe_text(12) == "12"


@pytest.mark.parametrize("text", [*HOSTILE, *STEERING, "<!--", "]]>", "\\"])
def test_a_script_gets_the_same_words_back(text: str) -> None:
    assert json.loads(script_json({"name": [text]})) == {"name": [text]}


@pytest.mark.parametrize("text", [*HOSTILE, *STEERING, "<!--", "]]>"])
def test_nothing_in_a_script_can_close_it_or_look_like_an_address(text: str) -> None:
    written = script_json(text)
    assert not set(written) & set("<>'`${}\u2028\u2029")
    assert "//" not in written


def test_keys_are_escaped_like_values() -> None:
    assert "<" not in script_json({"</script>": 1})


def test_a_number_that_json_cannot_say_becomes_null() -> None:
    assert script_json([float("nan"), float("inf"), 1.5]) == "[null,null,1.5]"


def test_numpy_numbers_are_written_as_numbers() -> None:
    assert script_json({"n": np.int64(3), "x": np.float64("nan"), "is": np.bool_(True)}) == '{"n":3,"x":null,"is":true}'


def test_the_order_of_keys_is_kept() -> None:
    assert script_json({"b": 1, "a": 2}) == '{"b":1,"a":2}'


def test_no_nesting_of_data_opens_a_template() -> None:
    written = script_json({"{{": {"{%": [{"{#": "%}"}, {}, [{}]]}})
    assert not {"{{", "{%", "{#"} & {written[i : i + 2] for i in range(len(written))}
    assert json.loads(written) == {"{{": {"{%": [{"{#": "%}"}, {}, [{}]]}}
