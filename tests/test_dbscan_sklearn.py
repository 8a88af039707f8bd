"""scikit-learn's own tests of its DBSCAN, and its checks of any estimator, run on ours."""

import importlib.util
from functools import partial

import pytest
from sklearn.cluster.tests import test_dbscan as original
from sklearn.utils.estimator_checks import estimator_checks_generator

from geo_zhengzhi.dbscan import DBSCAN

# It feeds arrays of other libraries (PyTorch, CuPy). DBSCAN, scikit-learn's as well as ours, does not say that it takes
# them (`array_api_support` is False in its tags), and scikit-learn skips the check unless SCIPY_ARRAY_API is set.
NOT_APPLICABLE = {"check_array_api_input"}


def dbscan(X, eps=0.5, *, min_samples=5, metric="minkowski", metric_params=None, algorithm="auto", leaf_size=30, p=2,
           sample_weight=None, n_jobs=None):  # fmt: skip
    """scikit-learn's function of this name, around our estimator."""
    found = DBSCAN(
        eps=eps, min_samples=min_samples, metric=metric, metric_params=metric_params, algorithm=algorithm,
        leaf_size=leaf_size, p=p, n_jobs=n_jobs,
    ).fit(X, sample_weight=sample_weight)  # fmt: skip
    return found.core_sample_indices_, found.labels_


def load_with_our_names():
    """A second copy of scikit-learn's test module in which DBSCAN and dbscan are ours."""
    spec = importlib.util.spec_from_file_location("sklearn_test_dbscan_on_ours", original.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.DBSCAN, module.dbscan = DBSCAN, dbscan
    return module


theirs = load_with_our_names()
their_tests = {name: test for name, test in vars(theirs).items() if name.startswith("test_")}
globals().update(their_tests)


@pytest.fixture(params=[0, 7, 42])
def global_random_seed(request):
    """What scikit-learn's conftest gives its tests."""
    return request.param


def test_every_test_of_scikit_learn_is_here_and_meets_our_names():
    assert len(their_tests) >= 20
    assert all(test.__globals__["DBSCAN"] is DBSCAN for test in their_tests.values())
    assert all(test.__globals__["dbscan"] is dbscan for test in their_tests.values())


def name_of(check):
    return (check.func if isinstance(check, partial) else check).__name__


checks = [check for _, check in estimator_checks_generator(DBSCAN()) if name_of(check) not in NOT_APPLICABLE]


@pytest.mark.parametrize("check", checks, ids=name_of)
def test_the_estimator_passes_the_check_of_scikit_learn(check):
    check(DBSCAN())


def test_it_looks_like_the_estimator_it_stands_in_for():
    from sklearn import cluster

    assert DBSCAN().get_params() == cluster.DBSCAN().get_params()
    assert isinstance(DBSCAN(), cluster.DBSCAN)
    assert repr(DBSCAN(eps=3)) == "DBSCAN(eps=3)"
