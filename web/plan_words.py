"""How the planner's page tells figures, faults and remedies, and the words that its scripts need."""

from typing import Any

from geo_zhengzhi.services.drawing.checks import Fault
from geo_zhengzhi.services.drawing.lines import Chainage
from geo_zhengzhi.services.drawing.looks import Look, VersionInside
from geo_zhengzhi.services.labels import significant
from web.say import Say

REMEDY_WORDS = {
    "untangle": "Untangle",
    "drop-slivers": "Drop slivers",
    "clip-to-county": "Clip to the county",
    "cut-off": "Cut the overlap off",
    "narrow": "Narrow to {widest_m:.0f} m",
}
FAULT_WORDS = {
    "slivers": "Slivers: {n}, each narrower than 1 m",
    "outside": "{area} lie outside the county",
    "overlap": "Overlaps {name} ({year}) by {area}",
    "invalid": "The outline crosses itself",
    "folds": "The corridor folds over itself in a bend",
    "refused": "This is no boundary yet",
}
# Words of the scripts: key → English msgid.
SCRIPT_WORDS = {
    "draft": "draft kept in this browser {time}",
    "draftOf": "Your draft of {time} is shown. It began on version {version}.",
    "behind": "Meanwhile version {stored} was saved; both are kept.",
    "gone": "No connection to the server. The draft is kept here; try again.",
    "signIn": "Your session has ended. Nothing is lost: the draft is kept here. Sign in in the other window.",
    "vertices": "vertices {n}",
    "perimeter": "perimeter {n}",
    "length": "length {n}",
    "snapOn": "snapping: on (8 px)",
    "snapOff": "snapping: off",
    "empty": "Draw a shape first",
    "looking": "counting …",
    "mend": "First mend what is marked",
    "choose": "First choose: yours or theirs",
    "discard": "Discard",
    "discardSure": "Press again: the draft goes",
    "after": "Becomes version {n}; version {was} stays in the history",
    "confirm": "First confirm the overlap",
    "reason": "First give the reason",
    "name": "First give a name",
    "save": "Save as version {n}",
    "saveNew": "Add to the register",
    "saveMine": "Save mine as version {n}",
    "saving": "saving …",
    "saved": "Saved as version {n}.",
    "ring": "Vertex {n} of {all}: {place}",
    "set": "Vertex {n} set: {place}",
    "takenBack": "Taken back; {n} left",
    "outside": "A hole begins inside the area",
    "drawing": "Tap, click, or press Space at the cross-hair to set vertices; Enter ends",
    "one": "Set one corner: tap, click, or Space at the cross-hair",
    "opposite": "Now the opposite corner",
    "round": "Set the centre: tap, click, or Space at the cross-hair",
    "edge": "Now a place on the edge",
    "hole": "Set the hole's vertices inside the area; Enter ends",
    "chosen": "Drag it, or arrows move it 1 m, with Shift 10 m; Del deletes it, I adds one",
    "idle": "Tap or click a vertex, or press Tab on the map, to move it",
    "tool": "Choose a tool on the left",
    "setHere": "Set it there",
    "moveHere": "Move it there",
    "noPlace": "“{given}” is no place – allowed: longitude, latitude in degrees – for instance 117.40574, 40.03972",
}


class Words:
    """The page's language for what is drawn."""

    def __init__(self, say: Say) -> None:
        self.say, self._ = say, say.text

    def area_m2(self, area_m2: float) -> str:
        """An area: square metres while it is small."""
        return f"{area_m2:,.0f} m²" if area_m2 < 100_000 else f"{significant(area_m2 / 1e6)} km²"

    def length(self, length_km: float) -> str:
        """A length: metres while it is short."""
        return f"{length_km * 1000:,.0f} m" if length_km < 10 else f"{significant(length_km)} km"

    def significant(self, value: float) -> str:
        """A figure to three digits."""
        return significant(value)

    def times(self, look: Look) -> str:
        """How many times as dense as the county; a dash where it has no incident."""
        if not look.county_per_km2:
            return "–"
        return self._("× {n}", n=significant(look.per_km2 / look.county_per_km2))

    def fault(self, fault: Fault) -> str:
        """What is wrong, in a few words."""
        target = fault.values.get("target")
        name = "" if target is None else self.target(target)
        year = "" if target is None else target.year
        area = self.area_m2(float(fault.values.get("area_m2", 0)))
        return self._(FAULT_WORDS[fault.kind], n=fault.values.get("n", 0), area=area, name=name, year=year)

    def sentence(self, fault: Fault) -> str:
        """The whole sentence of a check that every boundary has to pass."""
        return "" if fault.error is None else fault.error.in_language(self.say._)

    def remedy(self, remedy: str, fault: Fault) -> str:
        """The word on a remedy's button."""
        return self._(REMEDY_WORDS[remedy], widest_m=fault.values.get("widest_m", 0))

    def target(self, target: Any) -> str:
        """A target's name."""
        return target.name_en if self.say.language == "en" and target.name_en else target.name

    def chainage(self, chainage: Chainage) -> str:
        """Where along its railway a corridor lies."""
        span = f"{chainage.from_km:.2f}–{chainage.to_km:.2f}".replace("-", "−")
        station = chainage.station_en if self.say.language == "en" else chainage.station
        if not station:
            return self._("{span} km from the line's start", span=span)
        return self._("{span} km from {station}", span=span, station=station)

    def version(self, version: VersionInside) -> str:
        """How much of an earlier version the shape covers."""
        return self._(
            "version {n}: {share:.0f} % of it lies inside; {count} incidents in it",
            n=version.version, share=100 * version.share_of_version, count=version.n_now,
        )  # fmt: skip

    def for_scripts(self) -> dict[str, str]:
        """The words of the scripts, with their places for values."""
        return {key: self.say._(msgid) for key, msgid in SCRIPT_WORDS.items()}
