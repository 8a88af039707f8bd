"""Names of content do not depend on how or in which order it is kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage_data import blob, incidents

from geo_zhengzhi import fingerprints, schema
from geo_zhengzhi.fingerprints import SHORT_RUN, content_hashes, group_sums, name_of, place_order, text_hashes


def test_content_is_place_time_category_and_weight_and_not_the_id():
    frame = incidents(blob((0, 0), 5, 50))
    hashes = content_hashes(frame)
    assert (content_hashes(frame.assign(incident_id="x", note=1)) == hashes).all()
    for column in (schema.LONGITUDE, schema.LATITUDE, schema.WEIGHT):
        assert (content_hashes(frame.assign(**{column: frame[column] + 1e-9})) != hashes).all()
    for column in (schema.OCCURRED_FROM, schema.OCCURRED_TO):
        assert (content_hashes(frame.assign(**{column: frame[column] + pd.Timedelta("1us")})) != hashes).all()
    assert (content_hashes(frame.assign(category="诈骗")) != hashes).all()


def test_the_way_columns_are_kept_does_not_matter():
    frame = incidents(blob((0, 0), 5, 50), category=["a", "b", "a", "盗窃", ""])
    hashes = content_hashes(frame)
    kept = [
        frame.assign(category=frame[schema.CATEGORY].astype("category")),
        frame.assign(category=frame[schema.CATEGORY].astype(object)),
        frame.assign(occurred_from=frame[schema.OCCURRED_FROM].dt.tz_convert("UTC")),
        frame.assign(occurred_from=frame[schema.OCCURRED_FROM].astype("datetime64[ns, Asia/Shanghai]")),
        frame.assign(weight=frame[schema.WEIGHT].astype(int)),
    ]
    for other in kept:
        assert (content_hashes(other) == hashes).all()


def test_minus_zero_is_zero():
    frame = incidents([[0.0, 0.0]]).assign(longitude=0.0)
    assert content_hashes(frame) == content_hashes(frame.assign(longitude=-0.0))


def test_a_sum_does_not_depend_on_the_order_and_tells_multiplicity():
    hashes = np.random.default_rng(0).integers(0, 2**63, 50).astype(np.uint64)
    start = np.zeros(1, np.int64)
    assert (group_sums(hashes[::-1], start) == group_sums(hashes, start)).all()
    assert (group_sums(np.append(hashes, hashes[:1]), start) != group_sums(hashes, start)).all()
    assert group_sums(hashes, np.array([0, 10, 49])).shape == (3, 2)
    assert group_sums(hashes[:0], np.zeros(0, np.int64)).shape == (0, 2)


def test_a_name_is_short_and_the_same_in_every_process():
    assert name_of("h", "a", [1, 2], 0.5) == "h53673810ec84"
    assert name_of("h", "a", [1, 2], 0.5) != name_of("h", "a", [1, 2], 0.25)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_places_are_sorted_as_lexsort_does(rows):
    x, y, tie = np.array(rows, float).reshape(-1, 3).T
    for ties in (None, tie):
        order = place_order(x, y, ties)
        expected = np.lexsort((np.arange(len(x)) if ties is None else tie, y, x))
        assert [rows[i] for i in order] == [rows[i] for i in expected]
        if ties is None:
            assert (order == expected).all()
        ordered = [v if v is None else v[order] for v in (x, y, ties)]
        assert (place_order(*ordered) == np.arange(len(x))).all()


@pytest.mark.parametrize("n", [SHORT_RUN, SHORT_RUN + 1])
def test_short_and_long_runs_at_one_longitude_are_sorted_alike(n):
    rng = np.random.default_rng(n)
    x = np.repeat([2.0, 1.0], n)
    y, tie = rng.integers(0, 5, 2 * n).astype(float), rng.integers(0, 3, 2 * n).astype(np.uint64)
    assert (place_order(x, y) == np.lexsort((y, x))).all()
    order = place_order(x, y, tie)
    assert np.array_equal(np.sort(order), np.arange(2 * n))
    assert [(x[i], y[i], tie[i]) for i in order] == sorted(zip(x, y, tie, strict=True))


def test_texts_are_hashed_alike_in_one_go_and_a_few_at_a_time(monkeypatch):
    texts = pd.Series(["盗窃", "", "theft"] * 5, index=range(7, 22))
    whole = text_hashes(texts)
    monkeypatch.setattr(fingerprints, "CHUNK", 4)
    assert (text_hashes(texts) == whole).all()
    assert len(set(whole)) == 3


@pytest.mark.parametrize("n", [0, 1])
def test_none_and_one_have_an_order(n):
    assert place_order(np.zeros(n), np.zeros(n)).tolist() == list(range(n))
