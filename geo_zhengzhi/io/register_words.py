"""How register files name their columns, stages, years and days, in Chinese and English; docs/headers.md lists them."""

import calendar
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from geo_zhengzhi.categories import plain
from geo_zhengzhi.io.persons import personal_header
from geo_zhengzhi.io.target_words import PERSONAL_HEADERS, WORKS_IN
from geo_zhengzhi.schema import KIND, LEAD_UNIT, LEVEL, NAME, NAME_EN, TARGET_ID

YEAR, WORK_GROUP, GUIDANCE_GROUP, DEADLINE, NOTES = "year", "work_group", "guidance_group", "deadline", "notes"
STAGE, STAGE_SINCE = "stage", "stage_since"

# Our column → the headers it goes by, the first found wins. 序号 counts the lines of a list and numbers nothing.
REGISTER_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    TARGET_ID: ("编号", "目标编号", "对象编号", "整治对象编号", "台账编号", "立项编号", "挂牌编号", "number", "id"),
    NAME: (
        "名称", "目标名称", "对象名称", "整治对象", "整治对象名称", "重点整治对象", "重点整治对象名称", "地点名称",
        "target", "place",
    ),
    NAME_EN: ("英文名称", "英文名", "english name", "name:en"),
    KIND: ("类别", "类型", "种类", "对象类别", "对象类型", "目标类型", "整治类型", "type"),
    LEVEL: ("级别", "等级", "挂牌级别", "整治级别"),
    YEAR: ("年度", "年份", "立项年度", "挂牌年度", "整治年度"),
    LEAD_UNIT: ("牵头单位", "责任单位", "主责单位", "负责单位", "主管单位", "unit"),
    WORK_GROUP: ("县级工作组", "区级工作组", "工作组", "县级工作专班", "工作专班", "county work group"),
    GUIDANCE_GROUP: ("指导组", "市级指导组", "督导组", "市级督导组", "guidance"),
    "police": ("警防", "警防措施", "police prevention"),
    "civil": ("民防", "民防措施", "人防", "人防措施", "civil prevention"),
    "technical": ("技防", "技防措施", "technical prevention"),
    "patrols": ("巡逻", "巡逻措施", "巡防", "巡逻防控"),
    "facilities": ("设施", "设施建设", "防护设施", "基础设施"),
    "publicity": ("宣传", "宣传措施", "宣传教育", "宣传发动"),
    "leadership": ("领导落实", "组织领导落实", "leadership secured"),
    "personnel": ("人员落实", "力量落实", "personnel secured"),
    "responsibility": ("责任落实", "责任制落实", "responsibility secured"),
    DEADLINE: ("期限", "整治期限", "完成期限", "完成时限", "整治时限", "截止日期", "due", "due date"),
    NOTES: ("备注", "说明", "remarks", "note"),
    STAGE: ("状态", "阶段", "整治状态", "当前状态", "整治阶段", "进度", "status"),
    STAGE_SINCE: ("状态日期", "状态时间", "阶段日期", "状态起始日期", "since"),
    WORKS_IN: ("经营区域", "活动区域", "作业区域", "所在区域"),
}  # fmt: skip

STAGE_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "screened": ("排查", "排查中", "已排查", "screening"),
    "listed": ("立项", "已立项", "挂牌", "已挂牌", "列入", "列管"),
    "treatment": ("整治", "整治中", "正在整治", "治理", "治理中", "在治", "under treatment"),
    "accepted": ("验收", "已验收", "验收合格", "通过验收", "验收通过"),
    "consolidating": ("巩固", "巩固中", "巩固提升", "巩固期", "consolidation"),
    "delisted": ("销号", "已销号", "摘牌", "已摘牌", "销账"),
    "relapsed": ("反弹", "已反弹", "回潮", "relapse"),
}
COUNTY_WORDS = ("county", "全县", "全区", "县域", "区域内", "全域")

_DAY = re.compile(r"([12]\d{3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]0?0:00(?::00)?)?")
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})")
_MONTH = re.compile(r"([12]\d{3})\s*[-/.年]\s*(\d{1,2})\s*(?:月份?)?\s*(?:底|末)?(?:前)?")
_YEAR = re.compile(r"([12]\d{3})(?:年度?|\.0)?")


def find_register_columns(headers: Sequence[str]) -> dict[str, int]:
    """Our column → its position among a file's headers; a column's own name wins, then the table's order."""
    by_word: dict[str, int] = {}
    for position, header in enumerate(headers):
        by_word.setdefault(plain(header), position)
    found: dict[str, int] = {}
    for column, synonyms in REGISTER_SYNONYMS.items():
        words = (plain(word) for word in (column, *synonyms))
        known = next((by_word[word] for word in words if word in by_word), None)
        if known is not None:
            found[column] = known
    return found


def looks_like_register(headers: Sequence[str]) -> bool:
    """Whether a row of a sheet is the header of a register: it names the places, and something of them."""
    found = find_register_columns(headers)
    return NAME in found and len(found) > 1


def personal_register_header(header: str) -> str | None:
    """Which personal data a header announces that is no column of ours; None for none."""
    return personal_header(header) or ("person" if PERSONAL_HEADERS.search(header) else None)


def stage_of(word: str) -> str | None:
    """The stage that a word means; None if none does."""
    return _LOOKUP_STAGE.get(plain(word))


def year_of(text: str) -> int | None:
    """2024, 2024年 or 2024年度 as a number; None for anything else."""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return None if found is None else int(found[1])


def day_of(text: str) -> date | None:
    """
    A day, written year first; a month alone is its last day, as deadlines mean it. None for anything else.
    """
    tidy = unicodedata.normalize("NFKC", text).strip()
    for pattern in (_DAY, _COMPACT, _MONTH):
        found = pattern.fullmatch(tidy)
        if found is not None:
            return _day(*map(int, found.groups()))
    return None


def _day(year: int, month: int, day: int | None = None) -> date | None:
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, last if day is None else day) if day is None or 1 <= day <= last else None


_LOOKUP_STAGE = {plain(word): stage for stage, words in STAGE_SYNONYMS.items() for word in (stage, *words)}
