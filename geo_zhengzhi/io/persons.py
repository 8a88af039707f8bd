"""What tells persons: headers that name them, and values that are identity numbers, mobile numbers or plates."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.io.tables import matches

Mask = npt.NDArray[np.bool_]

NAME, IDENTITY, PHONE, PLATE, ADDRESS, OTHER = "name", "identity number", "phone", "plate", "address", "person"

# Chinese headers are looked at for these parts, English ones word by word. What comes first decides.
CHINESE_PARTS: Mapping[str, tuple[str, ...]] = {
    IDENTITY: ("身份证", "证件号", "公民身份", "护照", "身份号码", "户口"),
    PHONE: ("手机", "电话", "联系方式", "微信", "邮箱"),
    PLATE: ("车牌", "号牌", "车架号"),
    NAME: (
        "姓名", "名字", "报警人", "报案人", "嫌疑人", "受害人", "被害人", "受害者", "当事人", "违法人", "涉案人",
        "联系人",
        "失主", "事主", "户主", "车主", "证人", "民警", "承办人", "办案人", "处警人", "接警人", "曾用名", "绰号",
    ),
    OTHER: ("出生", "民族", "年龄", "性别"),
    ADDRESS: ("地址", "地点", "住址", "住所", "户籍", "位置描述"),
}  # fmt: skip
ENGLISH_WORDS: Mapping[str, tuple[str, ...]] = {
    IDENTITY: ("ssn", "passport", "idcard", "identity", "nationalid", "idnumber"),
    PHONE: ("phone", "mobile", "telephone", "cellphone", "tel", "email", "mail", "contact"),
    PLATE: ("plate", "vin"),
    NAME: (
        "name", "surname", "firstname", "lastname", "fullname", "victim", "suspect", "offender", "complainant",
        "caller",
        "witness", "perpetrator", "perp", "vic", "defendant", "officer",
    ),
    OTHER: ("dob", "birth", "birthday", "birthdate", "age", "sex", "gender", "race", "ethnicity"),
    ADDRESS: ("address", "street", "addr"),
}  # fmt: skip

# One pass finds the few values worth a closer look: eleven digits (with blanks or dashes), or the start of a plate.
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_WORTH_A_LOOK = f"[0-9０-９][0-9０-９ -]{{9}}[0-9０-９]|[{_PROVINCES}][A-Za-zＡ-Ｚａ-ｚ]"
_BEFORE = "(?:^|[^0-9A-Za-z.])"
_REGION = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}"
_MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_RUN_18 = f"{_BEFORE}(?P<run>[0-9]{{17}}[0-9Xx])(?:[^0-9A-Za-z]|$)"
_RUN_15 = f"{_BEFORE}(?P<run>[0-9]{{15}})(?:[^0-9A-Za-z]|$)"
_IDENTITY_18 = f"^{_REGION}(?:19|20)[0-9]{{2}}{_MONTH_DAY}"
_IDENTITY_15 = f"^{_REGION}[0-9]{{2}}{_MONTH_DAY}"
_MOBILE = f"{_BEFORE}(?:(?:\\+|00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}(?:[^0-9]|$)"
_PLATE = (
    f"[{_PROVINCES}][A-HJ-NP-Z][ ·•・-]?(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[DF][A-HJ-NP-Z0-9][0-9]{{4}}|"
    "[0-9]{5}[DF])(?:[^A-Za-z0-9]|$)"
)
CHECKSUM_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])  # GB 11643-1999
CHECK_DIGITS = np.frombuffer(b"10X98765432", np.uint8)
# Case numbers made of region, date and serial look like identity numbers, and one in eleven passes the checksum. A
# column's runs of eighteen (fifteen) digits are identity numbers only where at least this share of them passes.
MIN_PASSING_SHARE = 0.3


def personal_header(header: str) -> str | None:
    """Which personal data a header announces (one of this module's words); None for none."""
    text = unicodedata.normalize("NFKC", header).casefold()
    for kind, parts in CHINESE_PARTS.items():
        if any(part in text for part in parts):
            return kind
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", unicodedata.normalize("NFKC", header)).casefold()
    words = re.findall(r"[a-z]+", spaced)
    glued = {"".join(pair) for pair in itertools.pairwise(words)}
    for kind, known in ENGLISH_WORDS.items():
        if glued.union(words) & set(known):
            return kind
    return None


def personal_values(column: pa.ChunkedArray) -> Mask:
    """
    Which values of a text column hold an identity number, a mobile number or a plate.

    Identity numbers have eighteen digits with date and checksum (GB 11643), or fifteen with a date; mobile numbers
    eleven digits from 13 to 19, with or without +86 and with blanks or dashes in their usual places; plates a
    province's character, a letter and five or, for new-energy vehicles, six more. Full-width digits count.

    Parameters
    ----------
    column : ChunkedArray of n texts
        None for an empty value.

    Returns
    -------
    array of n, bool
    """
    mask = np.zeros(len(column), bool)
    worth = np.flatnonzero(matches(column, _WORTH_A_LOOK))
    if worth.size:
        texts = pc.utf8_upper(pc.utf8_normalize(column.take(pa.array(worth)), form="NFKC"))
        found = matches(texts, _MOBILE) | matches(texts, _PLATE)
        mask[worth] = found | _identities(texts, _RUN_18, 18) | _identities(texts, _RUN_15, 15)
    return mask


def _identities(texts: pa.ChunkedArray, run: str, length: int) -> Mask:
    """Where a text holds a run of digits that is an identity number, if enough of the column's runs are."""
    runs = pc.struct_field(pc.extract_regex(texts, run), "run")
    has_run = np.asarray(pc.is_valid(runs).to_numpy(), bool)
    passing = np.zeros(len(texts), bool)
    if has_run.any():
        digits = np.array(runs.drop_null().to_pylist(), f"S{length}")
        plausible = matches(runs.drop_null(), _IDENTITY_18 if length == 18 else _IDENTITY_15)
        passing[has_run] = plausible & (_checksum_fits(digits) if length == 18 else True)
    return passing if passing.sum() >= MIN_PASSING_SHARE * has_run.sum() else np.zeros(len(texts), bool)


def _checksum_fits(numbers: npt.NDArray[np.bytes_]) -> Mask:
    """Whether the last of eighteen digits is the one that the first seventeen ask for."""
    digits = numbers.view(np.uint8).reshape(len(numbers), 18)
    remainder = (digits[:, :17].astype(np.int64) - ord("0")) @ CHECKSUM_WEIGHTS % 11
    return np.asarray(CHECK_DIGITS[remainder] == digits[:, 17], bool)


def hold_personal(texts: Sequence[str]) -> list[bool]:
    """Which of single texts hold an identity number, a mobile number or a plate; each is judged by itself."""
    if not texts:
        return []
    worth = matches(pa.chunked_array([pa.array(texts, pa.string())]), _WORTH_A_LOOK)
    return [bool(look) and _holds_personal(text) for text, look in zip(texts, worth, strict=True)]


def _holds_personal(text: str) -> bool:
    return bool(personal_values(pa.chunked_array([pa.array([text], pa.string())]))[0])


def without_personal_words(texts: Iterable[str]) -> list[str]:
    """Single texts, with those that hold personal data emptied."""
    kept = list(texts)
    if not kept:
        return kept
    mask = personal_values(pa.chunked_array([pa.array(kept, pa.string())]))
    return ["" if personal else text for text, personal in zip(kept, mask, strict=True)]
