"""The audit log is read page by page, and a log that was changed or cut off is noticed: on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from accounts import tamper

from geo_zhengzhi.errors import BadHead, NotAllowed
from geo_zhengzhi.model import SYSTEM, VISITOR, Actor
from geo_zhengzhi.services.access.auditing import PER_PAGE, audit_head, read_log, verify, write_down
from geo_zhengzhi.store.audit import Wanted
from geo_zhengzhi.store.database import Database

PLANNER, AUDITOR = Actor("规划一科", "planner"), Actor("督察", "auditor")


def filled(store: Database, n: int = 3) -> list[str]:
    """n rows; the head after each."""
    return [write_down(store, PLANNER, "edit", f"target 2024-{number:03d}", {"n": number}) for number in range(n)]


def objects(store: Database, wanted: Wanted) -> list[str]:
    return [row.object for row in read_log(store, AUDITOR, wanted).records]


def test_the_newest_row_comes_first_fifty_a_page(store):
    filled(store, PER_PAGE + 1)
    first = read_log(store, AUDITOR, Wanted())
    last = read_log(store, AUDITOR, Wanted(), page=2)
    assert (first.n, first.page, first.n_pages) == (51, 1, 2)
    assert [row.seq for row in first.records] == list(range(51, 1, -1))
    assert [row.seq for row in last.records] == [1]
    assert read_log(store, AUDITOR, Wanted(), page=99).page == 2
    assert read_log(store, AUDITOR, Wanted(), page=-1).page == 1


def test_rows_are_found_by_who_action_object_and_time(store):
    filled(store)
    write_down(store, AUDITOR, "export", "100%_of it")
    now = datetime.now(UTC)
    assert objects(store, Wanted(who="督察")) == ["100%_of it"]
    assert objects(store, Wanted(action="edit", target="-001")) == ["target 2024-001"]
    assert objects(store, Wanted(target="%")) == ["100%_of it"]
    assert objects(store, Wanted(target="_")) == ["100%_of it"]
    assert objects(store, Wanted(since=now + timedelta(hours=1))) == []
    assert len(objects(store, Wanted(since=now - timedelta(hours=1), until=now + timedelta(hours=1)))) == 4
    assert objects(store, Wanted(until=now - timedelta(hours=1))) == []
    assert objects(store, Wanted(who="\0\ud800", action="\0", target="\0")) == []
    page = read_log(store, AUDITOR, Wanted())
    assert page.actions == ("edit", "export")
    assert page.head == audit_head(store)


@pytest.mark.parametrize("actor", [PLANNER, VISITOR, Actor("甲", "administrator")])
def test_only_auditors_read_the_log(store, actor):
    with pytest.raises(NotAllowed):
        read_log(store, actor, Wanted())


def test_a_whole_log_holds_every_head_it_ever_had(store):
    heads = ["0:" + "0" * 64, *filled(store)]
    for head in heads:
        state = verify(store, head)
        assert state.is_whole
        assert state.head == heads[-1]
    assert verify(store).is_whole


def test_a_log_that_was_cut_off_is_whole_in_itself_and_misses_the_head(store):
    *_, head = filled(store)
    tamper(store, 3)
    assert verify(store).is_whole
    state = verify(store, head)
    assert state.first_break is None
    assert not state.is_whole
    write_down(store, SYSTEM, "edit")
    assert not verify(store, head).is_whole


def test_a_row_that_was_changed_is_named(store):
    filled(store)
    tamper(store, 2, who="别人")
    assert verify(store).first_break == 2


@pytest.mark.parametrize("head", ["", "3", "3:abc", "x:" + "0" * 64, "-1:" + "0" * 64, "1:" + "g" * 64, "\0"])
def test_a_head_that_is_none_is_refused(store, head):
    with pytest.raises(BadHead):
        verify(store, head)


def test_a_head_may_have_been_copied_in_capitals_with_blanks(store):
    *_, head = filled(store)
    assert verify(store, f" {head.upper()}\n").is_whole
