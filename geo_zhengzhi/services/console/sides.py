"""A period and the one that it is compared with, side by side."""

from dataclasses import replace

from geo_zhengzhi.render.page import DEFAULT_PREFIX
from geo_zhengzhi.services.console.shown import Shown, shown
from geo_zhengzhi.services.console.situation import Query
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings

BEFORE, NOW = "before", "now"  # what each map is called on its page


def sides(
    study: Study, query: Query, language: str, settings: Settings, *, prefix: str = DEFAULT_PREFIX
) -> dict[str, Shown]:
    """
    What a page shows of a question's earlier period and of its own, made once for all workers.

    Parameters
    ----------
    study, query, language, settings, prefix
        As `shown` takes them.

    Returns
    -------
    dict of str to Shown
        By `BEFORE` and `NOW`, in this order; only `NOW` where the data do not reach back.

    Raises
    ------
    NoIncidents, InvalidParameter
        As `shown`.
    """
    now = shown(study, query, language, settings, prefix=prefix, name=NOW)
    earlier = now.situation.earlier
    if earlier is None:
        return {NOW: now}
    return {
        BEFORE: shown(study, replace(query, period=earlier), language, settings, prefix=prefix, name=BEFORE),
        NOW: now,
    }
