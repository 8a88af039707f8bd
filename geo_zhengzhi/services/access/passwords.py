"""Passwords: what one must be, and how it is kept (argon2id, RFC 9106's second choice)."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geo_zhengzhi.errors import PasswordIsName, PasswordTooCommon, PasswordTooLong, PasswordTooShort

SHORTEST, LONGEST = 10, 200
FEWEST_KINDS = 5  # different characters
HASHER = PasswordHasher()

# Of the lists of leaked passwords those of ten characters and more that lead them, Chinese and foreign.
COMMON = frozenset({
    "1234567890", "12345678910", "123456789a", "123456789q", "123456789abc", "123456789qq", "0123456789", "0987654321",
    "9876543210", "1122334455", "a123456789", "a1234567890", "aa123456789", "q123456789", "qq123456789", "abc123456789",
    "asd123456789", "zxc123456789", "w123456789", "abcd123456", "abcde12345", "abcdef1234", "abc1234567", "abcd1234567",
    "abcd12345678", "qwer123456", "asdf123456", "zxcv123456", "wang123456", "zhang123456", "admin123456", "admin12345",
    "adminadmin", "administrator", "root123456", "rootroot123", "test123456", "user123456", "guest123456", "qwertyuiop",
    "qwerty12345", "qwerty123456", "qwertyuiop123", "asdfghjkl123", "asdfghjkl1", "zxcvbnm123", "zxcvbnm12345",
    "1qaz2wsx3edc", "1q2w3e4r5t", "1q2w3e4r5t6y", "q1w2e3r4t5", "q1w2e3r4t5y6", "1qazxsw23edc", "qazwsxedcrfv",
    "qazwsx123456", "1qaz2wsx3edc4rfv", "qweasdzxc123", "password12", "password123", "password1234", "password12345",
    "passw0rd123", "p@ssw0rd123", "p@ssword123", "welcome123", "welcome1234", "iloveyou123", "letmein1234",
    "changeme123", "changeme1234", "football123", "sunshine123", "princess123", "woaini1314", "woaini1314520",
    "woaini520520", "woaini521521", "5201314520", "1314520520", "5211314521", "5201314woaini", "woaini123456",
    "woaini5201314", "zhongguo123", "beijing2008", "beijing123456", "gongan123456", "gonganju123",
    "police123456", "jingcha123", "jingcha123456", "paichusuo123", "jizhou123456", "tianjin123456", "zhengzhi123",
    "zhengzhi123456",
})  # fmt: skip


def check_password(name: str, password: str) -> None:
    """
    Refuse a password that an account must not have.

    Raises
    ------
    PasswordTooShort, PasswordTooLong
        If it has fewer than 10 or more than 200 characters.
    PasswordIsName
        If it holds nothing but the account's name, turned round or repeated or with figures behind it.
    PasswordTooCommon
        If it is on the list, has fewer than five different characters, or is one short piece repeated.
    """
    password = _plain(password)
    if len(password) < SHORTEST:
        raise PasswordTooShort(n=len(password), allowed=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(n=len(password), allowed=LONGEST)
    folded, own = password.casefold(), _plain(name).casefold()
    bare = folded.strip("0123456789!@#$%^&*()_+-=.?, ")
    if own and bare and not (bare.replace(own, "") and bare.replace(own[::-1], "")):
        raise PasswordIsName()
    if folded in COMMON or len(set(folded)) < FEWEST_KINDS or _repeats(folded):
        raise PasswordTooCommon()


def kept_form(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(_plain(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether a password is the kept one; as much work where nothing is kept, so that time tells nothing."""
    try:
        return HASHER.verify(kept or _nobodys(HASHER), _plain(password)[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str | None) -> bool:
    """Whether a password was kept with less work than would be done today."""
    return kept is not None and HASHER.check_needs_rehash(kept)


def _plain(password: str) -> str:
    """One form of the same characters, whatever keyboard they came from."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def _repeats(text: str) -> bool:
    """Whether a text is one piece of at most a third of its length, again and again."""
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 3 + 1))


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    """A password that nobody knows, kept with this hasher's own work."""
    return hasher.hash(secrets.token_urlsafe())
