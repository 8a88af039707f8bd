"""The preview of a file's datum as a picture."""

from functools import cache

import numpy as np
import pyproj

from geo_zhengzhi.render.datum_map import FORMS, DatumPicture, DatumScene, Placed, draw_datums
from geo_zhengzhi.services.imports.choices import datum_label
from geo_zhengzhi.services.imports.previewing import Preview, Reading, frame_of
from geo_zhengzhi.services.studies.study import Study


@cache
def system_name(datum: str) -> str:
    """The full name of a system: EPSG:4548 is "CGCS2000 / 3-degree Gauss-Kruger CM 117E"."""
    return str(pyproj.CRS.from_user_input(datum).name)


def placed_readings(preview: Preview) -> tuple[Reading, ...]:
    """The readings that put rows somewhere, in the order of the picture's forms; at most as many as there are forms."""
    return tuple(reading for reading in preview.readings if reading.n_placed)[: len(FORMS)]


def datum_picture(preview: Preview, study: Study, language: str) -> DatumPicture:
    """
    The sampled rows under every datum on the county's railways and targets.

    Parameters
    ----------
    preview : Preview
    study : Study
    language : str
        "zh" or "en".
    """
    readings = placed_readings(preview)
    shifts_m = {
        (i, j): preview.shift_m(one, other) or 0.0
        for i, one in enumerate(readings)
        for j, other in enumerate(readings)
        if i != j
    }
    placed = tuple(
        Placed(" / ".join(map(datum_label, r.datums)), np.asarray(r.longitude), np.asarray(r.latitude))
        for r in readings
    )
    frame = frame_of(study, readings)
    return draw_datums(DatumScene(frame, study.context, study.targets, placed, shifts_m, language))
