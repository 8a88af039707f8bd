"""What is wrong with who asks: accounts, passwords, links, permissions."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class UnfitAccountName(GeoZhengzhiError):
    """A name that an account cannot have."""

    sentence = (
        "{given} cannot name an account – allowed: the name of a post or a unit, at most {allowed} visible letters, "
        "no person's number, phone or plate – give the post's name."
    )


class AccountExists(GeoZhengzhiError):
    """A name that another account has, or one that reads the same."""

    sentence = "The account {name} is there already – allowed: one account a name – use it, or give another name."


class UnknownAccount(GeoZhengzhiError):
    """No account has this name or number."""

    sentence = "There is no account {name} – allowed: the accounts that the list shows – choose one of those."


class LastAdministrator(GeoZhengzhiError):
    """What would leave nobody to manage accounts."""

    sentence = (
        "{name} is the last administrator who can sign in – allowed: at least one – let another account become "
        "administrator first."
    )


class OwnAccount(GeoZhengzhiError):
    """An administrator changes the own role, or shuts the own account."""

    sentence = (
        "{name} is your own account – allowed: role and lock of other accounts – ask another administrator to do it."
    )


class AccountDisabled(GeoZhengzhiError):
    """A disabled account is to be let in."""

    sentence = "The account {name} is disabled – allowed: accounts that are not – enable it first."


class PasswordTooShort(GeoZhengzhiError):
    """A password of too few characters."""

    sentence = "This password has {n} characters – allowed: at least {allowed} – take a longer one, several words say."


class PasswordTooLong(GeoZhengzhiError):
    """A password of too many characters."""

    sentence = "This password has {n} characters – allowed: at most {allowed} – take a shorter one."


class PasswordTooCommon(GeoZhengzhiError):
    """A password that everybody tries first."""

    sentence = (
        "This password is one that is tried first – allowed: no common word, row of keys or repetition – take several "
        "words that have nothing to do with each other."
    )


class PasswordIsName(GeoZhengzhiError):
    """A password made of the account's name."""

    sentence = "This password is made of the account's name – allowed: anything else – take another one."


class SignInRefused(GeoZhengzhiError):
    """Name and password do not let in; one sentence for every reason, so that it tells a stranger nothing."""

    sentence = (
        "This name and password do not let you in – allowed: an account's own, and after {failures} failures only when "
        "{minutes} minutes or more have passed – try again then, or ask an administrator for a one-time link."
    )


class NotSignedIn(GeoZhengzhiError):
    """Nobody is signed in, or no longer."""

    sentence = "You are not signed in, or no longer – allowed: signed-in accounts – sign in."


class NotAllowed(GeoZhengzhiError):
    """The role does not permit it."""

    sentence = (
        "The role {role} does not permit this – allowed: what the menu shows – ask an administrator for another role "
        "if your post needs it."
    )


class LinkSpent(GeoZhengzhiError):
    """A one-time link that was used, replaced, or is too old."""

    sentence = (
        "This link can no longer be used – allowed: once, within {hours} hours, and only the latest – ask an "
        "administrator for a new one, or start the site again where it prints one."
    )


class UnknownSession(GeoZhengzhiError):
    """A session or token that is not there, has ended, or is another account's."""

    sentence = "There is no such session or token – allowed: those that the list shows – load the page again."


class TokenByToken(GeoZhengzhiError):
    """A token that would make another, which would outlive its being revoked."""

    sentence = "A token makes no tokens – allowed: a browser's session – sign in on the site and make it there."


class TokensTooOften(GeoZhengzhiError):
    """An address that brings one token after the other that lets nobody in."""

    sentence = (
        "Too many tokens from your address let nobody in – allowed: {allowed} a minute, and any number that let "
        "somebody in – wait {seconds} s, and look at the token that your program sends."
    )


class BadHead(GeoZhengzhiError):
    """The head of an audit log that is none."""

    sentence = (
        "{given} is not the head of an audit log – allowed: NUMBER:HASH, the hash of 64 digits – copy it from where it "
        "was written down."
    )
