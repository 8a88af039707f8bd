"""The choices of an import as an address: every step can be gone back to, and reloaded."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.imports.choices import Choices

COLUMN = "c."  # before a column's name: c.longitude=经度
UNDECIDED = "?"  # what a field says while its person has not decided


def parse_choices(arguments: Mapping[str, str], timezone: str) -> Choices:
    """
    Read an address.

    Parameters
    ----------
    arguments : mapping
        `datum`, `epsg`, `zone`, and `c.COLUMN` = header.
    timezone : str
        Where the address names none.

    Raises
    ------
    InvalidParameter
        For a zone that does not exist.
    """
    zone = arguments.get("zone") or timezone
    if zone not in available_timezones():
        raise InvalidParameter(name="zone", given=zone[:60], allowed="Asia/Shanghai, UTC …")
    columns = {
        name.removeprefix(COLUMN): header[:1000]
        for name, header in arguments.items()
        if name.startswith(COLUMN) and header != UNDECIDED
    }
    epsg = arguments.get("epsg", "").strip()
    asked = (epsg if epsg[:4].lower() == "epsg" else f"EPSG:{epsg}",) if epsg else ()
    return Choices(arguments.get("datum", ""), zone, columns, asked)


def query_of(choices: Choices, mapping: Mapping[str, str]) -> dict[str, str]:
    """The address of choices, with only what the headers alone do not say."""
    pairs = {COLUMN + column: header for column, header in mapping.items()}
    asked = choices.asked[0].removeprefix("EPSG:") if choices.asked else ""
    said = {"datum": choices.datum, "zone": choices.timezone, "epsg": asked}
    return pairs | {name: value for name, value in said.items() if value}
