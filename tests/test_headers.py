import pytest

from geo_zhengzhi.errors import AmbiguousColumn, InvalidParameter, MissingColumn, PersonalColumn, UnknownHeader
from geo_zhengzhi.io.headers import SYNONYMS, coordinate_columns, looks_like_header, match_headers, suggest_headers
from geo_zhengzhi.io.persons import personal_header


def names(headers, mapping=None):
    return dict(match_headers(headers, mapping).names)


def test_chinese_headers_are_known():
    headers = ["案件编号", "案件类别", "发案时间", "经度", "纬度", "地址"]
    assert names(headers) == {
        "incident_id": "案件编号",
        "category": "案件类别",
        "occurred_at": "发案时间",
        "longitude": "经度",
        "latitude": "纬度",
    }


def test_bounds_and_report_times_are_columns_of_their_own():
    found = names(["发案时间上限", "发案时间下限", "报警时间", "坐标X", "坐标Y"])
    assert found == {
        "occurred_from": "发案时间上限",
        "occurred_to": "发案时间下限",
        "reported_at": "报警时间",
        "x": "坐标X",
        "y": "坐标Y",
    }


@pytest.mark.parametrize("header", ["Date start", "DATE_START", "date-start", " Ｄａｔｅ　ｓｔａｒｔ "])
def test_case_width_blanks_and_punctuation_do_not_matter(header):
    assert names([header]) == {"occurred_from": header}


def test_no_word_stands_for_two_columns_and_none_is_about_persons():
    words = [word for column, synonyms in SYNONYMS.items() for word in (column, *synonyms)]
    for word in words:
        assert len(match_headers([word]).names) == 1
        assert personal_header(word) is None, word


def test_two_headers_for_one_column_are_refused_with_both_and_the_remedy():
    with pytest.raises(
        AmbiguousColumn, match=r"案件编号, 警情编号 could all be the column incident_id .* --map incident_id="
    ):
        match_headers(["案件编号", "警情编号"])


def test_the_column_s_own_name_wins_over_a_synonym():
    assert names(["uid", "incident_id"]) == {"incident_id": "incident_id"}


def test_a_mapping_settles_what_is_ambiguous_and_takes_the_header_from_others():
    assert names(["案由", "案件类别"], {"category": "案由"}) == {"category": "案由"}
    assert names(["lon", "lat"], {"latitude": "lon", "longitude": "lat"}) == {"latitude": "lon", "longitude": "lat"}


def test_a_mapping_may_use_a_header_that_the_table_does_not_know():
    assert names(["东", "北"], {"longitude": "东", "latitude": "北"}) == {"longitude": "东", "latitude": "北"}


def test_a_mapping_to_a_header_that_is_not_there_lists_those_that_are():
    with pytest.raises(UnknownHeader, match="found: 东, 北"):
        match_headers(["东", "北"], {"longitude": "西"})


def test_a_mapping_of_a_column_that_does_not_exist_is_refused():
    with pytest.raises(InvalidParameter, match="colour"):
        match_headers(["a"], {"colour": "a"})


def test_personal_data_cannot_be_mapped_in():
    with pytest.raises(PersonalColumn, match="报警人姓名"):
        match_headers(["报警人姓名"], {"category": "报警人姓名"})


def test_missing_coordinates_are_told_with_the_headers_that_were_found():
    headers = ["案件编号", "发案时间", "经度"]
    with pytest.raises(MissingColumn, match=r"column latitude is missing – found: 案件编号, 发案时间, 经度"):
        coordinate_columns(match_headers(headers), False, headers)


def test_a_projected_datum_prefers_x_and_y():
    headers = ["lon", "lat", "x坐标", "y坐标"]
    assert coordinate_columns(match_headers(headers), True, headers) == ("x", "y")
    assert coordinate_columns(match_headers(headers), False, headers) == ("longitude", "latitude")


def test_repeated_and_blank_headers_are_no_harm_unless_they_are_needed():
    assert names(["", "", "备注", "备注", "经度", "纬度"]) == {"longitude": "经度", "latitude": "纬度"}


def test_a_title_row_is_no_header():
    assert not looks_like_header(["蓟州区2024年警情统计表"])
    assert looks_like_header(["时间", "经度", "纬度"])
    assert looks_like_header(["t", "东", "北"], {"longitude": "东", "latitude": "北"})


def test_a_column_can_be_left_out_by_an_empty_header():
    assert names(["id", "lon", "lat", "类型"], {"category": "", "incident_id": " "}) == {
        "longitude": "lon",
        "latitude": "lat",
    }
    assert not looks_like_header(["", "lat"], {"longitude": "", "latitude": "lat"})


def test_what_could_be_two_columns_is_suggested_and_the_others_are_found():
    found, ambiguous = suggest_headers(["时间", "日期", "lon", "lat"])
    assert dict(found.names) == {"longitude": "lon", "latitude": "lat"}
    assert ambiguous == {"occurred_at": ("时间", "日期")}
    with pytest.raises(AmbiguousColumn, match="时间, 日期"):
        match_headers(["时间", "日期", "lon", "lat"])
    found, ambiguous = suggest_headers(["时间", "日期"], {"occurred_at": "日期"})
    assert (dict(found.names), ambiguous) == ({"occurred_at": "日期"}, {})
