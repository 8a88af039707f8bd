"""
Meeting files in the making: ordered by somebody, made in the background, there for an hour, and for nobody else.

Each order has a private folder: a note of what was asked, a note of how far it is, and the file once it is made.
"""

import errno
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import (
    ExportDiskFull,
    ExportFault,
    ExportMissing,
    ExportNotKept,
    ExportNotReady,
    ExportSilent,
    GeoZhengzhiError,
    TooManyExports,
)
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services import jobs
from geo_zhengzhi.services.folders import (
    ABOUT,
    EXPORTS,
    FILE,
    LIFE_S,
    folder_of,
    folders_in,
    keep_swept,
    new_folder,
    read_note,
    rest_s,
    write_note,
)
from geo_zhengzhi.services.jobs import BEGINNING, DONE, FAILED, WAITING, Job, Progress
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.settings import Settings

__all__ = [
    "BEGINNING",
    "DONE",
    "FAILED",
    "WAITING",
    "Job",
    "Order",
    "file_of",
    "find_order",
    "job_of",
    "orders_of",
    "place_order",
]

MOST_MAKING, MOST_KEPT = 4, 12  # of one person
KIND = jobs.Kind("export", ExportFault)
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Order:
    """
    A file that somebody ordered.

    Parameters
    ----------
    order_id : str
        Thirty-two random hex digits.
    owner : str
        Name of the account that ordered it.
    name : str
        What the file is called.
    ending, months, language : str
        Kind, period and language of the file.
    preset : str
        Whose file it is; "" for none.
    fields : sequence of (name, value)
        Of the form that ordered it, with which it can be ordered again.
    ordered_at : datetime
        UTC.
    folder : Path
    """

    order_id: str
    owner: str
    name: str
    ending: str
    months: str
    language: str
    preset: str
    fields: Fields
    ordered_at: datetime
    folder: Path = field(compare=False)

    @property
    def path(self) -> Path:
        """Where the file lies once it is made."""
        return self.folder / FILE / "meeting"  # whatever it is called: a preset's name is no path of ours


@dataclass(frozen=True)
class Wanted:
    """What an order is about, as `Order` says it."""

    name: str
    ending: str
    months: str
    language: str
    fields: Fields
    preset: str = ""


def place_order(settings: Settings, actor: Actor, wanted: Wanted, make: Callable[[Progress], Meeting]) -> Order:
    """
    Begin to make a file; one that is being made for the same person out of the same form is not begun again.

    Parameters
    ----------
    settings : Settings
    actor : Actor
        Who alone may fetch it.
    wanted : Wanted
    make : function of (progress)
        Makes the file, and raises what is wrong.

    Raises
    ------
    TooManyExports
        If the actor has four in the making.
    """
    mine = [(order, job_of(order)) for order in orders_of(settings, actor)]
    making = [order for order, job in mine if job is not None and not job.is_over]
    for order in making:
        if (order.preset, list(order.fields)) == (wanted.preset, list(wanted.fields)):
            return order
    if len(making) >= MOST_MAKING:
        raise TooManyExports(given=len(making), allowed=MOST_MAKING)
    for order, _ in [pair for pair in mine if pair[0] not in making][MOST_KEPT - 1 :]:
        shutil.rmtree(order.folder, ignore_errors=True)
    order = _placed(settings, actor, wanted)
    jobs.start(order.folder, KIND, lambda tell: _made(order, make(tell)))
    keep_swept(settings)
    return order


def find_order(settings: Settings, order_id: str, actor: Actor) -> Order:
    """
    An order of one's own.

    Raises
    ------
    ExportMissing
        If there is none of that id, it is someone else's, or its hour is over.
    """
    folder = folder_of(settings, EXPORTS, order_id)
    order = None if folder is None else _load(folder)
    if order is None or order.owner != actor.name:
        raise ExportMissing(minutes=LIFE_S / 60)
    return order


def orders_of(settings: Settings, actor: Actor) -> tuple[Order, ...]:
    """One's own orders that are still there, the latest first."""
    found = (_load(folder) for folder in folders_in(settings, EXPORTS) if rest_s(folder) > 0)
    own = [order for order in found if order is not None and order.owner == actor.name]
    return tuple(sorted(own, key=lambda order: order.ordered_at, reverse=True))


def job_of(order: Order) -> Job | None:
    """How far an order is; None in the moment before it is begun."""
    return jobs.job_in(order.folder, ExportSilent(name=order.name))


def until(order: Order) -> datetime:
    """Until when a file is there, UTC."""
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + rest_s(order.folder), UTC)


def file_of(order: Order) -> tuple[Path, Mapping[str, Any]]:
    """
    The file that was made, and what is known of it: `audit_head`, `n_bytes`, and what the protection did.

    Raises
    ------
    ExportNotReady
        If it is not made yet, or will not be.
    """
    job = job_of(order)
    if job is None or job.status != DONE:
        raise ExportNotReady(name=order.name)
    return order.path, job.result


def _placed(settings: Settings, actor: Actor, wanted: Wanted) -> Order:
    """A new order in its folder."""
    folder, now = new_folder(settings, EXPORTS), datetime.now(UTC)
    write_note(folder, ABOUT, {"owner": actor.name, **vars(wanted), "ordered_at": now.isoformat()})
    return Order(folder.name, actor.name, ordered_at=now, folder=folder, **vars(wanted))


def _load(folder: Path) -> Order | None:
    """The order of a folder; None while it is not placed."""
    about = read_note(folder, ABOUT)
    if about is None:
        return None
    about["fields"] = tuple((name, value) for name, value in about["fields"])
    about["ordered_at"] = datetime.fromisoformat(about["ordered_at"])
    return Order(folder.name, folder=folder, **about)


def _made(order: Order, made: Meeting) -> dict[str, Any]:
    """Put the file into its folder, readable for this system's user alone."""
    try:
        with os.fdopen(os.open(order.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(made.content)
    except OSError as error:
        raise _not_written(order, error) from error
    table = made.table
    return {
        "audit_head": made.audit_head, "sha256": made.sha256, "n_bytes": len(made.content), "n": table.n,
        "small": table.n_small, "held": table.n_withheld, "changed": len(table.changed), "k": table.k,
        "kept": made.is_kept,
    }  # fmt: skip


def _not_written(order: Order, error: OSError) -> GeoZhengzhiError:
    """A full or failing disk, in a sentence for whoever waits for the file."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ExportDiskFull(name=order.name)
    return ExportNotKept(name=order.name, reason=error.strerror or type(error).__name__)
