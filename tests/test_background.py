"""Backgrounds: which settings are allowed, and that none of them reaches a page."""

import pytest

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.render.background import parse_background


@pytest.mark.parametrize("text", ["", "   "])
def test_no_setting_means_no_background(text: str) -> None:
    assert parse_background(text) is None


def test_tianditu_has_a_ground_and_a_name_layer_in_wgs84_with_the_key() -> None:
    background = parse_background("tianditu:0a1b2c")
    assert background is not None
    assert [template.count("tk=0a1b2c") for template in background.upstream] == [1, 1]
    assert background.crs == "wgs84"
    address = background.upstream[0].format(s="3", z=10, x=843, y=387)
    assert address.startswith("https://t3.tianditu.gov.cn/vec_w/wmts?")
    assert "TILEMATRIX=10&TILEROW=387&TILECOL=843" in address


def test_amap_is_drawn_in_gcj02() -> None:
    background = parse_background("amap")
    assert background is not None
    assert background.crs == "gcj02"
    assert "x=843&y=387&z=10" in background.upstream[0].format(s="1", z=10, x=843, y=387)


def test_a_template_is_taken_as_it_is() -> None:
    background = parse_background("https://tiles.example/{z}/{x}/{y}.png")
    assert background is not None
    assert background.upstream == ("https://tiles.example/{z}/{x}/{y}.png",)


@pytest.mark.parametrize(
    "text",
    [
        "osm",
        "tianditu:",
        "tianditu:a b",
        "https://tiles.example/{z}/{x}.png",
        "file:///{z}/{x}/{y}",
        "https:///{z}/{x}/{y}",
    ],
)
def test_anything_else_is_refused_with_the_allowed_forms(text: str) -> None:
    with pytest.raises(InvalidParameter, match="tianditu:KEY"):
        parse_background(text)


def test_a_refusal_does_not_repeat_a_key() -> None:
    with pytest.raises(InvalidParameter) as refusal:
        parse_background("tianditu:se-cr-et")
    assert "se-cr-et" not in str(refusal.value)
