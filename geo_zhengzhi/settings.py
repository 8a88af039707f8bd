"""What an installation may set, read once from the environment and handed on."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import InvalidParameter

REPOSITORY = Path(__file__).resolve().parent.parent
PREFIX = "GEO_ZHENGZHI_"
CENTER_FORM = "longitude,latitude: 117.4,40.0 (±180, ±89)"


@dataclass(frozen=True)
class Settings:
    """
    The settings of one installation; every field is read from `GEO_ZHENGZHI_<FIELD>` where that is set.

    Parameters
    ----------
    data_dir : Path
        Holds `boundaries/` and `incidents/`.
    assets_dir : Path
        The front-end files that set-up fetched (leaflet, jquery).
    cache_dir : Path
        Where results that can be made again are kept.
    var_dir : Path
        What the site keeps: the store's file, where no database is named.
    database_url : str
        The store: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; "" for the demonstration's own file.
    timezone : str
        IANA name of the zone that times without one are in.
    host, port : str, int
        Where `make run` serves; 127.0.0.1 unless someone decides otherwise.
    public_hosts : str
        Names, with commas, by which a reverse proxy's visitors address the site.
    behind_proxy : int
        How many reverse proxies stand before it, whose X-Forwarded-For and X-Forwarded-Proto are believed.
    tiles : str
        Background of the map: "" (none), an XYZ template, `tianditu:KEY`, `amap`, or the path of an MBTiles or PMTiles
        file, with `gcj02:` before it where its tiles are GCJ-02.
    frame_center : str
        "longitude,latitude", degrees: the centre of the county frame in metres, rounded to 0.1°; "" takes the study
        area's.
    language : str
        Language of a first visit when the browser asks for neither: "zh" or "en".
    max_upload_mib, max_upload_seconds : int
        How large a file may be that is sent to the site, and how long sending it may take.
    ahead : int
        1 lets a process at low priority work out common questions before somebody asks; 0 does not.
    """

    data_dir: Path = REPOSITORY / "data"
    assets_dir: Path = REPOSITORY / "web" / "static" / "vendor"
    cache_dir: Path = REPOSITORY / ".cache"
    var_dir: Path = REPOSITORY / "var"
    database_url: str = ""
    timezone: str = "Asia/Shanghai"
    host: str = "127.0.0.1"
    port: int = 8765
    public_hosts: str = ""
    behind_proxy: int = 0
    tiles: str = ""
    frame_center: str = ""
    language: str = "zh"
    max_upload_mib: int = 256
    max_upload_seconds: int = 600
    ahead: int = 1

    @property
    def center(self) -> tuple[float, float] | None:
        """
        The frame's centre (longitude, latitude); None where it is not set.

        Raises
        ------
        InvalidParameter
            If it is no place on Earth that a frame can have for its centre.
        """
        if not self.frame_center.strip():
            return None
        try:
            longitude, latitude = map(float, self.frame_center.split(","))
        except ValueError:
            longitude = latitude = math.nan
        if not (-180 <= longitude <= 180 and -89 <= latitude <= 89):
            raise InvalidParameter(name=f"{PREFIX}FRAME_CENTER", given=self.frame_center, allowed=CENTER_FORM)
        return longitude, latitude

    @property
    def store_url(self) -> str:
        """Where the store is."""
        return self.database_url or f"sqlite:///{self.var_dir / 'demonstration.gpkg'}"

    @property
    def is_demonstration(self) -> bool:
        """Whether this is the demonstration, which everybody may look at: nobody named a database."""
        return not self.database_url

    @property
    def public_names(self) -> list[str]:
        """The names in `public_hosts`."""
        return [name.strip() for name in self.public_hosts.split(",") if name.strip()]

    @property
    def address(self) -> str:
        """Where a browser finds the site."""
        if self.public_names:
            return f"{'https' if self.behind_proxy else 'http'}://{self.public_names[0]}/"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def kept_dir(self) -> Path:
        """Where results are kept that only this account may read."""
        return self.cache_dir / "kept"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """
        Read the settings.

        Raises
        ------
        InvalidParameter
            If a value is not of its field's type, or the frame's centre is no place.
        """
        values = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for name, default in cls.__dataclass_fields__.items():
            text = values.get(PREFIX + name.upper())
            if text is not None:
                given[name] = _convert(PREFIX + name.upper(), text, type(default.default))
        settings = cls(**given)
        _ = settings.center  # refused here, where it was set, and not by the first analysis
        return settings


def _convert(name: str, text: str, kind: type) -> Any:
    """The text as the field's own type."""
    try:
        return kind(text)
    except ValueError:
        raise InvalidParameter(name=name, given=text, allowed=kind.__name__) from None
