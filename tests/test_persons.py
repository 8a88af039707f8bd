import pyarrow as pa
import pytest

from geo_zhengzhi.io.persons import IDENTITY, NAME, PHONE, PLATE, personal_header, personal_values

GOOD_ID = "11010519491231002X"  # the example in GB 11643


def is_personal(*texts):
    return personal_values(pa.chunked_array([pa.array(texts, pa.string())])).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD_ID, True),
        (GOOD_ID.lower(), True),
        ("身份证" + GOOD_ID + "，男", True),
        ("１１０１０５１９４９１２３１００２Ｘ", True),
        ("110105194912310021", False),  # wrong check digit
        ("110105194913310025", False),  # thirteenth month
        ("990105194912310020", False),  # no such province
        ("1" + GOOD_ID, False),  # nineteen digits
        ("130503670401001", True),  # fifteen digits, old form
        ("130503671301001", False),  # its thirteenth month
        ("13800138000", True),
        ("+8613800138000", True),
        ("+86 138-0013-8000", True),
        ("手机138 0013 8000转告", True),
        ("12800138000", False),  # no mobile prefix
        ("1380013800", False),  # ten digits
        ("138001380001", False),  # twelve
        ("117.13800138000", False),  # decimals
        ("津A12345", True),
        ("京A·12345", True),
        ("粤B12345D", True),  # new energy, large
        ("粤BD12345", True),  # new energy, small
        ("粤z1234港", True),
        ("津A1234", False),  # too short
        ("津AI2345", False),  # no letter I on plates
        ("津河路A12345号", False),
        ("", False),
        (None, False),
        ("天津市蓟州区渔阳镇武定街5号", False),
    ],
)
def test_values_are_personal_or_not(text, expected):
    assert is_personal(text) == [expected]


def test_case_numbers_of_region_date_and_serial_are_not_identity_numbers():
    numbers = [f"120225202403{day:02d}{serial:04d}" for day in range(1, 31) for serial in range(10)]
    assert all(len(n) == 18 for n in numbers)
    assert not any(is_personal(*numbers))


def test_a_few_identity_numbers_among_other_texts_are_found():
    assert is_personal("A1", GOOD_ID, "A2", "A3") == [False, True, False, False]


def test_three_in_ten_is_enough_and_less_is_not():
    other = "110105194912310021"
    assert sum(is_personal(*[GOOD_ID] * 3, *[other] * 7)) == 3
    assert sum(is_personal(*[GOOD_ID] * 3, *[other] * 8)) == 0


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("姓名", NAME),
        ("报警人", NAME),
        ("嫌疑人信息", NAME),
        ("受害人", NAME),
        ("victim name", NAME),
        ("VictimName", NAME),
        ("suspect_1", NAME),
        ("身份证号", IDENTITY),
        ("受害人身份证号", IDENTITY),
        ("ID card", IDENTITY),
        ("手机", PHONE),
        ("联系电话", PHONE),
        ("phone no.", PHONE),
        ("车牌号", PLATE),
        ("license_plate", PLATE),
        ("报警时间", None),
        ("发生日期", None),
        ("案件编号", None),
        ("boro", None),
        ("", None),
    ],
)
def test_headers_about_persons_are_known(header, kind):
    assert personal_header(header) == kind
