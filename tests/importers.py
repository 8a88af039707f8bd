"""An importer to be killed: it imports and undoes without end and says what it was told was done."""

from multiprocessing.connection import Connection
from pathlib import Path

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.installation import open_installation
from geo_zhengzhi.settings import Settings

IMPORTER = Actor("导入员甲", "importer")
N_ROWS = 300


def write_generation(folder: Path, generation: int) -> Path:
    """A file in which every incident carries its generation as its weight; all generations have the same ids."""
    path = folder / f"{generation}.csv"
    rows = [f"A{n},盗窃,2024-03-01 08:{n % 60:02d},{117.4 + n / 1e4:.4f},40.04,{generation}\n" for n in range(N_ROWS)]
    path.write_text("案件编号,案件类别,发案时间,经度,纬度,权重\n" + "".join(rows), "utf-8")
    return path


def import_for_ever(url: str, folder: Path, first: int, told: Connection) -> None:
    """Import generation after generation, undo every third, and tell of each once it is done."""
    database = open_installation(Settings(database_url=url))
    told.send(("ready", 0))
    for generation in range(first, first + 1000):
        outcome = import_incidents(database, write_generation(folder, generation), actor=IMPORTER, datum="wgs84")
        told.send(("done", outcome.batch.batch_id))
        if generation % 3 == 0:
            undo_batch(database, outcome.batch.batch_id, actor=IMPORTER, reason="误传")
            told.send(("undone", outcome.batch.batch_id))
