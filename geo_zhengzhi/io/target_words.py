"""How target files name their columns, kinds and levels, in Chinese and English; the README's table comes from here."""

import re
from collections.abc import Iterable, Mapping

from geo_zhengzhi.io.persons import IDENTITY, PHONE, PLATE, personal_header
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_ID,
)

DIRECTION = "direction"  # of a corridor: where its chainage grows to, a key of corridor_ways.DIRECTIONS
WORKS_IN = "works_in"  # of a trade without a boundary: name or target_id of the target it works in

# Our column → the headers it goes by, the first found wins; letters' case, blanks and underscores do not matter.
COLUMN_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    TARGET_ID: ("target_id", "编号", "目标编号", "对象编号", "整治对象编号", "代码", "ntacode", "code"),
    PART_ID: ("part_id", "部分编号", "分段编号"),
    NAME: (
        "name", "名称", "目标名称", "对象名称", "整治对象", "小区名称", "小区", "村名", "村庄", "广场", "线路名称",
        "线路", "站名", "车站", "地名", "target", "ntaname", "neighborhood", "neighbourhood", "precinct", "line_name",
        "stop_name", "station", "station_name", "placename", "title",
    ),
    NAME_EN: ("name_en", "name:en", "英文名称", "英文名", "english_name"),
    KIND: ("kind", "类型", "种类", "类别", "对象类型", "目标类型", "整治类型", "type", "target_kind"),
    LEVEL: ("level", "级别", "等级", "挂牌级别", "整治级别"),
    LEAD_UNIT: ("lead_unit", "牵头单位", "责任单位", "主责单位", "负责单位", "主管单位", "unit"),
    CORRIDOR_HALF_WIDTH_M: ("corridor_half_width_m", "半宽", "半宽米", "走廊半宽", "half_width_m", "half_width"),
    DIRECTION: ("direction", "方向", "里程方向", "chainage_direction"),
    ILLUSTRATIVE: ("illustrative", "示意"),
    WORKS_IN: ("works_in", "经营区域", "活动区域", "作业区域", "所在区域"),
}  # fmt: skip

KIND_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "residential_area": (
        "小区", "居民区", "居民小区", "住宅区", "住宅小区", "社区", "residential", "residential area", "neighborhood",
        "neighbourhood", "housing estate",
    ),
    "square": ("广场", "square", "plaza"),
    "village": ("村", "村庄", "自然村", "行政村", "城中村", "village"),
    "railway_corridor": ("铁路", "铁路沿线", "铁路走廊", "铁路线", "railway", "railway corridor", "rail", "railroad"),
    "commercial_area": ("商圈", "商业区", "市场", "集市", "商业街", "commercial", "commercial area", "market"),
    "school": ("学校", "校园", "校园周边", "school", "campus"),
    "enterprise": ("企业", "厂区", "工厂", "工业园区", "enterprise", "factory"),
    "unit": ("单位", "机关", "医院", "unit", "institution"),
    "trade": ("行业", "行业领域", "重点行业", "trade"),
    "district": ("辖区", "片区", "街区", "城区", "区域", "district", "precinct", "quarter"),
}  # fmt: skip

LEVEL_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "city": ("市级", "市", "市级挂牌", "city", "municipal"),
    "county": ("县级", "区级", "区县级", "县", "区", "县级挂牌", "区级挂牌", "county", "district"),
    "township": ("乡镇级", "镇级", "乡级", "街道级", "街镇级", "乡镇", "镇", "街道", "township", "town"),
}

# Where the chainage of a corridor grows to.
DIRECTION_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "east": ("东", "向东", "往东", "由西向东", "自西向东", "eastward", "eastbound", "e"),
    "west": ("西", "向西", "往西", "由东向西", "自东向西", "westward", "westbound", "w"),
    "north": ("北", "向北", "往北", "由南向北", "自南向北", "northward", "northbound", "n"),
    "south": ("南", "向南", "往南", "由北向南", "自北向南", "southward", "southbound", "s"),
}

# Beside what `persons` knows: who leads, answers for or looks after a target.
PERSONAL_HEADERS = re.compile(
    r"负责人|责任人|联系人|牵头人|包保|领导|姓名|户主|民警|警长|网格员|网格长|楼长"
    r"|person|contact|officer|leader|owner|manager|captain",
    re.IGNORECASE,
)
YES = frozenset({"true", "yes", "1", "1.0", "是", "示意", "y"})


def plain(text: object) -> str:
    """A word without case, blanks, underscores and hyphens, for looking it up."""
    return re.sub(r"[\s_\-]", "", str(text)).lower()


def find_columns(headers: Iterable[object], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Which of a file's headers is which of our columns.

    Parameters
    ----------
    headers : iterable of str
    chosen : {our column: header}, optional
        What a person has decided; these headers are not used for anything else.

    Returns
    -------
    dict
        Our column → header, for those that were found.
    """
    found = dict(chosen or {})
    by_plain: dict[str, str] = {}
    for header in headers:
        if str(header) not in found.values():
            by_plain.setdefault(plain(header), str(header))
    for column, synonyms in COLUMN_SYNONYMS.items():
        if column not in found:
            header = next((by_plain[plain(s)] for s in synonyms if plain(s) in by_plain), None)
            if header is not None:
                found[column] = header
    return found


def personal_columns(headers: Iterable[object]) -> list[str]:
    """The headers that announce persons or their numbers; "name" alone is a place's."""
    texts = [str(header) for header in headers]
    return [t for t in texts if PERSONAL_HEADERS.search(t) or personal_header(t) in (IDENTITY, PHONE, PLATE)]


def kind_of(word: str) -> str | None:
    """The kind that a word means; None if none does."""
    return _LOOKUP_KIND.get(plain(word))


def level_of(word: str) -> str | None:
    """The level that a word means; None if none does."""
    return _LOOKUP_LEVEL.get(plain(word))


def direction_of(word: str) -> str | None:
    """The direction that a word means; None if none does."""
    return _LOOKUP_DIRECTION.get(plain(word))


def _lookup(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Plain word → what it means."""
    return {plain(word): meaning for meaning, words in table.items() for word in (meaning, *words)}


_LOOKUP_KIND = _lookup(KIND_SYNONYMS)
_LOOKUP_LEVEL = _lookup(LEVEL_SYNONYMS)
_LOOKUP_DIRECTION = _lookup(DIRECTION_SYNONYMS)
