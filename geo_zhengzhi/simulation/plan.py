"""
The demonstration's plan: which backgrounds and which planted hotspots, where, and how strong over three years.

Nothing here is data about a real place. Levels are incidents per sixty ordinary days; places are easting and northing
in metres in the frame about 117.4° E 40.0° N.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.simulation.drawing import FixedCount

FRAME = MetricFrame(117.4, 40.0)
FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2024, 12, 31)
FIXED_COUNTS = (
    FixedCount(date(2023, 2, 1), date(2023, 3, 31), 262),
    FixedCount(date(2024, 2, 1), date(2024, 3, 31), 174),
)

WUDINGYUAN, FUYUJIAYUAN = "T-2024-wudingyuan", "T-2024-fuyujiayuan"
GULOU, BANQIAO, SANLUNCHE = "T-2024-gulou", "T-2024-banqiao", "T-2024-sanlunche"
DAQIN, JINGQIN, JINJI = (f"T-2024-tieluyanxian-{line}" for line in ("daqin", "jingqin", "jinji"))
OPEN_GROUND = ""

MIXES = {
    "residential_area": {"入室盗窃": 0.45, "盗窃": 0.35, "诈骗": 0.10, "寻衅滋事": 0.10},
    "square": {"盗窃": 0.32, "寻衅滋事": 0.34, "抢夺": 0.20, "街头抢劫": 0.14},
    "village": {"入室盗窃": 0.40, "盗窃": 0.38, "诈骗": 0.10, "寻衅滋事": 0.12},
    "trade": {"非法营运": 0.62, "寻衅滋事": 0.15, "盗窃": 0.13, "抢夺": 0.10},
    "railway_corridor": {"盗窃": 0.82, "寻衅滋事": 0.18},
    OPEN_GROUND: {
        "盗窃": 0.42, "入室盗窃": 0.14, "诈骗": 0.16, "寻衅滋事": 0.12,
        "抢夺": 0.07, "街头抢劫": 0.05, "非法营运": 0.04,
    },
}  # fmt: skip

Course = Sequence[tuple[date, float]]


def course(*levels: tuple[int, int, float]) -> Course:
    """(year, month, level) triples as dates."""
    return tuple((date(year, month, 1), level) for year, month, level in levels)


@dataclass(frozen=True)
class PlantedHotspot:
    """
    A hotspot whose truth is known.

    Parameters
    ----------
    planted_id : str
    part_id : str
        "" on open ground.
    easting_m, northing_m : float
        Its centre; a corridor's is moved onto the line.
    radius_m : float
        It lies evenly within this distance of its centre.
    behaviour : str
        "steady", "appears", "fades" or "comes_back".
    course : sequence of (date, level)
    mix : str
        Key of MIXES.
    """

    planted_id: str
    part_id: str
    easting_m: float
    northing_m: float
    radius_m: float
    behaviour: str
    course: Course
    mix: str


PLANTED = (
    PlantedHotspot("P01", WUDINGYUAN, -640, 4790, 38, "fades",
                   course((2022, 1, 36), (2023, 4, 36), (2023, 9, 14), (2024, 12, 9)), "residential_area"),
    PlantedHotspot("P02", FUYUJIAYUAN, 1340, 4900, 40, "steady",
                   course((2022, 1, 17), (2024, 12, 17)), "residential_area"),
    PlantedHotspot("P03", GULOU, 262, 4905, 26, "fades",
                   course((2022, 1, 30), (2023, 4, 32), (2023, 10, 13), (2024, 12, 11)), "square"),
    PlantedHotspot("P04", BANQIAO, 2960, 3230, 50, "appears",
                   course((2022, 1, 0.5), (2023, 9, 0.5), (2023, 12, 14), (2024, 12, 13)), "village"),
    PlantedHotspot("P05", SANLUNCHE, -140, 3640, 62, "fades",
                   course((2022, 1, 26), (2023, 4, 26), (2023, 10, 13), (2024, 12, 11)), "trade"),
    PlantedHotspot("P06", SANLUNCHE, 610, 3930, 55, "steady",
                   course((2022, 1, 11), (2024, 12, 11)), "trade"),
    PlantedHotspot("P07", JINJI, -735, 3230, 120, "fades",
                   course((2022, 1, 19), (2023, 4, 19), (2023, 11, 10), (2024, 12, 9)), "railway_corridor"),
    PlantedHotspot("P08", DAQIN, 4030, -800, 120, "comes_back",
                   course((2022, 1, 9), (2022, 9, 9), (2022, 11, 0.3), (2023, 11, 0.3), (2024, 1, 9), (2024, 12, 9)),
                   "railway_corridor"),
    PlantedHotspot("P09", OPEN_GROUND, 1180, 4010, 75, "comes_back",
                   course((2022, 1, 12), (2022, 8, 12), (2022, 10, 1), (2023, 11, 1), (2024, 1, 10), (2024, 12, 10)),
                   OPEN_GROUND),
    PlantedHotspot("P10", OPEN_GROUND, -1420, 4560, 75, "appears",
                   course((2022, 1, 0.3), (2023, 9, 0.3), (2023, 11, 11), (2024, 12, 11)), "square"),
    PlantedHotspot("P11", OPEN_GROUND, 560, 5560, 75, "fades",
                   course((2022, 1, 14), (2023, 4, 14), (2023, 8, 2), (2024, 12, 1)), OPEN_GROUND),
)  # fmt: skip

# What goes on everywhere all the time, by part; less each year.
BACKGROUND_LEVELS = {
    WUDINGYUAN: 11.0, FUYUJIAYUAN: 13.0, GULOU: 8.0, BANQIAO: 9.0, SANLUNCHE: 20.0,
    DAQIN: 6.0, JINGQIN: 6.0, JINJI: 8.0,
}  # fmt: skip
TOWN_LEVEL, SETTLEMENTS_LEVEL, COUNTRYSIDE_LEVEL = 17.0, 6.0, 3.0
TREND = ((2022, 1, 1.1), (2023, 3, 1.0), (2024, 3, 0.75), (2024, 12, 0.75))
BACKGROUND_REPEATED, HOTSPOT_REPEATED = 0.22, 0.36

# Street spacing (one family, the other) and direction by kind of target; metres, degrees.
STREETS = {
    "residential_area": ((46.0, 110.0), 3.0),
    "square": ((25.0, 25.0), 0.0),
    "village": ((70.0, 95.0), 12.0),
    "trade": ((130.0, 170.0), 3.0),
}
TOWN_BOUNDS = (-1900.0, 3000.0, 2300.0, 6100.0)
TOWN_STREETS = ((150.0, 210.0), 3.0)
SETTLEMENT_FROM_STATION_M, SETTLEMENT_SIDE_M = 900.0, 700.0
STREET_SIDEWAYS_M = 9.0
OUTLINE_MARGIN_M = 1500.0  # the outline is generalised; nothing is simulated on its very edge
NEAR_TARGETS_M = 19_000.0  # nor beyond the study area that the targets imply, their hull and 20 km
