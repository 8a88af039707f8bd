import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.rates import test_poisson_2indep as statsmodels_test

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.stats.comparison import E_TEST, EXACT_CONDITIONAL, LOG_NORMAL, compare, e_test


def test_174_against_262_gives_the_published_ratio_and_interval():
    found = compare(174, 262, 59, 59)
    assert (found.n_now, found.n_before) == (174, 262)
    assert f"{found.percent:.1f}" == "-33.6"
    assert [f"{v:.3f}" for v in (found.rate_ratio, found.low, found.high)] == ["0.664", "0.548", "0.804"]
    assert found.interval_method == LOG_NORMAL
    assert found.verdict == "improved"
    assert found.percent_per_day is None


def test_a_leap_day_puts_the_per_day_figure_beside_the_headline():
    found = compare(174, 262, 60, 59)
    assert f"{found.percent:.1f}" == "-33.6"
    assert f"{found.percent_per_day:.1f}" == "-34.7"
    assert found.rate_ratio == pytest.approx(174 / 60 / (262 / 59))


@pytest.mark.parametrize(("n_before", "has_percent"), [(9, False), (10, True), (11, True)])
def test_a_percentage_needs_an_earlier_count_of_ten(n_before, has_percent):
    found = compare(30, n_before, 59, 60)
    assert (found.percent is not None) is has_percent
    assert (found.percent_per_day is not None) is has_percent
    assert found.rate_ratio is not None


def test_a_small_count_now_does_not_take_the_percentage_away():
    assert compare(3, 30, 59, 59).percent == pytest.approx(-90)


@pytest.mark.parametrize(
    ("n_now", "n_before", "verdict"),
    [
        (174, 262, "improved"),
        (21, 9, "worse"),
        (8, 6, "cannot_tell"),
        (10, 10, "no_evidence"),
        (10, 9, "cannot_tell"),
        (9, 10, "cannot_tell"),
        (60, 55, "no_evidence"),
        (0, 3, "cannot_tell"),
        (0, 20, "improved"),
        (3, 0, "cannot_tell"),
        (0, 0, "cannot_tell"),
    ],
)
def test_the_verdict_is_read_off_the_interval(n_now, n_before, verdict):
    assert compare(n_now, n_before, 59, 59).verdict == verdict


def test_21_against_9_has_the_ratio_of_the_style_guide_and_no_percentage():
    found = compare(21, 9, 59, 59)
    assert [f"{v:.2f}" for v in (found.rate_ratio, found.low, found.high)] == ["2.33", "1.07", "5.09"]
    assert found.percent is None


def test_an_earlier_count_of_zero_has_no_ratio_and_no_interval():
    found = compare(3, 0, 59, 59)
    assert (found.rate_ratio, found.low, found.high, found.percent) == (None, None, None, None)
    assert found.p_value == pytest.approx(0.088379, abs=5e-7)


def test_nothing_against_nothing_is_not_tested():
    assert compare(0, 0, 59, 59).p_value is None


def test_no_incident_now_takes_the_clopper_pearson_interval_and_says_so():
    found = compare(0, 12, 30, 60)
    exact = stats.binomtest(0, 12).proportion_ci(0.95, method="exact")
    assert found.interval_method == EXACT_CONDITIONAL
    assert found.low == 0
    assert found.high == pytest.approx(exact.high / (1 - exact.high) * 60 / 30)
    assert found.rate_ratio == 0


@pytest.mark.parametrize(("n_before", "verdict"), [(5, "cannot_tell"), (6, "improved")])
def test_zero_now_improves_only_once_the_exact_interval_lies_below_one(n_before, verdict):
    found = compare(0, n_before, 59, 59)
    assert found.verdict == verdict
    assert (found.high < 1) is (verdict == "improved")


@pytest.mark.parametrize(
    ("n_1", "n_2", "published"),
    [(0, 3, 0.088379), (6, 2, 0.174875), (10, 5, 0.206164), (15, 5, 0.025035), (20, 10, 0.068832)],
)
def test_the_e_test_gives_the_published_p_values(n_1, n_2, published):
    assert e_test(n_1, n_2) == pytest.approx(published, abs=5.1e-7)
    assert e_test(n_2, n_1) == pytest.approx(published, abs=5.1e-7)


def test_the_e_test_is_the_wald_variant_of_statsmodels_also_with_unequal_exposure():
    assert "Wald" in E_TEST
    rng = np.random.default_rng(7)
    for _ in range(400):
        n_1, n_2 = (int(n) for n in rng.integers(0, 40, 2))
        days_1, days_2 = (float(d) for d in rng.integers(1, 366, 2))
        if n_1 + n_2 and n_2:
            theirs = statsmodels_test(n_1, days_1, n_2, days_2, method="etest-wald").pvalue
            assert e_test(n_1, n_2, days_1, days_2) == pytest.approx(theirs, abs=1e-10)


def test_equal_rates_have_p_one():
    assert e_test(20, 40, 30, 60) == 1.0
    assert compare(14, 14, 59, 59).p_value == 1.0


def test_large_counts_agree_with_the_normal_limit():
    n_1, n_2 = 1_000_000, 1_003_000
    normal = 2 * stats.norm.sf((n_2 - n_1) / np.sqrt(n_1 + n_2))
    assert e_test(n_1, n_2) == pytest.approx(normal, rel=2e-3)


@pytest.mark.parametrize(
    "arguments", [(-1, 3, 59, 59), (3, -1, 59, 59), (1.5, 3, 59, 59), (3, 3, 0, 59), (3, 3, 59, 0)]
)
def test_negative_counts_and_empty_periods_are_refused(arguments):
    with pytest.raises(InvalidParameter):
        compare(*arguments)
