"""Everything that one picture shows, gathered before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo_zhengzhi.model import AnalysisResult, Comparison, Context, Period
from geo_zhengzhi.render.background import Background
from geo_zhengzhi.render.figures import days, hours_note, times_of_week
from geo_zhengzhi.words import Translate, translator_against

CROWDED_PARTS = 300  # beyond these a page's popups hold only name and number


@dataclass(frozen=True)
class ServedHeat:
    """
    Heat that the server draws, for a page of the application.

    Parameters
    ----------
    area, tiles : str
        Addresses of the picture of the whole area and of its tiles, with {z}, {x} and {y}.
    bounds : ((south, west), (north, east))
        Of the picture, in the datum of the page's background.
    level : int
        The zoom at which the picture's pixels are the screen's.
    """

    area: str
    tiles: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    level: int


@dataclass(frozen=True)
class Scene:
    """
    One picture: what was found, when, against what, in which language.

    Parameters
    ----------
    result : AnalysisResult
        Geometries EPSG:4326.
    period, earlier : Period or None
        What the result covers, and what it is compared with; None when nothing was chosen.
    county_change : Comparison or None
        All incidents of the study area, this period and the earlier one.
    hotspot_changes, target_changes, zone_changes : mapping of str to Comparison
        By `hotspot_id`, by `part_id` and by `zone_id`, candidates' too; places without an entry show no change.
    context : Context
        What lies around: outline, stations, places, railways, notes, attributions.
    language : str
        "zh" or "en".
    title : str
        Heading of the file, and its title.
    background : Background or None
        None draws grid crosses.
    audit_head : str
        NUMBER:HASH of the audit log's last row when the file was taken along; "" for none.
    hours : (first, last) or None
        Hours of the day, half-open, to which the incidents are narrowed.
    boundaries : mapping of str to int
        Part → version of the boundary used; empty where they are of a file.
    n_uncertain, n_uncertain_before : int or None
        Incidents that lie only partly in the hours and weekdays, in the period and in the earlier one.
    weekdays : tuple of int or None
        Days of the week, 1 (Monday) to 7, to which the incidents are narrowed.
    against : str
        "last_year", or "prior" where `earlier` is the period before.
    heat : ServedHeat or None
        None draws the surface as contours, for a file that has no server to ask.
    """

    result: AnalysisResult
    period: Period | None = None
    earlier: Period | None = None
    county_change: Comparison | None = None
    hotspot_changes: Mapping[str, Comparison] = field(default_factory=dict)
    target_changes: Mapping[str, Comparison] = field(default_factory=dict)
    context: Context = field(default_factory=Context)
    language: str = "zh"
    title: str = ""
    background: Background | None = None
    audit_head: str = ""
    hours: tuple[int, int] | None = None
    n_uncertain: int | None = None
    n_uncertain_before: int | None = None
    zone_changes: Mapping[str, Comparison] = field(default_factory=dict)
    heat: ServedHeat | None = None
    boundaries: Mapping[str, int] = field(default_factory=dict)
    weekdays: tuple[int, ...] | None = None
    against: str = "last_year"

    @property
    def is_crowded(self) -> bool:
        """Whether it is a page's with so many parts that their popups would make it too long."""
        return self.heat is not None and len(self.result.targets) > CROWDED_PARTS

    @property
    def translate(self) -> Translate:
        """The words of this picture's language."""
        return translator_against(self.language, self.against)

    @property
    def is_gcj02(self) -> bool:
        """Whether the picture is drawn in GCJ-02, to lie right on its background."""
        return self.background is not None and self.background.crs == "gcj02"

    def days_of(self, period: Period) -> str:
        """A period by its days, and by weekdays and hours of the day where the picture is narrowed to them."""
        text = days(period, self.translate)
        return self.translate(", ").join([text, self.times]) if self.times else text

    @property
    def times(self) -> str:
        """Weekdays and hours to which the picture is narrowed; "" for all."""
        return times_of_week(self.hours, self.weekdays, self.translate)

    @property
    def hours_note(self) -> str:
        """What the hours keep and how many incidents are uncertain; "" where every hour is shown."""
        if not self.times:
            return ""
        return hours_note(self.times, self.n_uncertain or 0, self.n_uncertain_before, self.translate)

    def name_of(self, name: object, name_en: object) -> str:
        """A place's name in this picture's language; its Chinese name where it has no English one."""
        english = name_en if isinstance(name_en, str) else ""
        return english if self.language == "en" and english else ("" if name is None else str(name))
