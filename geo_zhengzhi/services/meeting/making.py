"""Use case: a file for a meeting – gathered, protected, drawn in one of its kinds, written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import GEOMETRY, LATITUDE, LONGITUDE
from geo_zhengzhi.services.access.auditing import audit_head
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import Query, Situation, assess
from geo_zhengzhi.services.jobs import Progress
from geo_zhengzhi.services.meeting.asked import Asked, Past, check_months, check_targets, read_entries, read_past
from geo_zhengzhi.services.meeting.atoms import CELLS, Figure
from geo_zhengzhi.services.meeting.background_packing import pack_background
from geo_zhengzhi.services.meeting.deck import make_deck, public_scene
from geo_zhengzhi.services.meeting.figures import Table, make_table
from geo_zhengzhi.services.meeting.files import HTML, WITH_TILES, check_ending, make_files
from geo_zhengzhi.services.meeting.found import Found
from geo_zhengzhi.services.meeting.grounds import (
    WHOLE,
    Counting,
    Ground,
    outline_ground,
    target_grounds,
    unknown_boundaries,
)
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.outliving import by_shape
from geo_zhengzhi.services.meeting.places import snapped_hotspots
from geo_zhengzhi.services.meeting.printing import Printing
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.stats.blocks import Block, blocks_of
from geo_zhengzhi.store import audit, export_contents, exports, incidents
from geo_zhengzhi.store.database import Database

AS_USUAL = Printing()
MOST_KEPT_BYTES = 256 * 2**20  # as much as `verify_file` reads; an archive of a thousand targets is about 90 MB
STAGES = {  # and what each is called
    "": "Getting ready",
    "choosing": "Choosing background tiles",
    "counting": "Counting the incidents",
    "protecting": "Checking every count against what could be worked out from the others",
    "drawing": "Drawing the pages",
    "packing": "Packing the file",
}
COUNTING, PROTECTING, DRAWING, PACKING = 0.02, 0.15, 0.75, 0.97  # shares of the whole at which stages begin
_FOUND: ComputeOnce[Found] = ComputeOnce(size=4)


@dataclass(frozen=True)
class Meeting:
    """
    A file that was made.

    Parameters
    ----------
    content : bytes
    sha256 : str
        Of the content.
    files : {name: sha256}
        The file itself, or those inside an archive.
    table : Table
        Its figures as they are printed.
    audit_head : str
        Which the file carries.
    n_earlier : int
        Earlier files taken into account.
    is_kept : bool
        Whether the store keeps the bytes and can give them again; not of a file above `MOST_KEPT_BYTES`.
    """

    content: bytes
    sha256: str
    files: Mapping[str, str]
    table: Table
    audit_head: str
    n_earlier: int
    is_kept: bool = True

    @property
    def html(self) -> str:
        """The text of an HTML file."""
        return self.content.decode()


def in_silence(_stage: str, _fraction: float) -> None:
    """Progress that nobody looks at."""


def with_tiles(settings: Settings, study: Study, asked: Asked, most_mb: int, tell: Progress = in_silence) -> Asked:
    """
    What is asked, with as many of the county's own tiles as fit; without any where `most_mb` is 0.

    Raises
    ------
    InvalidParameter, NoBackgroundFile, BackgroundTooLarge, BackgroundElsewhere
        As `pack_background`.
    """
    if not most_mb:
        return asked
    tell("choosing", 0.0)
    return replace(asked, background=pack_background(settings, study, asked.targets, most_mb))


def protect_meeting(database: Database, study: Study, asked: Asked, tell: Progress = in_silence) -> Found:
    """
    Find what a file would print, protected against what it and all earlier ones say; nothing is written.

    Parameters
    ----------
    database, study, asked
        As `export_meeting`.
    tell : function of (stage, fraction)
        Told the stages "counting" and "protecting".

    Raises
    ------
    NoIncidents, MonthsNotOver, TargetNotInForce
        As `meeting_asked` checks.
    """
    covered = check_months(study, asked)
    targets = check_targets(study, asked)
    with database.read() as connection:
        entries = read_entries(connection, targets)
        past = read_past(connection, study, asked.plain(targets), entries)
    asked = replace(asked, k=past.k)
    found = _FOUND.get(  # the files before the first of its key are the same for its other kinds, whatever came since
        (id(study), study.data_version, past.key, past.n),
        lambda: _find(database, study, asked, covered, entries, past, tell),
    )
    return replace(found, asked=asked, past=past)


def export_meeting(
    database: Database,
    study: Study,
    asked: Asked,
    settings: Settings,
    *,
    actor: Actor,
    now: datetime,
    ending: str = HTML,
    printing: Printing = AS_USUAL,
    tell: Progress = in_silence,
) -> Meeting:
    """
    Make a meeting's file, keep its bytes, and write down that it was made and what it says.

    The same state of the store, asked for the same, gives the same bytes; of any other state `file_again` does.

    Parameters
    ----------
    database : Database
    study : Study
        What the store holds.
    asked : Asked
    settings : Settings
        Where the front-end files are.
    actor : Actor
        Who takes it along.
    now : datetime
        When.
    ending : str
        One of `meeting_files.ENDINGS`: what kind of file.
    printing : Printing
        Paper of a PDF, size and page of a picture.
    tell : function of (stage, fraction)
        Told each of `STAGES` as it begins.

    Raises
    ------
    InvalidParameter
        If the ending is none of them, or a picture is asked of a page that the file does not have.
    NoIncidents, MonthsNotOver, TargetNotInForce
        As `meeting_asked` checks.
    AssetsMissing
        If set-up has not fetched the front end.
    """
    check_ending(ending)
    if ending not in WITH_TILES:
        asked = replace(asked, background=None)
    while True:  # another file may be made while this one is drawn: then its figures have to be taken into account
        made = _made(database, study, asked, settings, actor, now, ending, printing, tell)
        if made is not None:
            return made


def _made(
    database: Database,
    study: Study,
    asked: Asked,
    settings: Settings,
    actor: Actor,
    now: datetime,
    ending: str,
    printing: Printing,
    tell: Progress,
) -> Meeting | None:
    """The file, written down; None where other files came in between."""
    found = protect_meeting(database, study, asked, tell)
    tell("drawing", DRAWING)
    head = found.past.same.audit_head if found.past.same else audit_head(database)
    deck = make_deck(found, head)
    content, files = make_files(
        ending, deck, public_scene(found, head), settings.assets_dir, printing, _part(tell, "drawing", DRAWING, PACKING)
    )
    tell("packing", PACKING)
    name = sha256(content).hexdigest()
    pieces = export_contents.pieces_of(content) if len(content) <= MOST_KEPT_BYTES else []
    parameters = {**deck.manifest["parameters"], **printing.plain(ending)}
    facts = {
        "key": found.past.key, "sha256": name, "data_version": study.data_version,
        "parameters": parameters, "boundaries": deck.manifest["boundaries"],
        "audit_head": head,
        "made_at": now, "made_by": actor.name, "reason": asked.reason, "files": files,
    }  # fmt: skip
    with database.write() as connection:
        incidents.take_turn(connection)
        if exports.last_id(connection) != found.past.last_id:
            return None
        facts["figures"] = by_shape(found.table.plain(), unknown_boundaries(study, connection))
        export_id = exports.add(connection, facts)
        export_contents.add_once(connection, name, pieces)
        detail = {"sha256": name, "reason": asked.reason, "classification": asked.said, "period": str(asked.months)}
        audit.append(connection, actor, "export", f"meeting {export_id}", detail)
    return Meeting(content, name, files, found.table, head, found.past.n, bool(pieces))


def _part(tell: Progress, stage: str, first: float, last: float) -> Callable[[float], None]:
    """Progress inside one stage, 0 to 1."""
    return lambda share: tell(stage, first + (last - first) * share)


def _find(
    database: Database,
    study: Study,
    asked: Asked,
    covered: Months,
    entries: Mapping[str, Entry],
    past: Past,
    tell: Progress,
) -> Found:
    """Analyse the period, and protect every figure that the file would print."""
    tell("counting", COUNTING)
    situation = assess(study, Query(asked.months.period(study.timezone)))
    frame = MetricFrame(*situation.result.frame_center)
    hotspots = snapped_hotspots(situation.result, frame)
    spots = [outline_ground(shape) for shape in hotspots[GEOMETRY]]
    blocks = {_block_ground(block, frame): block for block in _blocks(situation, asked.k)}
    grounds = {target_id: target_grounds(study)[target_id] for target_id in check_targets(study, asked)}
    wanted = wanted_figures(asked.months, covered, grounds, [*spots], [*blocks])
    every = [*(f.ground for stage in wanted for f in stage), *(f.ground for state in past.known for f in state)]
    with database.read() as connection:
        counting = Counting(study, connection, every)
    told = _part(tell, "protecting", PROTECTING, DRAWING)
    told(0.0)
    table = make_table(study, counting, wanted, past.known, asked.k, told)
    return Found(study, asked, covered, situation, grounds, hotspots, spots, blocks, table, entries, past)


def wanted_figures(
    months: Months, covered: Months, grounds: Mapping[str, Ground], spots: list[Ground], blocks: list[Ground]
) -> list[list[Figure]]:
    """The figures of a file in four stages: months and sums, grids, hotspots, blocks of the heat."""
    single = [Months(m, m) for m in range(months.line.first, months.last + 1)]
    runs = [run for run in (months, months.before, months.a_year_earlier, *single) if covered.holds(run)]
    return [
        [Figure(ground, run) for ground in (WHOLE, *grounds.values()) for run in runs],
        [Figure(ground, months, cell) for ground in grounds.values() for cell in CELLS],
        [Figure(spot, months) for spot in spots],
        [Figure(block, months) for block in blocks],
    ]


def _blocks(situation: Situation, k: int) -> list[Block]:
    """The blocks of the period's incidents."""
    incidents = situation.result.incidents
    frame = MetricFrame(*situation.result.frame_center)
    return blocks_of(*frame.to_metres(incidents[LONGITUDE].to_numpy(), incidents[LATITUDE].to_numpy()), k)


def _block_ground(block: Block, frame: MetricFrame) -> Ground:
    """A block's square as a ground, EPSG:4326."""
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    x = [block.west_m + block.side_m * i for i, _ in corners]
    y = [block.south_m + block.side_m * j for _, j in corners]
    return outline_ground(shapely.Polygon(list(zip(*frame.to_degrees(x, y), strict=True))))
