"""What an installation says of its county: name, zone, what has to be told with the map, what is shown first."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import shapely
from sqlalchemy import Connection

from geo_zhengzhi.model import Period
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database

KEY = "county"
UNNAMED = "The county"


@dataclass(frozen=True)
class County:
    """
    One county.

    Parameters
    ----------
    name : str
        English msgid or a name of its own.
    timezone : str
        IANA zone in which days and hours are told.
    demonstration : bool
        Whether this is the demonstration, which anybody may look at.
    simulated : bool
        Whether the incidents are made up.
    notes, targets_notes, attributions : tuples of str
        English msgids said with the map and wherever targets are drawn; whom to thank for data.
    opening_days : (first, last) or None
        What is shown first, both days included; None takes the last two full months of the data.
    study_area : Polygon or MultiPolygon, EPSG:4326, or None
        Rows outside are refused at import; None takes the targets' hull and 20 km.
    """

    name: str = UNNAMED
    timezone: str = "Asia/Shanghai"
    demonstration: bool = False
    simulated: bool = False
    notes: tuple[str, ...] = ()
    targets_notes: tuple[str, ...] = ()
    attributions: tuple[str, ...] = ()
    opening_days: tuple[date, date] | None = None
    study_area: shapely.Polygon | shapely.MultiPolygon | None = None

    @property
    def opening_period(self) -> Period | None:
        """The period of `opening_days`."""
        return None if self.opening_days is None else Period.of_days(*self.opening_days, self.timezone)


def said_of_county(connection: Connection) -> County | None:
    """What the store says of its county; None where nothing was said."""
    said = state.get(connection, KEY)
    return None if said is None else _from_plain(said)


def read_county(connection: Connection, settings: Settings) -> County:
    """What the store says; with nothing said, a county without a name in the settings' zone."""
    return said_of_county(connection) or County(timezone=settings.timezone)


def is_demonstration(database: Database) -> bool:
    """Whether the store holds the demonstration."""
    with database.read() as connection:
        county = said_of_county(connection)
    return county is not None and county.demonstration


def is_simulated(database: Database) -> bool:
    """Whether the store's incidents are made up."""
    with database.read() as connection:
        county = said_of_county(connection)
    return county is not None and county.simulated


def keep_county(connection: Connection, county: County) -> None:
    """Say it to the store."""
    days, area = county.opening_days, county.study_area
    plain = {field.name: getattr(county, field.name) for field in fields(county)} | {
        "opening_days": None if days is None else [str(day) for day in days],
        "study_area": None if area is None else area.wkb_hex,
    }
    state.put(connection, KEY, plain)


def _from_plain(said: Mapping[str, Any]) -> County:
    """What was said, as it was."""
    days, area = said["opening_days"], said["study_area"]
    lists = {name: tuple(said[name]) for name in ("notes", "targets_notes", "attributions")}
    return County(
        **{
            **said,
            **lists,
            "opening_days": None if days is None else (date.fromisoformat(days[0]), date.fromisoformat(days[1])),
            "study_area": None if area is None else shapely.from_wkb(area),
        }
    )
