"""Accounts, their one-time links, sessions, tokens and passwords, and a start's own links: on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from accounts import MINUTE, NOW, PASSWORD, PLANNER, account, actions, role_of, signed_in

from geo_zhengzhi import errors
from geo_zhengzhi.model import ROLES, SYSTEM, VISITOR, Actor
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.services.access.links import look_at_link, make_link, use_link
from geo_zhengzhi.services.access.own_account import change_password, list_sessions, make_token, revoke_session
from geo_zhengzhi.services.access.permissions import ALL, PERMISSIONS, may
from geo_zhengzhi.services.access.signing_in import sign_in, who_is
from geo_zhengzhi.services.access.users import add_user, change_role, disable_user, enable_user, list_accounts
from geo_zhengzhi.services.first_start import first_start, site_key
from geo_zhengzhi.store import audit, sessions
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

pytestmark = pytest.mark.usefixtures("quick_passwords")
DAY = timedelta(days=1)


def link_of(store: Database, number: int) -> str:
    return make_link(store, SYSTEM, number, NOW)


def start(store: Database, *, demonstration: bool = False, now=NOW) -> dict[str, str]:
    return {link.name: link.secret for link in first_start(store, is_demonstration=demonstration, now=now)}


# accounts


def test_every_role_of_the_model_has_its_permissions_and_no_other_has_any():
    assert set(PERMISSIONS) == set(ROLES)
    assert all(may(SYSTEM, permission) for permission in ALL)
    assert [may(VISITOR, permission) for permission in ("see", "see-points", "read-audit")] == [True, False, False]
    assert not any(may(Actor("x", role), permission) for role in ("", "system", "anonymous") for permission in ALL)


def test_the_duties_are_separate():
    assert [role for role in ROLES if may(Actor("x", role), "manage-users")] == ["administrator"]
    assert [role for role in ROLES if may(Actor("x", role), "read-audit")] == ["auditor"]
    assert [role for role in ROLES if may(Actor("x", role), "import")] == ["importer"]
    assert [role for role in ROLES if may(Actor("x", role), "edit-register")] == ["planner"]


def test_an_account_is_listed_with_what_is_known_of_it(store):
    add_user(store, SYSTEM, " 督察 ", "auditor", NOW)
    account(store, "规划一科", "planner")
    signed_in(store, "规划一科", now=NOW + MINUTE)
    first, second = sorted(list_accounts(store, SYSTEM, NOW), key=lambda found: found.role)
    assert (first.name, first.role, first.has_password, first.last_seen_at) == ("督察", "auditor", False, None)
    assert (second.name, second.has_password, second.last_seen_at) == ("规划一科", True, NOW + MINUTE)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a" * 41,
        "规划\u202e一科",
        "规划\u200b一科",
        "a\nb\x01",
        "13912345678",
        "津A12345",
        "system",
        "Anonymous",
        "\0",
    ],
)
def test_a_name_that_hides_letters_or_is_a_persons_is_refused(store, name):
    with pytest.raises(errors.UnfitAccountName):
        add_user(store, SYSTEM, name, "viewer", NOW)


def test_a_name_is_given_once_also_in_other_letters(store):
    add_user(store, SYSTEM, "Station 1", "viewer", NOW)
    for name in ("Station 1", "STATION  1", "Ｓtation 1"):
        with pytest.raises(errors.AccountExists):
            add_user(store, SYSTEM, name, "viewer", NOW)


def test_two_who_add_the_same_name_at_once_make_one_account(store):
    def attempt(_: int) -> bool:
        try:
            add_user(store, SYSTEM, "规划一科", "planner", NOW)
        except errors.AccountExists:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


@pytest.mark.parametrize("role", ["", "system", "Administrator", "root"])
def test_a_role_that_is_none_is_refused(store, role):
    number = account(store, "规划一科", "planner")
    with pytest.raises(errors.InvalidParameter, match="administrator, auditor"):
        add_user(store, SYSTEM, "甲", role, NOW)
    with pytest.raises(errors.InvalidParameter):
        change_role(store, SYSTEM, number, role)


@pytest.mark.parametrize("actor", [PLANNER, VISITOR, Actor("督察", "auditor"), Actor("x", "system")])
def test_only_administrators_manage_accounts(store, actor):
    number = account(store, "规划一科", "planner")
    for attempt in (
        lambda: list_accounts(store, actor, NOW),
        lambda: add_user(store, actor, "甲", "viewer", NOW),
        lambda: disable_user(store, actor, number, NOW),
        lambda: enable_user(store, actor, number),
        lambda: change_role(store, actor, number, "viewer"),
        lambda: make_link(store, actor, number, NOW),
    ):
        with pytest.raises(errors.NotAllowed):
            attempt()
    assert role_of(store, "规划一科") == "planner"


def test_the_last_administrator_stays_one(store):
    first = account(store, "甲", "administrator")
    second = add_user(store, SYSTEM, "乙", "administrator", NOW)  # no password yet: cannot sign in
    for attempt in (
        lambda: disable_user(store, SYSTEM, first, NOW),
        lambda: change_role(store, SYSTEM, first, "viewer"),
    ):
        with pytest.raises(errors.LastAdministrator):
            attempt()
    use_link(store, link_of(store, second), PASSWORD, "", NOW)
    change_role(store, SYSTEM, first, "viewer")
    with pytest.raises(errors.LastAdministrator):
        disable_user(store, SYSTEM, second, NOW)


def test_two_administrators_who_shut_each_other_at_once_leave_one(store):
    numbers = {name: account(store, name, "administrator") for name in ("甲", "乙")}

    def attempt(pair: tuple[str, str]) -> bool:
        try:
            disable_user(store, Actor(pair[0], "administrator"), numbers[pair[1]], NOW)
        except errors.LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(attempt, [("甲", "乙"), ("乙", "甲")])) == 1


def test_an_administrator_changes_neither_the_own_role_nor_the_own_lock(store):
    own = account(store, "甲", "administrator")
    account(store, "乙", "administrator")
    for attempt in (
        lambda: change_role(store, Actor("甲", "administrator"), own, "auditor"),
        lambda: disable_user(store, Actor("甲", "administrator"), own, NOW),
    ):
        with pytest.raises(errors.OwnAccount):
            attempt()


def test_an_account_that_is_not_there_is_refused(store):
    for attempt in (
        lambda: disable_user(store, SYSTEM, 99, NOW),
        lambda: enable_user(store, SYSTEM, 99),
        lambda: make_link(store, SYSTEM, 99, NOW),
    ):
        with pytest.raises(errors.UnknownAccount):
            attempt()


def test_what_is_done_to_an_account_is_in_the_audit_log_and_what_is_refused_changes_nothing(store):
    number = account(store, "规划一科", "planner")
    before = len(actions(store))
    change_role(store, SYSTEM, number, "viewer")
    disable_user(store, SYSTEM, number, NOW)
    with pytest.raises(errors.AccountDisabled):
        make_link(store, SYSTEM, number, NOW)
    enable_user(store, SYSTEM, number)
    written = [action for action, _ in actions(store)[before:]]
    assert written == ["role changed", "account disabled", "account enabled"]
    with store.read() as connection:
        assert audit.first_break(connection) is None


# links


def test_a_link_sets_the_password_once_and_signs_in(store):
    number = add_user(store, SYSTEM, "规划一科", "planner", NOW)
    secret = link_of(store, number)
    assert look_at_link(store, secret, NOW).name == "规划一科"
    session = use_link(store, secret, PASSWORD, "Chrome", NOW)
    assert who_is(store, session, NOW).actor == PLANNER
    assert sign_in(store, "规划一科", PASSWORD, "", NOW)
    for attempt in (
        lambda: use_link(store, secret, PASSWORD, "", NOW),
        lambda: look_at_link(store, secret, NOW),
    ):
        with pytest.raises(errors.LinkSpent):
            attempt()


def test_a_link_used_by_two_at_once_lets_one_in(store):
    secret = link_of(store, add_user(store, SYSTEM, "规划一科", "planner", NOW))

    def attempt(number: int) -> bool:
        try:
            use_link(store, secret, f"{PASSWORD}{number}", "", NOW)
        except errors.LinkSpent:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert [action for action, _ in actions(store)].count("link used") == 1


def test_a_link_lasts_a_day_and_a_newer_one_ends_it(store):
    number = add_user(store, SYSTEM, "规划一科", "planner", NOW)
    old, new = link_of(store, number), link_of(store, number)
    with pytest.raises(errors.LinkSpent):
        look_at_link(store, old, NOW)
    assert look_at_link(store, new, NOW + DAY - MINUTE)
    with pytest.raises(errors.LinkSpent):
        look_at_link(store, new, NOW + DAY)


def test_a_link_ends_sessions_tokens_and_lock_and_a_weak_password_does_not_use_it_up(store):
    number = account(store, "规划一科", "planner")
    who = signed_in(store, "规划一科")
    token = make_token(store, who, "每日导出", 30, NOW)
    for _ in range(5):
        with pytest.raises(errors.SignInRefused):
            sign_in(store, "规划一科", "wrong", "", NOW)
    secret = link_of(store, number)
    with pytest.raises(errors.PasswordTooShort):
        use_link(store, secret, "short", "", NOW)
    assert who_is(store, token, NOW, purpose="token")
    use_link(store, secret, PASSWORD + "!", "", NOW)
    assert who_is(store, token, NOW, purpose="token") is None
    with store.read() as connection:
        assert sessions.one(connection, who.session_id).revoked_at == NOW
    assert sign_in(store, "规划一科", PASSWORD + "!", "", NOW)


def test_a_disabled_accounts_link_is_spent(store):
    number = add_user(store, SYSTEM, "规划一科", "planner", NOW)
    secret = link_of(store, number)
    disable_user(store, SYSTEM, number, NOW)
    enable_user(store, SYSTEM, number)
    with pytest.raises(errors.LinkSpent):
        look_at_link(store, secret, NOW)


def test_secrets_serve_their_own_purpose_only(store):
    number = account(store, "规划一科", "planner")
    link = link_of(store, number)
    session = sign_in(store, "规划一科", PASSWORD, "", NOW)
    token = make_token(store, who_is(store, session, NOW), "每日导出", 1, NOW)
    assert [who_is(store, secret, NOW) is None for secret in (link, session, token)] == [True, False, True]
    assert [who_is(store, secret, NOW, purpose="token") is None for secret in (link, session, token)] == [
        True, True, False,
    ]  # fmt: skip
    for secret in (session, token):
        with pytest.raises(errors.LinkSpent):
            look_at_link(store, secret, NOW)


# a start


def test_a_start_prints_the_administrators_link_until_one_has_a_password(store):
    first, second = start(store), start(store)
    assert list(first) == list(second) == ["administrator"]
    with pytest.raises(errors.LinkSpent):
        look_at_link(store, first["administrator"], NOW)
    use_link(store, second["administrator"], PASSWORD, "", NOW)
    assert start(store) == {}
    assert role_of(store, "administrator") == "administrator"


def test_the_demonstrations_planner_gets_a_link_at_every_start_and_only_the_newest_is_good(store):
    first, second = start(store, demonstration=True), start(store, demonstration=True)
    assert set(first) == {"administrator", "planner"}
    with pytest.raises(errors.LinkSpent):
        use_link(store, first["planner"], "", "", NOW)
    session = use_link(store, second["planner"], "", "", NOW)
    assert who_is(store, session, NOW).actor == Actor("planner", "planner")
    with pytest.raises(errors.SignInRefused):
        sign_in(store, "planner", "", "", NOW)
    with pytest.raises(errors.LinkSpent):
        use_link(store, second["planner"], "", "", NOW)
    assert set(start(store, demonstration=True)) == {"administrator", "planner"}
    assert who_is(store, session, NOW)


def test_a_start_leaves_alone_what_an_administrator_changed(store):
    use_link(store, start(store, demonstration=True)["administrator"], PASSWORD, "", NOW)
    (planner,) = (found for found in list_accounts(store, SYSTEM, NOW) if found.name == "planner")
    change_role(store, SYSTEM, planner.user_id, "auditor")
    assert start(store, demonstration=True) == {}
    assert role_of(store, "planner") == "auditor"


def test_a_start_goes_on_where_another_name_reads_the_same(store):
    add_user(store, SYSTEM, "Planner", "viewer", NOW)
    assert list(start(store, demonstration=True)) == ["administrator"]


def test_the_sites_key_is_made_once_for_every_worker(store, store_url):
    other = open_store(store_url)
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda number: site_key((store, other)[number % 2]), range(4)))
    other.close()
    assert len(keys) == 1
    assert len(keys.pop()) >= 40


# sessions, tokens, passwords


def test_sessions_are_listed_and_ended_by_their_owner_and_the_administrator(store):
    account(store, "规划一科", "planner")
    account(store, "甲", "administrator")
    first, second, administrator = (signed_in(store, name) for name in ("规划一科", "规划一科", "甲"))
    assert {s.session_id for s in list_sessions(store, first, NOW)} == {first.session_id, second.session_id}
    revoke_session(store, first, second.session_id, NOW)
    assert {s.session_id for s in list_sessions(store, administrator, NOW, first.user_id)} == {first.session_id}
    revoke_session(store, administrator, first.session_id, NOW)
    assert list_sessions(store, administrator, NOW, first.user_id) == []


def test_anothers_sessions_are_not_there(store):
    account(store, "规划一科", "planner")
    account(store, "督察", "auditor")
    planner, auditor = signed_in(store, "规划一科"), signed_in(store, "督察")
    for attempt in (
        lambda: list_sessions(store, auditor, NOW, planner.user_id),
        lambda: revoke_session(store, auditor, planner.session_id, NOW),
        lambda: revoke_session(store, auditor, 999, NOW),
    ):
        with pytest.raises(errors.UnknownSession):
            attempt()
    assert len(list_sessions(store, planner, NOW)) == 1


def test_idle_and_ended_sessions_are_not_listed(store):
    account(store, "规划一科", "planner")
    signed_in(store, "规划一科")
    late = signed_in(store, "规划一科", now=NOW + 40 * MINUTE)
    assert [s.session_id for s in list_sessions(store, late, NOW + 41 * MINUTE)] == [late.session_id]


def test_a_token_lets_a_program_in_until_its_day_and_is_not_idle(store):
    account(store, "规划一科", "planner")
    token = make_token(store, signed_in(store, "规划一科"), " 每日导出 ", 2, NOW)
    assert token.startswith("gz_")
    assert who_is(store, token, NOW + 2 * DAY - MINUTE, purpose="token").actor == PLANNER
    assert who_is(store, token, NOW + 2 * DAY, purpose="token") is None


@pytest.mark.parametrize(("label", "days"), [("", 1), (" ", 1), ("x" * 121, 1), ("x", 0), ("x", 366), ("x", -1)])
def test_a_token_needs_a_label_and_an_end(store, label, days):
    account(store, "规划一科", "planner")
    with pytest.raises(errors.InvalidParameter):
        make_token(store, signed_in(store, "规划一科"), label, days, NOW)


def test_another_password_signs_the_other_browsers_out_and_not_this_one(store):
    account(store, "规划一科", "planner")
    here, there = (sign_in(store, "规划一科", PASSWORD, "", NOW) for _ in range(2))
    who = who_is(store, here, NOW)
    token = make_token(store, who, "每日导出", 1, NOW)
    change_password(store, who, PASSWORD, "别的 五个 词 在这里", NOW)
    assert [who_is(store, secret, NOW) is None for secret in (here, there)] == [False, True]
    assert who_is(store, token, NOW, purpose="token")
    assert sign_in(store, "规划一科", "别的 五个 词 在这里", "", NOW)
    with pytest.raises(errors.SignInRefused):
        sign_in(store, "规划一科", PASSWORD, "", NOW)


def test_the_old_password_is_asked_for_and_guessing_it_locks(store):
    account(store, "规划一科", "planner")
    who = signed_in(store, "规划一科")
    for _ in range(5):
        with pytest.raises(errors.SignInRefused):
            change_password(store, who, "wrong", "别的 五个 词 在这里", NOW)
    with pytest.raises(errors.SignInRefused):
        change_password(store, who, PASSWORD, "别的 五个 词 在这里", NOW)
    assert [action for action, _ in actions(store)].count("lock-out") == 1


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("a2c4e6g8i", errors.PasswordTooShort),
        ("a2c4e6g8i0", None),
        ("九个汉字的密码不行", errors.PasswordTooShort),
        ("十个各不相同汉字就行", None),
        ("x" * 190 + "abcdefghij", None),
        ("x" * 191 + "abcdefghij", errors.PasswordTooLong),
        ("PassWord123", errors.PasswordTooCommon),
        ("１２３４５６７８９０", errors.PasswordTooCommon),
        ("aaaaaaaaaabbbb", errors.PasswordTooCommon),
        ("abcdeabcdeabcde", errors.PasswordTooCommon),
        ("Station-One", errors.PasswordIsName),
        ("station-one2024!", errors.PasswordIsName),
        ("STATION-ONESTATION-ONE", errors.PasswordIsName),
        ("eno-noitats", errors.PasswordIsName),
        ("station-one by the river", None),
        ("82736450918273", None),
    ],
)
def test_what_a_password_must_be(password, refusal):
    if refusal is None:
        passwords.check_password("Station-One", password)
    else:
        with pytest.raises(refusal):
            passwords.check_password("Station-One", password)


def test_no_common_password_is_on_the_list_in_vain():
    assert all(len(word) >= passwords.SHORTEST and word == word.casefold() for word in passwords.COMMON)
