"""How often what may be done: the one table of limits by address, by account and by whom a form names.

Who knocks at a door (signing in, mails that anybody can have sent) is counted by the address they come from
and by whom they name; members are counted by their account. A limit is spent in a transaction of its own
before the page's handler runs, and not given back when that fails; a request that is refused spends nothing.

Only acts are here. A GET writes nothing, so what it costs is bounded elsewhere: by the cache of finished
pages, the few threads for what is slow, and the deadlines of searches. Reading is unlimited.

A stranger must not be able to lock an owner out. So guesses at one account are counted strictly together
with the address they come from (10 in 15 minutes), and loosely from everywhere (100 a day: at that pace
the weakest password that we take holds for years). Somebody who spends even that from many addresses stops
only passwords: passkeys, providers and recovery by mail have counts of their own. Nor can a stranger stop
those mails: what uses the limit up are mails to the owner, whose newest link is good.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from forum.accounts import addresses, names, rates, steps
from forum.accounts.rates import Limit
from forum.config import settings
from forum.errors import TooMany
from forum.languages.words import N_, _
from forum.web.visit import Visit

#: Whose budget a request spends; None: nobody's.
By = Callable[[Visit], str | None]
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)


class Rule(NamedTuple):
    """So many in so long for each of what `by` answers."""

    limit: Limit
    by: By


class Limits(NamedTuple):
    """What one route costs. `words` say what was done too often."""

    words: str
    rules: tuple[Rule, ...]
    #: Whether passwords are hashed or mails are sent for anybody who asks: these wait in a line of their own.
    at_door: bool = False

    def spend(self, visit: Visit) -> None:
        """One more is counted; TooMany if that is one too many, and then nothing is."""
        if not self.rules or not settings().limits:
            return
        counted = [(rule.limit, who) for rule in self.rules if (who := rule.by(visit)) is not None]
        with visit.site.database.writing() as db:
            for limit, who in counted:
                wait = rates.spend(db, limit, who)
                if wait:
                    raise TooMany(_(self.words), wait)


NO_LIMITS = Limits("", ())


def address(visit: Visit) -> str | None:
    return visit.address


def account(visit: Visit) -> str | None:
    """Who is signed in."""
    return str(visit.actor.id) if visit.actor is not None else None


def named(visit: Visit) -> str | None:
    """Whom the form names, by name or mail address, whether there is such an account or not."""
    typed = visit.form.get("name", "")
    return addresses.key(typed) if "@" in typed else names.key(typed)


def named_from_here(visit: Visit) -> str | None:
    return f"{visit.address} {named(visit)}"


def mailed(visit: Visit) -> str | None:
    """The mailbox of the address in the form; nobody is mailed without one."""
    typed = visit.form.get("email", "").strip()
    return addresses.mailbox(typed) if typed else None


def on_the_way(visit: Visit) -> str | None:
    """Whose password was right a moment ago."""
    found = steps.read(visit.db, steps.Kind.FACTOR, visit.step) if visit.step else None
    return str(found.account_id) if found is not None else visit.address


def _each(name: str, *figures: tuple[By, int, timedelta]) -> Iterator[Rule]:
    for by, most, per in figures:
        yield Rule(Limit(f"{name} by {by.__name__} in {per.total_seconds():.0f}", most, per), by)


def _door(name: str, words: str, *figures: tuple[By, int, timedelta]) -> Limits:
    return Limits(words, tuple(_each(name, *figures)), at_door=True)


def _act(name: str, words: str, *figures: tuple[By, int, timedelta]) -> Limits:
    return Limits(words, tuple(_each(name, *figures)))


_MANY = N_("Those were many attempts.")
_SIGN_IN = N_("Those were many attempts to sign in.")
_PROOF = N_("Those were many attempts to show who you are.")
_MAILS = N_("We have sent several mails already. Please look into the folder for spam too.")
#: One budget for all ways to sign up that send a mail.
_SIGN_UP = _door("sign up", _MAILS, (mailed, 3, HOUR), (mailed, 10, DAY), (address, 20, HOUR))

#: The strictest of a route first.
TABLE: Mapping[tuple[str, str], Limits] = {
    ("POST", "/sign-in"): _door(
        "sign in", _SIGN_IN, (named_from_here, 10, QUARTER), (address, 30, QUARTER), (named, 100, DAY)
    ),
    ("POST", "/sign-up"): _SIGN_UP,
    ("POST", "/sign-up/passkey"): _SIGN_UP,
    ("POST", "/sign-up/passkey/options"): _act("sign up options", _MANY, (address, 60, HOUR)),
    ("POST", "/sign-up/provider"): _act("sign up by provider", _MANY, (address, 20, HOUR)),
    ("POST", "/sign-in/passkey"): _act("sign in by passkey", _SIGN_IN, (address, 30, QUARTER)),
    # Asked for whenever the page is opened, by browsers that offer passkeys by themselves.
    ("POST", "/sign-in/passkey/options"): _act("sign in options", _SIGN_IN, (address, 150, QUARTER)),
    ("POST", "/sign-in/provider"): _act("to provider", _SIGN_IN, (address, 30, QUARTER)),
    ("POST", "/sign-in/provider/back"): _act("from provider", _SIGN_IN, (address, 30, QUARTER)),
    ("POST", "/account/passkeys/options"): _act("passkey options", _PROOF, (account, 60, HOUR)),
    ("POST", "/account/passkeys"): _act("passkeys", _PROOF, (account, 30, HOUR)),
    ("POST", "/account/provider"): _act("own provider", _PROOF, (account, 30, HOUR)),
    ("POST", "/account/invitations"): _act(
        "invite", N_("You have made many invitations."), (account, 60, DAY)
    ),
    ("POST", "/account/email"): _act(
        "change of address", _MAILS, (mailed, 3, HOUR), (mailed, 10, DAY), (account, 6, HOUR)
    ),
    ("POST", "/admin/mail"): _act("test mail", _MAILS, (account, 10, HOUR)),
    ("POST", "/sign-in/code"): _door(
        "code", _SIGN_IN, (on_the_way, 5, QUARTER), (address, 30, QUARTER), (on_the_way, 40, DAY)
    ),
    ("POST", "/recover"): _door("recover", _MAILS, (mailed, 3, HOUR), (mailed, 10, DAY), (address, 20, HOUR)),
    ("POST", "/confirm/{token}"): _door("confirm", _MANY, (address, 20, QUARTER)),
    ("POST", "/begin/{token}"): _door("begin", _MANY, (address, 20, QUARTER)),
    ("POST", "/recover/{token}"): _door("choose", _MANY, (address, 20, QUARTER)),
    ("POST", "/account/prove"): _door("prove", _PROOF, (account, 10, QUARTER), (account, 40, DAY)),
    ("POST", "/account/password"): _door("password", _PROOF, (account, 10, QUARTER), (account, 40, DAY)),
    ("POST", "/account/codes"): _door("codes", _PROOF, (account, 10, QUARTER)),
    ("POST", "/setup"): _door("set up", _MANY, (address, 20, QUARTER)),
    ("POST", "/report"): _act("report", N_("You have sent many reports."), (address, 20, HOUR)),
    ("POST", "/preview"): _act("preview", N_("You have asked for many previews."), (account, 300, QUARTER)),
    # Once in three seconds while somebody types, from two windows, and whenever one is left.
    ("POST", "/drafts"): _act("draft", N_("Your drafts were saved very often."), (account, 800, QUARTER)),
    ("POST", "/images"): _act("upload", N_("You have sent many images."), (account, 60, QUARTER)),
    ("POST", "/cite"): _act("cite", N_("You have pasted many references."), (account, 60, QUARTER)),
    ("POST", "/cite/look"): _act("look", N_("You have looked for many references."), (account, 300, QUARTER)),
}


def of(method: str, path: str) -> Limits:
    """What this route costs; most cost nothing."""
    return TABLE.get((method, path), NO_LIMITS)
