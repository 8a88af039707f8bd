"""The groups `user` and `audit` of the command line, on a store of their own."""

import json
import re

import pytest
from accounts import NOW, PASSWORD, tamper

from geo_zhengzhi import cli
from geo_zhengzhi.services.access.links import use_link
from geo_zhengzhi.services.access.signing_in import who_is
from geo_zhengzhi.store.opening import open_store
from tests.test_cli import run

pytestmark = pytest.mark.usefixtures("quick_passwords", "installation")


@pytest.fixture
def installation(store_url, monkeypatch):
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", store_url)
    monkeypatch.setenv("GEO_ZHENGZHI_PUBLIC_HOSTS", "maps.county.example")


@pytest.fixture
def shell(capsys, monkeypatch):
    return lambda *arguments: run(capsys, monkeypatch, *arguments)


def test_an_account_is_added_with_a_link_that_sets_its_password(shell, store_url):
    code, out, _ = shell("user", "add", "规划一科", "--role", "planner", "--lang", "en")
    assert code == 0
    match = re.fullmatch(r"http://maps\.county\.example/link/([\w-]{43})  \(规划一科, once, within 24 hours\)\n", out)
    store = open_store(store_url)
    assert who_is(store, use_link(store, match[1], PASSWORD, "", NOW), NOW).actor.role == "planner"
    store.close()


def test_accounts_are_listed_for_people_and_for_programs(shell):
    shell("user", "add", "规划一科", "--role", "planner")
    shell("user", "add", "督察", "--role", "auditor")
    shell("user", "disable", "规划一科")
    assert shell("user", "list")[1].splitlines() == ["督察\t审计员\t尚未设密码", "规划一科\t规划员\t已停用"]
    listed = json.loads(shell("user", "list", "--json")[1])
    assert [(found["name"], found["role"]) for found in listed] == [("督察", "auditor"), ("规划一科", "planner")]
    assert "password" not in " ".join(key for key in listed[0] if key != "has_password")


def test_an_account_gets_another_role_is_disabled_and_enabled_and_gets_a_new_link(shell):
    shell("user", "add", "规划一科", "--role", "planner")
    assert shell("user", "role", "规划一科", "importer")[0] == 0
    assert shell("user", "disable", "规划一科")[0] == 0
    code, _, err = shell("user", "link", "规划一科", "--lang", "en")
    assert (code, err.count("\n")) == (2, 1)
    assert "enable it first" in err
    assert shell("user", "enable", "规划一科")[0] == 0
    assert "/link/" in shell("user", "link", "规划一科")[1]
    assert "导入员" in shell("user", "list")[1]


def test_what_is_not_possible_is_refused_in_one_line(shell):
    shell("user", "add", "规划一科", "--role", "planner")
    for arguments, told in (
        (("user", "add", "规划一科", "--role", "viewer"), "已存在"),
        (("user", "add", "13912345678", "--role", "viewer"), "不能作为账户名"),
        (("user", "disable", "二科"), "没有账户 二科"),
        (("audit", "verify", "--head", "x"), "不是审计日志的链头"),
    ):
        code, _, err = shell(*arguments)
        assert (code, err.count("\n")) == (2, 1)
        assert told in err


def test_the_log_is_proved_against_a_head_that_was_written_down(shell, store_url):
    shell("user", "add", "规划一科", "--role", "planner")
    code, out, _ = shell("audit", "verify", "--lang", "en")
    assert (code, out.splitlines()[0]) == (0, "The audit log is whole: 2 rows.")
    head = out.splitlines()[1].removeprefix("head: ")
    shell("user", "link", "规划一科")
    assert shell("audit", "verify", "--head", head)[0] == 0
    code, out, _ = shell("audit", "verify", "--head", "9:" + head.partition(":")[2], "--lang", "en")
    assert (code, "cut off" in out) == (1, True)
    store = open_store(store_url)
    tamper(store, 2, who="别人")
    store.close()
    code, out, _ = shell("audit", "verify", "--lang", "en")
    assert (code, out.splitlines()[0]) == (1, "The audit log is broken at row 2 of 3.")


def test_the_log_is_printed_a_row_a_line(shell):
    shell("user", "add", "规划一科", "--role", "planner")
    rows = [json.loads(line) for line in shell("audit", "list", "--json")[1].splitlines()]
    assert [(row["seq"], row["action"]) for row in rows] == [(1, "account added"), (2, "link made")]
    (line,) = shell("audit", "list", "--after", "1")[1].splitlines()
    assert line.split("\t")[2:6] == ["system", "system", "link made", "account 规划一科"]


def test_every_group_has_its_commands():
    assert set(cli.commands.commands["user"].commands) == {"add", "list", "disable", "enable", "role", "link"}
    assert set(cli.commands.commands["audit"].commands) == {"verify", "list"}
