"""Who is let in, for how long, and who is shut out: on both engines."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from accounts import MINUTE, NOW, PASSWORD, account, actions, signed_in

from geo_zhengzhi.errors import SignInRefused
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.services.access.lock_out import FAILURES, lock_after
from geo_zhengzhi.services.access.signing_in import sign_in, sign_out, who_is
from geo_zhengzhi.services.access.users import account_of, change_role, disable_user, enable_user
from geo_zhengzhi.store import audit, sessions, users
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import sessions as session_table

pytestmark = pytest.mark.usefixtures("quick_passwords")
SECOND = timedelta(seconds=1)


def fail(store: Database, name: str, n: int, now=NOW, password: str = "something wrong") -> None:
    for _ in range(n):
        with pytest.raises(SignInRefused):
            sign_in(store, name, password, "", now)


def test_name_and_password_let_in_and_only_the_secrets_hash_is_kept(store):
    account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "Chrome", NOW)
    assert who_is(store, secret, NOW).actor == Actor("规划一科", "planner")
    with store.read() as connection:
        kept = [str(value) for row in connection.execute(session_table.select()) for value in row]
        user = users.named(connection, "规划一科")
    assert sessions.hashed(secret) in kept
    assert secret not in " ".join(kept)
    assert user.password_hash.startswith("$argon2id$")
    assert PASSWORD not in user.password_hash


def test_the_same_name_and_password_from_another_keyboard_let_in(store):
    account(store, "Station 1", "viewer", password="full width")
    assert sign_in(store, " Ｓｔａｔｉｏｎ　１ ", "ｆｕｌｌ　ｗｉｄｔｈ", "", NOW)


@pytest.mark.parametrize(
    ("name", "password"),
    [("规划一科", "something wrong"), ("规划二科", PASSWORD), ("", ""), ("规划一科", ""), ("\0", "\0")],
)
def test_one_sentence_refuses_whatever_is_wrong(store, name, password):
    account(store, "规划一科", "planner")
    with pytest.raises(SignInRefused) as refusal:
        sign_in(store, name, password, "", NOW)
    assert str(refusal.value) == str(SignInRefused(failures=5, minutes=15))


def test_an_unknown_name_costs_the_same_work(store, monkeypatch):
    account(store, "规划一科", "planner")
    worked = []
    verify = passwords.HASHER.verify
    monkeypatch.setattr(type(passwords.HASHER), "verify", lambda self, *given: worked.append(given) or verify(*given))
    fail(store, "规划一科", 1)
    fail(store, "nobody", 1)
    assert len(worked) == 2
    known, unknown = (kept.split("$")[:4] for kept, _ in worked)
    assert known == unknown


def test_an_unknown_name_is_not_written_down_since_it_may_be_a_password(store):
    fail(store, "my secret password", 1)
    with store.read() as connection:
        (row,) = audit.records(connection)
    assert (row.action, row.object, row.who) == ("sign-in refused", "", "anonymous")
    assert "secret" not in row.detail


def test_four_failures_do_not_lock_and_the_fifth_does(store):
    account(store, "规划一科", "planner")
    fail(store, "规划一科", FAILURES - 1)
    sign_in(store, "规划一科", PASSWORD, "", NOW)
    fail(store, "规划一科", FAILURES)
    fail(store, "规划一科", 1, NOW + 15 * MINUTE - SECOND, PASSWORD)
    assert sign_in(store, "规划一科", PASSWORD, "", NOW + 15 * MINUTE)


def test_each_further_failure_locks_for_twice_as_long_a_day_at_most():
    minutes = [None if lock_after(n) is None else lock_after(n) / MINUTE for n in range(4, 14)]
    assert minutes == [None, 15, 30, 60, 120, 240, 480, 960, 1440, 1440]
    assert lock_after(10_000) == timedelta(days=1)


def test_tries_during_a_lock_do_not_lengthen_it(store):
    account(store, "规划一科", "planner")
    fail(store, "规划一科", FAILURES)
    fail(store, "规划一科", 3, NOW + MINUTE)
    assert sign_in(store, "规划一科", PASSWORD, "", NOW + 15 * MINUTE)


def test_the_lock_is_in_the_store_so_that_another_process_knows_it(store, store_url):
    account(store, "规划一科", "planner")
    fail(store, "规划一科", 3)
    other = open_store(store_url)
    fail(other, "规划一科", 2)
    fail(store, "规划一科", 1, password=PASSWORD)
    other.close()


def test_many_tries_at_once_get_five_and_no_more(store):
    account(store, "规划一科", "planner")

    def attempt(n: int) -> None:
        with suppress(SignInRefused):
            sign_in(store, "规划一科", f"wrong number {n}", "", NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(attempt, range(12)))
    with store.read() as connection:
        assert users.named(connection, "规划一科").n_failures == FAILURES
    reasons = [action for action, _ in actions(store)]
    assert reasons.count("sign-in refused") == 12
    assert reasons.count("lock-out") == 1


def test_failures_and_the_lock_out_are_in_the_audit_log(store):
    account(store, "规划一科", "planner")
    before = len(actions(store))
    fail(store, "规划一科", FAILURES)
    written = actions(store)[before:]
    assert written == [("sign-in refused", "account 规划一科")] * FAILURES + [("lock-out", "account 规划一科")]
    with store.read() as connection:
        assert audit.first_break(connection) is None
        *_, last = audit.records(connection)
    assert "2026-02-02T08:15:00.000Z" in last.detail


def test_opening_an_account_ends_its_lock(store):
    number = account(store, "规划一科", "planner")
    fail(store, "规划一科", FAILURES)
    assert account_of(store, SYSTEM, number, NOW).locked_until == NOW + 15 * MINUTE
    enable_user(store, SYSTEM, number)
    assert sign_in(store, "规划一科", PASSWORD, "", NOW)


def test_a_disabled_account_is_not_let_in_and_what_it_had_ends(store):
    number = account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    disable_user(store, SYSTEM, number, NOW)
    assert who_is(store, secret, NOW) is None
    fail(store, "规划一科", 1, password=PASSWORD)
    enable_user(store, SYSTEM, number)
    assert who_is(store, secret, NOW) is None
    assert sign_in(store, "规划一科", PASSWORD, "", NOW)


def test_thirty_minutes_without_a_request_sign_out(store):
    account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    assert who_is(store, secret, NOW + 30 * MINUTE - SECOND)
    assert who_is(store, secret, NOW + 60 * MINUTE - 2 * SECOND)
    assert who_is(store, secret, NOW + 90 * MINUTE - 2 * SECOND) is None


def test_twelve_hours_sign_out_however_busy(store):
    account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    for minutes in range(20, 720, 20):
        assert who_is(store, secret, NOW + minutes * MINUTE)
    assert who_is(store, secret, NOW + 720 * MINUTE - SECOND)
    assert who_is(store, secret, NOW + 720 * MINUTE) is None


def test_reading_writes_when_it_was_seen_at_most_once_a_minute(store, monkeypatch):
    account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    touched = []
    monkeypatch.setattr(sessions, "touch", lambda connection, number, now: touched.append(now))
    for seconds in (0, 30, 59):
        who_is(store, secret, NOW + seconds * SECOND)
    assert touched == []
    who_is(store, secret, NOW + 60 * SECOND)
    assert touched == [NOW + 60 * SECOND]


def test_a_page_does_not_wait_for_somebody_who_writes(store, store_url):
    account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    other = open_store(store_url)
    with ThreadPoolExecutor(1) as pool:
        for writer in (store, other):  # in this process, and as if in another
            with writer.write() as connection:
                audit.append(connection, SYSTEM, "import")
                assert pool.submit(who_is, store, secret, NOW + 5 * MINUTE).result(timeout=10)
    assert who_is(store, secret, NOW + 6 * MINUTE)
    with store.read() as connection:
        found = sessions.of_secret(connection, "browser", secret, NOW + 6 * MINUTE)
    assert found[0].seen_at == NOW + 6 * MINUTE
    with ThreadPoolExecutor(1) as pool:
        with other.write():
            waiting = pool.submit(sign_in, store, "规划一科", PASSWORD, "", NOW)
            time.sleep(0.2)
        assert waiting.result()  # what must be kept waits for its turn, and no longer
    other.close()


def test_signing_out_ends_the_session_and_no_other(store):
    account(store, "规划一科", "planner")
    first, second = (sign_in(store, "规划一科", PASSWORD, "", NOW) for _ in range(2))
    sign_out(store, first, NOW)
    sign_out(store, first, NOW)
    assert who_is(store, first, NOW) is None
    assert who_is(store, second, NOW)
    assert [action for action, _ in actions(store)].count("sign-out") == 2  # the account's first, and this one


def test_another_role_holds_from_the_next_request_on(store):
    number = account(store, "规划一科", "planner")
    secret = sign_in(store, "规划一科", PASSWORD, "", NOW)
    change_role(store, SYSTEM, number, "viewer")
    assert who_is(store, secret, NOW).actor.role == "viewer"


@pytest.mark.parametrize("secret", ["", "x", "\0", "\ud800", "'; --", "0" * 64])
def test_what_is_no_secret_is_nobodys(store, secret):
    account(store, "规划一科", "planner")
    assert who_is(store, secret, NOW) is None
    assert who_is(store, sessions.hashed(secret), NOW) is None


def test_a_password_kept_with_less_work_is_kept_anew(store, monkeypatch):
    account(store, "规划一科", "planner")
    monkeypatch.setattr(passwords, "HASHER", type(passwords.HASHER)(time_cost=2, memory_cost=8, parallelism=1))
    signed_in(store, "规划一科")
    with store.read() as connection:
        assert "t=2" in users.named(connection, "规划一科").password_hash
    assert signed_in(store, "规划一科")


def test_sessions_that_ended_a_month_ago_are_forgotten(store):
    account(store, "规划一科", "planner")
    old = signed_in(store, "规划一科")
    signed_in(store, "规划一科", now=NOW + timedelta(days=31))
    with store.read() as connection:
        assert sessions.one(connection, old.session_id) is None
