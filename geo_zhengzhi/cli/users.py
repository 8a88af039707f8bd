"""The groups `user` and `audit`: accounts, their one-time links, and the audit log."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from geo_zhengzhi.cli.options import json_option, language_option
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.model import ROLES, SYSTEM
from geo_zhengzhi.services.access.auditing import all_records, verify
from geo_zhengzhi.services.access.links import HOURS, make_link
from geo_zhengzhi.services.access.users import (
    Account,
    account_of,
    add_user,
    change_role,
    disable_user,
    enable_user,
    list_accounts,
)
from geo_zhengzhi.services.installation import Database
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import Translate, translator

LINK_LINE = "{address}link/{secret}  ({name}, once, within {hours} hours)"
WHOLE, BROKEN = "The audit log is whole: {n} rows.", "The audit log is broken at row {seq} of {n}."
CUT_OFF = "The audit log does not hold the head {expected}: it was cut off or written anew."
HEAD_LINE = "head: {head}"


@click.group()
def user() -> None:
    """Accounts of posts and units."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the account may do.")
@language_option
def add_command(name: str, role: str, lang: str) -> None:
    """Add the account NAME and print its first one-time link."""
    with opened_store() as (settings, database):
        number = add_user(database, SYSTEM, name, role, _now())
        _print_link(settings, database, account_of(database, SYSTEM, number, _now()), translator(lang))


@user.command("list")
@json_option
@language_option
def list_command(as_json: bool, lang: str) -> None:
    """List every account with its role and state."""
    with opened_store() as (_, database):
        accounts = list_accounts(database, SYSTEM, _now())
    if as_json:
        click.echo(json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=2, default=str))
        return
    say = translator(lang)
    for account in accounts:
        click.echo("\t".join((account.name, say(account.role), say(account.state))))


@user.command("disable")
@click.argument("name")
@language_option
def disable_command(name: str, lang: str) -> None:
    """Shut the account NAME; its sessions, tokens and links end at once."""
    with opened_store() as (_, database):
        disable_user(database, SYSTEM, account_of(database, SYSTEM, name, _now()).user_id, _now())


@user.command("enable")
@click.argument("name")
@language_option
def enable_command(name: str, lang: str) -> None:
    """Open the account NAME again, from being disabled and from a lock-out."""
    with opened_store() as (_, database):
        enable_user(database, SYSTEM, account_of(database, SYSTEM, name, _now()).user_id)


@user.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@language_option
def role_command(name: str, role: str, lang: str) -> None:
    """Give the account NAME another ROLE."""
    with opened_store() as (_, database):
        change_role(database, SYSTEM, account_of(database, SYSTEM, name, _now()).user_id, role)


@user.command("link")
@click.argument("name")
@language_option
def link_command(name: str, lang: str) -> None:
    """Print a one-time link with which the account NAME sets its password."""
    with opened_store() as (settings, database):
        _print_link(settings, database, account_of(database, SYSTEM, name, _now()), translator(lang))


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@click.option("--head", metavar="NUMBER:HASH", help="Head that was written down elsewhere: is it still there?")
@language_option
def verify_command(head: str | None, lang: str) -> None:
    """Prove that no row was changed, taken out, put in or cut off; exit code 1 where one was."""
    with opened_store() as (_, database):
        found = verify(database, head)
    say = translator(lang)
    if found.first_break is None:
        click.echo(say(WHOLE).format(n=found.n))
    else:
        click.echo(say(BROKEN).format(seq=found.first_break, n=found.n))
    if not found.holds_expected:
        click.echo(say(CUT_OFF).format(expected=found.expected))
    click.echo(say(HEAD_LINE).format(head=found.head))
    sys.exit(0 if found.is_whole else 1)


@audit.command("list")
@click.option(
    "--after", type=click.IntRange(min=0), default=0, show_default=True, help="Only rows with a larger number."
)
@json_option
@language_option
def records_command(after: int, as_json: bool, lang: str) -> None:
    """Print the log, a row a line; with --json a JSON object a line, which can be checked elsewhere."""
    with opened_store() as (_, database):
        for record in all_records(database, SYSTEM, after):
            if as_json:
                click.echo(json.dumps(vars(record), ensure_ascii=False, sort_keys=True))
            else:
                fields = (record.seq, record.at, record.who, record.role, record.action, record.object, record.detail)
                click.echo("\t".join(str(field) for field in fields))


def _print_link(settings: Settings, database: Database, account: Account, say: Translate) -> None:
    """Make a link and print it, the only time it is seen."""
    secret = make_link(database, SYSTEM, account.user_id, _now())
    click.echo(say(LINK_LINE).format(address=settings.address, secret=secret, name=account.name, hours=HOURS))


def _now() -> datetime:
    return datetime.now(UTC)


COMMANDS = (user, audit)
