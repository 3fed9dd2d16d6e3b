"""Where to go from an error: the next step that helps, for each kind of trouble."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote, urlencode

from forum.errors import FactorRequired, ForumError, Restrained, SignInRequired
from forum.languages.words import _
from forum.web.headers import SECRET
from forum.web.visit import Visit


class Way(NamedTuple):
    """One link: to a path of ours, and what it says."""

    href: str
    label: str


#: Acts without a page of their own, by the page on which they are offered.
_OFFERED_ON = re.compile(
    r"(/p/\d+)/(?:vote|accept|restore|bookmark|undo)|(/t/\d+)/(?:follow|read)|(/inbox)/(?:un)?read"
    r"|(/account/messages)/try-again|(/account/searches)/\d+|(/account/pushes)/\d+/remove"
    r"|(/moderation/items/\d+)/\w+|(/account/decisions/\d+)/appeal|(/images)/\d+/delete"
)
#: Where somebody who is sent away for a while wants to come back to.
DOORS = ("/sign-in", "/sign-up", "/recover")
#: Words in addresses that say only what kind of page it is.
_KINDS = frozenset(
    {"account", "admin", "answer", "edit", "feeds", "help", "html", "index", "moderation", "people", "php"}
    | {"references", "revisions", "search", "static", "tags"}
)
_WORD = re.compile(r"[^\W\d_]{2,30}")
MOST_WORDS = 8


def ways(visit: Visit, error: ForumError) -> Sequence[Way]:
    """What to offer, the most useful first; never nothing."""
    if isinstance(error, SignInRequired):
        return [Way(sign_in(visit), _("Sign in")), Way("/sign-up", _("Join"))]
    if isinstance(error, FactorRequired):
        return [Way("/account/factors", _("Set up a second step")), _latest()]
    if isinstance(error, Restrained):
        return [Way("/account/standing", _("Your standing")), _latest()]
    return [*_first(visit, error), _latest()]


def _latest() -> Way:
    return Way("/", _("Go to the latest threads"))


def sign_in(visit: Visit) -> str:
    """The sign-in page that leads back to where the act is offered."""
    return f"/sign-in?next={quote(offered_on(visit.here), safe='/')}"


def offered_on(path: str) -> str:
    """The page on which somebody can go on after signing in."""
    if path in ("/preview", "/sign-out", "/drafts", "/drafts/discard", "/drafts/take-back"):
        return "/"
    found = _OFFERED_ON.fullmatch(path)
    return next(filter(None, found.groups())) if found else path


def words_in(path: str) -> str:
    """What a page at this address would be about, for a search; "" if nothing in it are words.

    Of an address that may hold a secret nothing is taken.
    """
    if path.startswith(SECRET):
        return ""
    found = (word for word in _WORD.findall(unquote(path)) if word.lower() not in _KINDS)
    return " ".join(list(found)[:MOST_WORDS])


def _first(visit: Visit, error: ForumError) -> Sequence[Way]:
    """What helps with this error on this page; often nothing does."""
    is_read, home = visit.method in ("GET", "HEAD"), offered_on(visit.here)
    offers = (
        (error.status == 403 and visit.actor is not None, Way("/account/trust", _("What you can do here"))),
        ("GET" in getattr(error, "allowed", ""), Way(visit.here, _("Open the page at this address"))),
        (error.status in (405, 409) and home != visit.here, Way(home, _("See how it is now"))),
        (error.status == 422 and visit.here == "/search", Way("/search", _("Search for something else"))),
        (error.status == 429 and visit.here in DOORS, Way(visit.here, _("Try again later"))),
        (error.status in (500, 503) and is_read, Way(_again(visit), _("Try again"))),
    )
    return [way for helps, way in offers if helps][:1]


def _again(visit: Visit) -> str:
    return f"{visit.here}?{urlencode(visit.query)}" if visit.query else visit.here
