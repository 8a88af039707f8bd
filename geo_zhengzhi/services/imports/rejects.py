"""The rejected rows of a batch as a file, as the dry run gave them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pandas as pd

from geo_zhengzhi.io.report import LINE, REASON_EN, REASON_ZH
from geo_zhengzhi.io.results import write_table
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.console.points import look_at_rejects
from geo_zhengzhi.store.database import Database

ALL = 1_000_000_000


def rejects_file(database: Database, batch_id: int, actor: Actor) -> IO[bytes]:
    """
    A batch's rejected rows as CSV, once it is written down who took them: line, reasons, the fields that were read.

    Returns
    -------
    binary stream
        At its beginning; on disk under no name, so that closing it leaves nothing.

    Raises
    ------
    BatchUnknown, NotAllowed
        If there is no such batch, or the actor may not import.
    """
    rows, _ = look_at_rejects(database, batch_id, actor, limit=ALL)
    columns = [LINE, REASON_ZH, REASON_EN]
    told = pd.DataFrame([[row[name] for name in columns] for row in rows], columns=columns)
    fields = pd.DataFrame([row["fields"] or {} for row in rows], index=told.index).fillna("").astype(str)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.csv"
        write_table(pd.concat([told, fields], axis=1), path)
        return path.open("rb")
