"""What is wrong with the incidents and targets of a study."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class KindMissing(GeoZhengzhiError):
    """Targets without a kind."""

    sentence = (
        "{name} does not say of what kind its targets are – allowed: {allowed} – write FILE:KIND, or add a column 类型 "
        "or kind."
    )


class NoTargets(GeoZhengzhiError):
    """A target file of which nothing could be kept."""

    sentence = (
        "{name} holds no usable target: all {count} features were rejected, the first because: {reason} – allowed: "
        "polygons, and lines for railway corridors – mend the features or choose another kind."
    )


class CorridorFolds(GeoZhengzhiError):
    """A corridor is wider than the bends of its line allow."""

    sentence = (
        "A corridor {half_width_m:.0f} m wide on either side folds over itself where its line bends, "
        "{chainage_km:.2f} km from its start (easting {easting_m:.0f} m, northing {northing_m:.0f} m) – allowed: at "
        "most {widest_m:.0f} m – take a smaller half-width, or cut the line there."
    )


class CorridorsFold(GeoZhengzhiError):
    """Of several corridors at least one is too wide for its bends."""

    sentence = (
        "{name} with {half_width_m:.0f} m on either side folds over itself in a bend at {longitude:.5f}, "
        "{latitude:.5f} – allowed for all corridors here: at most {widest_m:.0f} m – give "
        "--corridor-half-width {widest_m:.0f}, or cut the line there."
    )


class DemonstrationExists(GeoZhengzhiError):
    """The demonstration's files are there already."""

    sentence = "{path} exists – it is not replaced unasked – add --overwrite, or give another folder with --output."


class DemonstrationMissing(GeoZhengzhiError):
    """A file of the demonstration is not there."""

    sentence = "{path} does not exist – the demonstration needs it – run geo-zhengzhi demo, or fetch data/ again."


class NoIncidents(GeoZhengzhiError):
    """Nothing to take a period from."""

    sentence = "{name} has no usable incident – at least one is needed – look at the rejects, and read the file again."


class FiguresContradict(GeoZhengzhiError):
    """Printed figures that no incidents could have made."""

    sentence = (
        "{n_figures} figures that were printed cannot all be true of one set of incidents – allowed: figures of one "
        "version of the data – the incidents have changed since an earlier export; have it made again first."
    )
