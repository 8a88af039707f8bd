"""Exact DBSCAN as a scikit-learn estimator: a grid for points in a plane, scikit-learn's own for everything else."""

from typing import Any, Self

import numpy as np
from joblib import cpu_count, effective_n_jobs
from numpy.typing import ArrayLike
from scipy import sparse
from sklearn import cluster
from sklearn.utils.validation import _check_sample_weight, validate_data

from geo_zhengzhi.dbscan_engine import Clustering, cluster_points
from geo_zhengzhi.kernels import THREADS_PAY_FROM, Floats, Ints

# eps² must neither vanish nor overflow.
SMALLEST_EPS, LARGEST_EPS = 1e-150, 1e150
# Sums of whole weights below this are exact in float64, which is what scikit-learn adds them in.
LARGEST_WEIGHT_SUM = 2**53
MOST_POINTS = 2**31 - 1
MOST_MIN_SAMPLES = 2**62


class DBSCAN(cluster.DBSCAN):
    """
    Label points that lie densely together, exactly and fast.

    `labels_` and `core_sample_indices_` equal those of ``sklearn.cluster.DBSCAN(algorithm="kd_tree")``, array for
    array: clusters are numbered by their lowest core point, and a border point takes the lowest cluster it reaches. Two
    points are within `eps` if ``dx*dx + dy*dy <= eps*eps`` in float64, the edge included. (scikit-learn decides some
    pairs by a rounded square root of that sum; where it lies within two units in the last place of eps², its own answer
    depends on how its tree was cut. Here it never does.)

    Points in a plane go through a grid whose cells have the diagonal `eps` [1]_: Euclidean metric, two columns of
    float64 or whole numbers, and weights that are whole and not negative. Any other metric, number of columns, type or
    weight goes to scikit-learn's own DBSCAN. Input is neither sorted nor modified.

    Parameters
    ----------
    eps : float, default=0.5
        Neighbourhood radius, > 0, in the unit of the points: metres for metres, never for degrees.
    min_samples : int, default=5
        Number, or weight, of the points within `eps`, itself included, that makes a point core; >= 1.
    metric, metric_params, algorithm, leaf_size, p
        As in scikit-learn. "euclidean", "l2" and "minkowski" with `p` 2 or None use the grid, whatever the
        `algorithm`.
    n_jobs : int, default=None
        Threads from 200,000 points on; None is one (unless joblib's context says otherwise), -1 all. The labels do
        not depend on it.

    Attributes
    ----------
    labels_ : int64, (n,)
        Cluster of each point, in input order; -1 is noise.
    core_sample_indices_ : int64, (k,)
        Positions of the core points, ascending.
    components_ : (k, 2)
        Their coordinates.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    References
    ----------
    .. [1] Ester et al. (1996), KDD-96, 226-231; Gunawan (2013); Gan & Tao (2015), SIGMOD '15, 519-530;
       Wang, Gu & Shun (2020), SIGMOD '20, 2555-2571.

    Examples
    --------
    >>> from geo_zhengzhi.dbscan import DBSCAN
    >>> DBSCAN(eps=3, min_samples=2).fit([[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]]).labels_
    array([ 0,  0,  0,  1,  1, -1])
    """

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """
        Cluster points.

        Parameters
        ----------
        X : array-like or sparse matrix, (n, n_features), or (n, n) distances with ``metric="precomputed"``
        y : ignored
        sample_weight : array-like, (n,), default=None
            Weight of each point in the sums that `min_samples` is compared with; None counts every point once.

        Returns
        -------
        DBSCAN
            Itself, fitted.

        Raises
        ------
        ValueError
            scikit-learn's own, for parameters out of range, no points, and coordinates that are not finite.
        """
        self._validate_params()
        found = self._fit_in_plane(X, sample_weight) if self._measures_a_plane() else None
        if found is None:
            super().fit(X, sample_weight=sample_weight)
            return self
        self.labels_, self.core_sample_indices_, self.components_ = found[:3]
        return self

    def _measures_a_plane(self) -> bool:
        """Whether metric and `eps` are those of the grid."""
        euclidean = self.metric in ("euclidean", "l2") or (self.metric == "minkowski" and self.p in (None, 2))
        return euclidean and self.metric_params is None and SMALLEST_EPS < self.eps < LARGEST_EPS

    def _fit_in_plane(self, X: ArrayLike, sample_weight: ArrayLike | None) -> Clustering | None:
        """Cluster on the grid; None where points or weights are not of its kind."""
        checked = validate_data(self, X, accept_sparse="csr")
        if sparse.issparse(checked) or checked.shape[1] != 2 or len(checked) > MOST_POINTS:
            return None
        if checked.dtype != np.float64 and checked.dtype.kind not in "iu":
            return None
        weights = None
        if sample_weight is not None:
            weights = _as_counts(_check_sample_weight(sample_weight, checked))
            if weights is None:
                return None
        points: Floats = np.require(checked, np.float64, ["C", "A"])
        n_threads = min(effective_n_jobs(self.n_jobs), cpu_count()) if len(points) >= THREADS_PAY_FROM else 1
        found = cluster_points(
            points, float(self.eps), min(int(self.min_samples), MOST_MIN_SAMPLES), weights, n_threads
        )
        if found is None or checked.dtype == np.float64:
            return found
        return found._replace(components=checked[found.core_indices])


def _as_counts(weights: Any) -> Ints | None:
    """Weights as whole numbers; None where one is negative or has a fraction, or their sum is not exact in float64."""
    if not (np.all(weights >= 0) and np.all(weights == np.floor(weights)) and weights.sum() < LARGEST_WEIGHT_SUM):
        return None
    return weights.astype(np.int64)  # type: ignore[no-any-return]


def compile_kernels() -> None:
    """Compile every kernel for every kind of array it meets, or load it from the cache; seconds the first time."""
    table = np.array([[0.0, 0.0], [0.1, 0.0], [5.0, 5.0]])
    scattered = np.array([[0.0, 0.0], [1e9, 1e9], [2e9, 2e9], [2e9, 2e9]] + [[1e6 * i, 1e6 * i] for i in range(100)])
    read_only = table.copy()
    read_only.flags.writeable = False
    for points in (table, scattered, read_only):
        cluster_points(points, 1.0, 2)
    cluster_points(scattered, 1.0, 2, np.ones(len(scattered), np.int64))
