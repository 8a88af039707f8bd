import pytest

from geo_zhengzhi.categories import (
    UNSPECIFIED,
    all_categories,
    canonical_category,
    category_class,
    category_label,
    class_label,
    default_weight,
    plain,
)


def test_every_category_has_both_names_and_no_word_stands_for_two():
    owner = {}
    for category in all_categories():
        assert category.name
        assert category.english
        assert category.kind in ("criminal", "public_order", "")
        for word in {plain(w) for w in (category.name, category.english, *category.synonyms)}:
            assert owner.setdefault(word, category.name) == category.name, word


@pytest.mark.parametrize(
    "name", ["入室盗窃", "街头抢劫", "抢夺", "盗窃", "诈骗", "寻衅滋事", "非法营运", "石击列车", "赌博"]
)
def test_the_categories_that_every_county_has_are_there(name):
    assert canonical_category(name) == name
    assert category_label(name, "en") != name
    assert category_label(category_label(name, "en"), "zh") == name


@pytest.mark.parametrize(
    "written", ["Burglary", " burglary ", "ＢＵＲＧＬＡＲＹ", "break in", "Break-In", "入户盗窃", "入室盗窃案"]
)
def test_synonyms_are_found_whatever_their_case_width_and_blanks(written):
    assert canonical_category(written) == "入室盗窃"


def test_an_unknown_category_stays_as_it_is_in_both_languages():
    assert canonical_category(" 电梯困人 ") == "电梯困人"
    assert category_label("电梯困人", "en") == category_label("电梯困人", "zh") == "电梯困人"
    assert category_class("电梯困人") == ""
    assert default_weight("电梯困人") == 1.0


def test_nothing_at_all_is_unspecified():
    assert canonical_category("  ") == UNSPECIFIED
    assert class_label(category_class(UNSPECIFIED), "en") == ""


def test_the_class_is_told_in_both_languages():
    assert class_label(category_class("盗窃"), "zh") == "刑事"
    assert class_label(category_class("寻衅滋事"), "en") == "public order"
