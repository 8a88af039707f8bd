"""Use case: say whose county this store is of: its name and zone, its study area, and what lies around the targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.io.areas import read_areas
from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.io.times import check_timezone
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.register.rules import refuse_personal
from geo_zhengzhi.services.studies.county import County, keep_county, read_county
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.context import AREAS, LAYERS, count_features, put_layer
from geo_zhengzhi.store.database import Database

POLYGONS = ("Polygon", "MultiPolygon")
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class CountyWishes:
    """
    What is to be said anew; None and a layer that is not named leave what the store says.

    Parameters
    ----------
    name, timezone, attribution : str or None
        `attribution` thanks whom the layers come from; "" thanks nobody.
    study_area : Path or None
        A file of polygons, outside which imports reject rows.
    layers : mapping of layer to Path
        Of `store.context.LAYERS`; the file's features take the place of the layer's.
    areas : sequence of "FILE" or "FILE:KIND"
        Villages, neighbourhoods and other areas for the screening; they take the place of those before.
    datum : str or None
        Of every file.
    """

    name: str | None = None
    timezone: str | None = None
    attribution: str | None = None
    study_area: Path | None = None
    layers: Mapping[str, Path] = field(default_factory=dict)
    areas: Sequence[str] = ()
    datum: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be said."""
        return (
            not self.layers
            and not self.areas
            and {self.name, self.timezone, self.attribution, self.study_area} == {None}
        )


@dataclass(frozen=True)
class CountySaid:
    """What the store says now, with the number of features in each layer."""

    county: County
    n_features: Mapping[str, int]


def set_county(database: Database, settings: Settings, wishes: CountyWishes, *, actor: Actor) -> CountySaid:
    """
    Say something of the county anew, all of it or nothing; without a wish only read what is said.

    Raises
    ------
    NotAllowed
        If the actor may not edit the register.
    InvalidParameter, PersonalText
        For a name, zone or study area that is not possible.
    GeoZhengzhiError
        As `io.layers.read_layer` and `io.areas.read_areas`.
    """
    require(actor, EDIT_REGISTER)
    if not wishes.is_empty:
        layers = {name: read_layer(path, datum=wishes.datum) for name, path in sorted(wishes.layers.items())}
        if wishes.areas:
            layers[AREAS] = read_areas(wishes.areas, datum=wishes.datum)
        changes = _changes(wishes)
        with database.write() as connection:
            keep_county(connection, replace(read_county(connection, settings), **changes))
            for name, features in layers.items():
                put_layer(connection, name, features)
            state.bump(connection, state.TARGETS_VERSION)  # whoever shows the county opens it again
            audit.append(connection, actor, "county", "", {"said": sorted([*changes, *layers])})
    with database.read() as connection:
        counted = {name: count_features(connection, name) for name in (*LAYERS, AREAS)}
        return CountySaid(read_county(connection, settings), counted)


def _changes(wishes: CountyWishes) -> dict[str, Any]:
    """The fields of `County` that are said anew, once they hold."""
    changes: dict[str, Any] = {}
    texts = {"name": wishes.name, "attribution": wishes.attribution}
    for key, text in texts.items():
        if text is not None and (len(text) > MOST_CHARACTERS or not text.isprintable()):
            raise InvalidParameter(name=key, given=text[:40], allowed=f"at most {MOST_CHARACTERS} printable characters")
    refuse_personal({"name": wishes.name or "", "notes": wishes.attribution or ""})
    if wishes.name is not None:
        changes["name"] = wishes.name.strip()
    if wishes.timezone is not None:
        check_timezone(wishes.timezone)
        changes["timezone"] = wishes.timezone
    if wishes.attribution is not None:
        changes["attributions"] = (wishes.attribution.strip(),) if wishes.attribution.strip() else ()
    if wishes.study_area is not None:
        changes["study_area"] = _area(read_layer(wishes.study_area, datum=wishes.datum))
    return changes


def _area(features: gpd.GeoDataFrame) -> shapely.Geometry:
    """The polygons of a file as one area."""
    kinds = sorted(set(features.geometry.geom_type))
    if not set(kinds) <= set(POLYGONS):
        raise InvalidParameter(name="study_area", given=", ".join(kinds), allowed=", ".join(POLYGONS))
    return shapely.union_all(features.geometry.to_numpy())
