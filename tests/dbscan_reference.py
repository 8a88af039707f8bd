"""What the engine must equal: scikit-learn's k-d tree, as it comes and with ties decided by the plain predicate."""

import numpy as np
from sklearn import cluster

from geo_zhengzhi.dbscan import DBSCAN


def kd_tree(points, eps, min_samples, weights=None):
    """Labels and core indices of scikit-learn's k-d tree, as it comes."""
    found = cluster.DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree").fit(points, sample_weight=weights)
    return found.labels_, found.core_sample_indices_


def one_leaf(points, eps, min_samples, weights=None):
    """
    The same with every pair decided by dx·dx + dy·dy <= eps·eps.

    A k-d tree takes whole nodes by the square root of that sum, which rounds: a pair one unit in the last place
    beyond eps² is then in or out by the luck of the cut. One leaf that also holds a far point is never taken whole.
    """
    far = points.max(axis=0) + 100 * eps + np.ptp(points)
    with_far = np.vstack([points, far])
    weights = None if weights is None else np.append(weights, 0)
    tree = cluster.DBSCAN(eps=eps, min_samples=min_samples, algorithm="kd_tree", leaf_size=len(with_far) + 1)
    found = tree.fit(with_far, sample_weight=weights)
    core = found.core_sample_indices_
    return found.labels_[:-1], core[core < len(points)]


def assert_equals(reference, points, eps, min_samples, weights=None, **options):
    """Check labels and core indices, array for array, with their types."""
    labels, core = reference(points, eps, min_samples, weights)
    found = DBSCAN(eps=eps, min_samples=min_samples, **options).fit(points, sample_weight=weights)
    np.testing.assert_array_equal(found.labels_, labels)
    np.testing.assert_array_equal(found.core_sample_indices_, core)
    np.testing.assert_array_equal(found.components_, points[core])
    assert found.labels_.dtype == labels.dtype
    assert found.core_sample_indices_.dtype == core.dtype
