"""What is wrong with an import into the store, or with undoing one."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class BatchUnknown(GeoZhengzhiError):
    """A number that no batch has."""

    sentence = "There is no batch {given} – allowed: a number from the list of batches – look it up there."


class BatchNotDone(GeoZhengzhiError):
    """A batch that has nothing to undo."""

    sentence = (
        "Batch {batch_id} is {status} – allowed: only a batch that is done can be undone – look at the list of batches."
    )


class AnalysisUnknown(GeoZhengzhiError):
    """A number that no saved analysis has."""

    sentence = "There is no analysis {given} – allowed: a number from the list of saved analyses – look it up there."


class FileChanged(GeoZhengzhiError):
    """A file that is not the one that was looked at before."""

    sentence = (
        "{name} has the sha256 {given} – allowed: {allowed}, as it was when it was checked – check the file again, "
        "then import it."
    )


class FileIsTheStore(GeoZhengzhiError):
    """The store's own file, to be read by something other than its SQLite."""

    sentence = "{name} is the store's own file – allowed: any other file – export what is needed from it first."


class StoreNotEmpty(GeoZhengzhiError):
    """A store that holds something, where only an empty one will do."""

    sentence = (
        "The store holds data of its own – allowed: the demonstration goes into an empty store only – set "
        "GEO_ZHENGZHI_DATABASE_URL to another one."
    )
