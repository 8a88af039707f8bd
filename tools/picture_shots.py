"""
Which pictures there are: every page with what its address takes, and the states of it that a picture is worth.

`NO_PAGES` names what answers something else than a page; whatever is in neither makes `make pictures` fail by name.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tools import picture_acts as acts
from tools.picture_site import OVERDUE, PRESET, REDRAWN, RELAPSED, TREATED, Photographed

LARGE = ((1366, 768), (1920, 1080))
WITH_PHONE = (*LARGE, (390, 844))
SINGLE = "2024-01-08"  # a day of one incident
DAYS = "from=2024-02-01&to=2024-03-31"

NO_PAGES = {
    "static": "files",
    "wall.parts": "a part of the wall",
    "entry_pages.difference": "a part of a target's page",
    "entry_pages.maps": "a part of a target's page",
    "heat.area": "a picture",
    "heat.months": "figures for a script",
    "heat.tile": "a picture",
    "batches.rejects": "a table to keep",
    "imports.progress_numbers": "figures for a script",
    "imports.rejects": "a table to keep",
    "orders.file": "a file to keep",
    "orders.progress": "figures for a script",
    "pages.figures": "a part of the console",
    "pages.health": "figures for a program",
    "pages.icon": "a picture",
    "pages.layer": "a layer to keep",
    "pages.rows": "a part of the console",
    "pages.tile": "a picture",
    "plan_saving.difference": "a part of the planner's page",
    "plan.edges": "figures for a script",
    "plan.token": "a word for a script",
    "points.in_view": "figures for a script",
}


@dataclass(frozen=True)
class Shot:
    """
    A page in one state.

    Parameters
    ----------
    name : str
        PAGE-STATE, of the picture's file.
    endpoint, address : str
        Which page, and where; `{link}` and `{account}` are filled in.
    role : str
        Who looks; "" for a visitor.
    act : function, optional
        What is done before the picture is taken.
    sizes : sequence of (width, height)
        CSS pixels.
    is_lasting : bool
        Whether the act can be done only once: the window is then resized where other pages are opened anew.
    is_printed : bool
        Whether the sheets that a printer gets are taken.
    is_file : bool
        Whether the page is kept and opened from disk.
    """

    name: str
    endpoint: str
    address: str
    role: str = "viewer"
    act: Callable[[Page, Photographed], None] | None = None
    sizes: tuple[tuple[int, int], ...] = LARGE
    is_lasting: bool = False
    is_printed: bool = False
    is_file: bool = False


@dataclass(frozen=True)
class Story:
    """Pages that are only reached one after the other; `tell` takes a picture at each."""

    name: str
    endpoints: tuple[str, ...]
    role: str
    tell: Callable[[Page, Photographed, str, Callable[[str], None]], None]
    sizes: tuple[tuple[int, int], ...] = LARGE


SHOTS = (
    Shot("sign-in", "signing.sign_in", "/sign-in", "", sizes=WITH_PHONE),
    Shot("sign-in-refused", "signing.sign_in", "/sign-in", "", acts.sign_in_wrongly),
    Shot("link", "signing.link", "/link/{link}", ""),
    Shot("link-spent", "signing.link", "/link/spent", ""),
    Shot("console", "pages.console", "/", sizes=WITH_PHONE),
    Shot("console-visitor", "pages.console", "/", ""),
    Shot("console-selection", "pages.console", f"/?{DAYS}&focus={TREATED}", act=acts.selected, sizes=WITH_PHONE),
    Shot("console-filtered", "pages.console", f"/?{DAYS}&weekdays=6,7&hours=18-24&category=%E7%9B%97%E7%AA%83"),
    Shot("console-more", "pages.console", "/", act=acts.open_more),
    Shot("console-empty", "pages.console", "/?from=2030-01-01&to=2030-01-31"),
    Shot("console-one", "pages.console", f"/?from={SINGLE}&to={SINGLE}"),
    Shot("console-points-failing", "pages.console", "/", "planner", acts.show_no_points),
    Shot("console-failing", "pages.console", "/", act=acts.fail),
    Shot("console-hotspots", "pages.console", f"/?{DAYS}&tab=hotspots"),
    Shot("console-zones", "pages.console", f"/?{DAYS}&tab=zones"),
    Shot("console-signs", "pages.console", f"/?{DAYS}&tab=signs"),
    Shot("console-todo", "pages.console", f"/?{DAYS}&tab=todo"),
    Shot("console-year", "pages.console", "/?from=2024-01-01&to=2024-12-31"),
    Shot("console-months", "pages.console", "/", act=acts.open_months),
    Shot("console-keys", "pages.console", "/", act=acts.open_help),
    Shot("console-points", "pages.console", "/", "planner", acts.show_points),
    Shot("map-file", "pages.map_page", "/map.html", is_file=True),
    Shot("compare", "comparison.page", "/compare"),
    Shot("wall", "wall.display", f"/wall?{DAYS}"),
    Shot("wall-empty", "wall.display", "/wall?from=2030-01-01&to=2030-01-31"),
    Shot("wall-away", "wall.display", f"/wall?{DAYS}", act=acts.go_away),
    Shot("meeting", "meeting.form", "/export"),
    Shot("incident-data", "incident_data.form", "/export/incidents", "importer"),
    Shot("meeting-looked", "meeting.form", "/export?look=1"),
    Shot("made", "made.listing", "/export/made"),
    Shot("made-none", "made.listing", "/export/made?day=2001-01-01"),
    Shot("presets", "presets.listing", "/export/presets", "planner"),
    Shot("preset", "presets.one", f"/export/presets/{PRESET}", "planner"),
    Shot("preset-new", "presets.new", "/export/new-preset", "planner"),
    Shot("register", "register.listing", "/register", sizes=WITH_PHONE),
    Shot("register-planner", "register.listing", "/register", "planner"),
    Shot("register-filtered", "register.listing", "/register?level=city&year=2024"),
    Shot("register-none", "register.listing", "/register?kind=school"),
    Shot("entry-treatment", "register.one", f"/register/{TREATED}", "planner"),
    Shot("entry-treatment-viewer", "register.one", f"/register/{TREATED}"),
    Shot("entry-overdue", "register.one", f"/register/{OVERDUE}", "planner"),
    Shot("entry-relapsed", "register.one", f"/register/{RELAPSED}", "planner"),
    Shot("entry-versions", "register.one", f"/register/{REDRAWN}", "planner"),
    Shot("entry-change", "register.form", f"/register/{TREATED}/change", "planner"),
    Shot("entry-new", "register.new", "/register-new", "planner"),
    Shot("screening", "screening.ranking", "/screening?half=2024-1"),
    Shot("screening-none", "screening.ranking", "/screening?half=2024-1&kind=school"),
    Shot("plan-new", "plan.new", f"/plan?{DAYS}", "planner"),
    Shot("plan-drawing", "plan.redraw", f"/plan/target/T-2024-sanlunche?{DAYS}", "planner", acts.redraw),
    Shot("plan-fault", "plan.redraw", f"/plan/target/{TREATED}?{DAYS}", "planner", acts.cross),
    Shot("plan-corridor", "plan.redraw", f"/plan/target/T-2024-tieluyanxian?{DAYS}", "planner", acts.settle),
    Shot("plan-bring", "plan.new", f"/plan?{DAYS}", "planner", acts.bring),
    Shot("plan-brought", "plan.new", f"/plan?{DAYS}", "planner", acts.bring_features),
    Shot("plan-circle", "plan.new", f"/plan?{DAYS}", "planner", acts.draw_circle),
    Shot("plan-difference", "plan.redraw", f"/plan/target/{REDRAWN}?{DAYS}", "planner", acts.compare_versions),
    Shot("plan-collision", "plan.redraw", f"/plan/target/{TREATED}?{DAYS}", "planner", acts.collide, is_lasting=True),
    Shot("screening-listed", "screening.ranking", "/screening?half=2024-1", "planner", acts.list_one, is_lasting=True),
    Shot("batches", "batches.listing", "/batches", "importer"),
    Shot("batch", "batches.one", "/batches/1", "importer"),
    Shot("account", "account.own", "/account", "viewer"),
    Shot("accounts", "users.accounts", "/users", "administrator"),
    Shot("accounts-one", "users.one", "/users/{account}", "administrator"),
    Shot("audit", "audit.log", "/audit", "auditor"),
    Shot("audit-proved", "audit.log", "/audit?verify=1", "auditor"),
    Shot("error-403", "users.accounts", "/users"),
    Shot("error-404", "register.one", "/register/none"),
    Shot("error-400", "pages.console", "/?from=yesterday"),
    Shot("screening-print", "screening.ranking", "/screening?half=2024-1&all=1", is_printed=True),
    Shot("entry-print", "register.one", f"/register/{TREATED}", is_printed=True),
    Shot("console-print", "pages.console", f"/?{DAYS}", is_printed=True),
)
STORIES = (
    Story(
        "import",
        ("imports.file", "imports.fields", "imports.check", "imports.progress"),
        "importer",
        acts.import_a_file,
    ),
    Story("order", ("orders.one",), "viewer", acts.order_a_file),
)
