"""Use case: the second step of an import by hand, what a file seems to be and where its rows fall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.render.datum_map import DatumPicture
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.imports.choices import Choices
from geo_zhengzhi.services.imports.datum_maps import datum_picture, placed_readings, system_name
from geo_zhengzhi.services.imports.previewing import Preview, Reading, preview_datums
from geo_zhengzhi.services.imports.sampling import Fields, Sample, recognise, said_by_hand, take_sample
from geo_zhengzhi.services.imports.uploads import Upload
from geo_zhengzhi.services.studies.study import Study

_samples: ComputeOnce[Sample] = ComputeOnce(size=8)


@dataclass(frozen=True, eq=False)
class Looked:
    """
    The second step: what a file seems to be.

    Parameters
    ----------
    sample : Sample
    fields : Fields
    mapping : {column: header}
        What differs from what the headers alone say.
    preview : Preview or None
        None where `fault` says why there is none.
    picture : DatumPicture or None
    fault : GeoZhengzhiError or None
        What is wrong with the choices.
    chosen : int or None
        Position of the chosen datum's reading among those that place rows.
    """

    sample: Sample
    fields: Fields
    mapping: Mapping[str, str]
    preview: Preview | None = None
    picture: DatumPicture | None = None
    fault: GeoZhengzhiError | None = None
    chosen: int | None = None

    @cached_property
    def placed(self) -> tuple[Reading, ...]:
        """The readings that the picture shows, in the order of its forms."""
        return () if self.preview is None else placed_readings(self.preview)

    @cached_property
    def unplaced(self) -> tuple[Reading, ...]:
        """The readings that place no row."""
        readings = () if self.preview is None else self.preview.readings
        return tuple(reading for reading in readings if reading not in self.placed)

    @cached_property
    def system_names(self) -> dict[str, str]:
        """The full names of the EPSG systems among the readings."""
        return {datum: system_name(datum) for reading in self.placed for datum in reading.datums if ":" in datum}

    @property
    def undecided(self) -> tuple[str, ...]:
        """The columns that several headers could be."""
        return tuple(field.column for field in self.fields.fields if field.candidates)


def sample_of(upload: Upload) -> Sample:
    """
    A few rows of an upload, taken once.

    Raises
    ------
    GeoZhengzhiError
        If the file cannot be used at all.
    """
    return _samples.get(upload.upload_id, lambda: take_sample(upload.path))


def look_at(upload: Upload, study: Study, choices: Choices, language: str) -> Looked:
    """
    The second step.

    Parameters
    ----------
    upload : Upload
    study : Study
        The county, its railways and its targets.
    choices : Choices
    language : str
        Of the picture.

    Raises
    ------
    GeoZhengzhiError
        If the file cannot be used at all; what is wrong with the choices is in the answer.
    """
    sample = sample_of(upload)
    mapping = said_by_hand(sample, choices.columns)
    try:
        fields = recognise(sample, mapping)
    except GeoZhengzhiError as fault:
        return Looked(sample, recognise(sample), {}, fault=fault)
    try:
        preview = preview_datums(sample, study, mapping, _with_chosen(choices))
    except GeoZhengzhiError as fault:
        return Looked(sample, fields, mapping, fault=fault)
    placed = [choices.datum in reading.datums for reading in placed_readings(preview)]
    chosen = placed.index(True) if True in placed else None
    return Looked(sample, fields, mapping, preview, datum_picture(preview, study, language), chosen=chosen)


def _with_chosen(choices: Choices) -> Sequence[str]:
    """The further datums to show, with the chosen one where it is such a one."""
    return [*choices.asked, choices.datum] if choices.datum.startswith("EPSG:") else choices.asked


def mapping_of(upload: Upload, choices: Choices) -> dict[str, str]:
    """What of the choices differs from what the headers alone say."""
    return said_by_hand(sample_of(upload), choices.columns)


def forget_sample(upload: Upload) -> None:
    """Keep nothing of an upload's rows in memory."""
    _samples.forget(upload.upload_id)
