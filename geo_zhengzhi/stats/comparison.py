"""Whether a count has really changed: two counts, their rate ratio, its interval, a named test and a verdict."""

import numpy as np
import numpy.typing as npt
from scipy import special

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import Comparison, Verdict

Floats = npt.NDArray[np.float64]

MIN_COUNT = 10  # below it a percentage says more than the data do, and "no change" cannot be claimed
CONFIDENCE = 0.95
LOG_NORMAL = "log-normal"
EXACT_CONDITIONAL = "exact conditional (Clopper–Pearson)"
NO_INTERVAL = "none: the earlier count is 0"
E_TEST = "Poisson E-test, Wald statistic (Krishnamoorthy & Thomson 2004)"


def compare(n_now: int, n_before: int, n_days_now: int, n_days_before: int) -> Comparison:
    """
    Put this period's count beside an earlier one's.

    The rate ratio is per day: (n_now / n_days_now) / (n_before / n_days_before), with a 95 % interval on the log scale,
    standard error √(1/n_now + 1/n_before). Where this period's count is 0 that interval does not exist and the exact
    conditional one [1]_ takes its place, which `interval_method` says. An earlier count of 0 has no ratio.

    The verdict is read off the interval: wholly below 1 "improved", wholly above "worse"; where it holds 1 (ends
    included) "no_evidence" if both counts are at least 10, else "cannot_tell", as where there is no interval.

    Parameters
    ----------
    n_now, n_before : int
        Incidents in this period and in the earlier one, >= 0.
    n_days_now, n_days_before : int
        Their lengths in days, >= 1.

    Returns
    -------
    Comparison
        `percent` compares the counts as they are and is None where `n_before` < 10; `percent_per_day` stands beside it
        where the lengths differ. `p_value` is the E-test's [2]_, None where both counts are 0.

    Raises
    ------
    InvalidParameter
        If a count is negative or a period has no day.

    References
    ----------
    .. [1] Clopper & Pearson (1934), Biometrika 26, 404-413, on n_now given n_now + n_before.
    .. [2] Krishnamoorthy & Thomson (2004), J. Statist. Plann. Inference 119, 23-35.
    """
    _require_counts(n_now=n_now, n_before=n_before)
    _require_days(n_days_now=n_days_now, n_days_before=n_days_before)
    ratio = (n_now / n_days_now) / (n_before / n_days_before) if n_before else None
    low, high, method = _interval(n_now, n_before, n_days_now, n_days_before)
    percent = 100.0 * (n_now / n_before - 1.0) if n_before >= MIN_COUNT else None
    return Comparison(
        n_now=int(n_now),
        n_before=int(n_before),
        n_days_now=int(n_days_now),
        n_days_before=int(n_days_before),
        rate_ratio=ratio,
        low=low,
        high=high,
        interval_method=method,
        p_value=e_test(n_now, n_before, n_days_now, n_days_before) if n_now + n_before else None,
        test=E_TEST,
        verdict=_verdict(n_now, n_before, low, high),
        percent=percent,
        percent_per_day=None
        if percent is None or ratio is None or n_days_now == n_days_before
        else 100.0 * (ratio - 1.0),
    )


def e_test(n_1: int, n_2: int, exposure_1: float = 1.0, exposure_2: float = 1.0) -> float:
    """
    Two-sided p-value for equal rates of two Poisson counts.

    The E-test with Krishnamoorthy and Thomson's own (Wald) statistic T = (x₁/e₁ − x₂/e₂) / √(x₁/e₁² + x₂/e₂²): the
    probability, at the pooled rate, of a |T| at least as large as the one seen; ties count. For each x₁ the x₂ that
    reach it lie outside the two roots of a quadratic, so the work grows with the square root of the counts and not
    with their product.

    Parameters
    ----------
    n_1, n_2 : int
        Counts, >= 0, not both 0.
    exposure_1, exposure_2 : float
        What the counts are out of (days, say), > 0.

    Returns
    -------
    float in [0, 1]
    """
    share = exposure_1 / exposure_2  # x₂ of the second sample weighs as much as share · x₂ of the first
    seen = (n_1 - n_2 * share) ** 2 / (n_1 + n_2 * share**2)
    if seen == 0:
        return 1.0
    rate = (n_1 + n_2) / (exposure_1 + exposure_2)
    x_1 = _likely_counts(rate * exposure_1)
    below, above = _rejection_bounds(x_1, seen, share)
    mean_2 = rate * exposure_2
    mass_2 = np.where(below >= 0, special.pdtr(np.maximum(below, 0), mean_2), 0.0) + special.pdtrc(above - 1, mean_2)
    mass_1 = np.exp(special.xlogy(x_1, rate * exposure_1) - rate * exposure_1 - special.gammaln(x_1 + 1))
    return float(min(1.0, np.sum(mass_1 * mass_2)))


def _likely_counts(mean: float) -> Floats:
    """The counts that hold all but about 1e-14 of a Poisson's mass on either side, float64[m]."""
    reach = 9.0 * np.sqrt(mean) + 40.0  # generous: 9 sigma, and the skewed tail of small means
    return np.arange(max(0.0, np.floor(mean - reach)), np.ceil(mean + reach) + 1.0)


def _rejection_bounds(x_1: Floats, seen: float, share: float) -> tuple[Floats, Floats]:
    """
    The x₂ with T² >= seen for each x₁: those up to `below` (-1: none) and those from `above` (>= 1) on.

    They solve (x₁ − s·x₂)² = seen · (x₁ + s²·x₂); a root that is whole but for rounding counts as reached. The pair
    (0, 0) shows no difference and is in neither.
    """
    half_b = share * x_1 + seen * share**2 / 2.0
    root = np.sqrt(np.maximum(half_b**2 - share**2 * (x_1**2 - seen * x_1), 0.0))
    lower, upper = (half_b - root) / share**2, (half_b + root) / share**2
    slack = 1e-9 * (1.0 + upper)
    below = np.floor(lower + slack)
    # For x₁ < seen the product of the roots is negative or 0: no x₂ below is far enough away.
    below = np.where(x_1 < seen * (1.0 - 1e-12), -1.0, below)
    return below, np.maximum(np.ceil(upper - slack), 1.0)


def _interval(n_now: int, n_before: int, n_days_now: int, n_days_before: int) -> tuple[float | None, float | None, str]:
    """The 95 % interval of the rate ratio and how it was made."""
    if n_before == 0:
        return None, None, NO_INTERVAL
    days = n_days_before / n_days_now
    if n_now == 0:
        # x of n is binomial with odds ratio · days; at x = 0 the bound solves (1 − p)ⁿ = α/2.
        upper = 1.0 - ((1.0 - CONFIDENCE) / 2.0) ** (1.0 / n_before)
        return 0.0, upper / (1.0 - upper) * days, EXACT_CONDITIONAL
    ratio = n_now / n_before * days
    z = float(special.ndtri(0.5 + CONFIDENCE / 2.0))
    factor = float(np.exp(z * np.sqrt(1.0 / n_now + 1.0 / n_before)))
    return ratio / factor, ratio * factor, LOG_NORMAL


def _verdict(n_now: int, n_before: int, low: float | None, high: float | None) -> Verdict:
    """What the interval lets one say."""
    if low is None or high is None:
        return "cannot_tell"
    if high < 1.0:
        return "improved"
    if low > 1.0:
        return "worse"
    return "no_evidence" if min(n_now, n_before) >= MIN_COUNT else "cannot_tell"


def _require_counts(**counts: int) -> None:
    """Refuse counts that are not whole and >= 0."""
    for name, given in counts.items():
        if given < 0 or given != int(given):
            raise InvalidParameter(name=name, given=given, allowed="whole numbers >= 0")


def _require_days(**days: int) -> None:
    """Refuse periods that have no day."""
    for name, given in days.items():
        if given < 1 or given != int(given):
            raise InvalidParameter(name=name, given=given, allowed="whole numbers >= 1")
