"""A comparison as words and numbers: both counts first, the interval, the verdict with a form of its own."""

from typing import Any

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.figures import percent
from geo_zhengzhi.words import Translate

# The form stands beside the colour, so that a grey copy says the same.
VERDICTS = {
    "improved": ("▼", "improved"),
    "worse": ("▲", "worse"),
    "no_evidence": ("＝", "no evidence of change"),
    "cannot_tell": ("?", "cannot tell"),
}


def change_model(comparison: Comparison, translate: Translate) -> dict[str, Any]:
    """
    What a popup or a heading says about a change.

    Returns
    -------
    dict
        "now" and "before" (numbers), "lines" (sentences), "verdict" (its name), "mark" and "word" (its form), and
        "ratio", "low", "high" for the interval's picture (null where no ratio exists).
    """
    mark, word = VERDICTS[comparison.verdict]
    return {
        "now": comparison.n_now,
        "before": comparison.n_before,
        "before_label": translate("same period last year"),
        "percent": "" if comparison.percent is None else percent(comparison.percent),
        "lines": [line for line in (_percentage(comparison, translate), _ratio(comparison, translate)) if line],
        "verdict": comparison.verdict,
        "mark": mark,
        "word": translate(word),
        "ratio": comparison.rate_ratio,
        "low": comparison.low,
        "high": comparison.high,
    }


def counted_note(comparison: Comparison | None, n_members: int, translate: Translate) -> str:
    """
    Why a hotspot's change begins with another count than the hotspot's own; "" where both are the same.

    The hotspot's own count is of its cluster. Last year has no cluster there, so both years of the change count
    everything in the outline: also incidents too far from the others to belong to the cluster.
    """
    if comparison is None or comparison.n_now == n_members:
        return ""
    return translate(
        "The change counts all {n} incidents in the outline, in both years alike; {m} are the cluster."
    ).format(n=f"{comparison.n_now:,}", m=f"{n_members:,}")


def _percentage(comparison: Comparison, translate: Translate) -> str:
    """The percentage, or why there is none; the per-day figure beside it where the lengths differ."""
    if comparison.percent is None:
        return translate("fewer than 10 in the same period last year: no percentage")
    if comparison.percent_per_day is None:
        return percent(comparison.percent)
    return translate("{percent} ({per_day} per day)").format(
        percent=percent(comparison.percent), per_day=percent(comparison.percent_per_day)
    )


def _ratio(comparison: Comparison, translate: Translate) -> str:
    """The rate ratio with its interval."""
    if comparison.rate_ratio is None or comparison.low is None or comparison.high is None:
        return translate("none in the same period last year: no ratio")
    return translate("rate ratio {ratio:.2f}, 95 % interval {low:.2f}–{high:.2f}").format(
        ratio=comparison.rate_ratio, low=comparison.low, high=comparison.high
    )
