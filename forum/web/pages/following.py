"""How much one wants to hear of something: the menu on its page, and the page of all that one follows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from forum.accounts.tables import Actor
from forum.actions import following
from forum.errors import NotFound, SignInRequired
from forum.inbox import chosen as choices
from forum.inbox.following import Kind, Level
from forum.languages.words import N_
from forum.web import forms
from forum.web.endpoint import Visit

#: Of each kind on the page of all, and on the page of one kind.
FEW, PAGE = 10, 50

#: Said once, and not kept in an address that one comes back to.
PASSING = ("told", "undo", "was")


class Choice(NamedTuple):
    """A level as a menu offers it, with what will happen; `value` is "none" for no level."""

    value: str
    name: str
    about: str


def _choices(watch: str, follow: str, mute: str, none: str) -> tuple[Choice, ...]:
    offered = (
        Choice(Level.WATCH, N_("Watch"), watch),
        Choice(Level.FOLLOW, N_("Follow"), follow),
        Choice(Level.MUTE, N_("Mute"), mute),
        Choice("none", N_("Not at all"), none),
    )
    return tuple(choice for choice in offered if choice.about)


CHOICES: Mapping[Kind, Sequence[Choice]] = {
    Kind.THREAD: _choices(
        N_("You are told of every new answer and comment."),
        N_("You are told of new answers."),
        N_("You are told of nothing here, and do not find it under “For me”."),
        N_("You are told only of what is said to you."),
    ),
    Kind.TAG: _choices(
        N_("You are told of every new question and discussion with this tag."),
        N_("You find what carries it under “For me”."),
        N_("You do not find what carries it under “For me”."),
        N_("It is a tag like any other."),
    ),
    Kind.PERSON: _choices(
        N_("You are told of every question and answer that they write under their name."),
        N_("You find what they ask under “For me”."),
        N_("You are told of nothing that they write. You can still read it; they do not learn of it."),
        N_("They are a member like any other."),
    ),
    Kind.REFERENCE: _choices(
        N_("You are told of retractions and doubts, and of every new post that cites it."),
        N_("You are told when it is retracted, or seriously doubted."),
        "",
        N_("You are told only if you cite it yourself."),
    ),
    Kind.SEARCH: _choices(
        N_("You are told of new threads that it finds."),
        "",
        "",
        N_("It is kept for you to search again."),
    ),
}
_TOLD: Mapping[Kind, str] = {
    Kind.THREAD: "thread-",
    Kind.TAG: "tag-",
    Kind.PERSON: "person-",
    Kind.REFERENCE: "",
    Kind.SEARCH: "search-",
}


#: The kinds as the page has them, and what they are called there.
ORDER = (Kind.THREAD, Kind.TAG, Kind.PERSON, Kind.REFERENCE, Kind.SEARCH)
HEADINGS: Mapping[Kind, str] = {
    Kind.THREAD: N_("Threads"),
    Kind.TAG: N_("Tags"),
    Kind.PERSON: N_("People"),
    Kind.REFERENCE: N_("Sources"),
    Kind.SEARCH: N_("Searches"),
}


def chosen(visit: Visit) -> Level | None:
    """The level that the form asks for."""
    value = visit.form.get("level", "")
    return Level(value) if value in tuple(Level) else None


def back(visit: Visit, path: str, kind: Kind, level: Level | None) -> Response:
    """To the page that the menu was on, or else to `path`; it says what holds now."""
    told = {Level.FOLLOW: f"{_TOLD[kind]}followed", None: f"{_TOLD[kind]}unfollowed"}
    where = visit.next_path() if "next" in visit.form else path
    return visit.redirect(where, told.get(level, f"level-{level}"))


def place(visit: Visit) -> str:
    """The address of this page, to come back to."""
    kept = {name: value for name, value in visit.query.items() if name not in PASSING}
    return visit.here + (f"?{urlencode(kept)}" if kept else "")


class Menu(NamedTuple):
    """What a menu of levels shows, and where the browser comes back to."""

    kind: Kind
    level: Level | None
    choices: Sequence[Choice]
    back: str


def menu(visit: Visit, kind: Kind, level: Level | None) -> Menu:
    """The menu of levels on this page."""
    return Menu(kind, level, CHOICES[kind], place(visit))


def listing(visit: Visit) -> Response:
    """All that one follows, watches and mutes, a few of each kind; `kind` has all of one."""
    actor, after, asked = _reader(visit), visit.query.get("after", ""), visit.query.get("kind", "")
    only = Kind(asked) if asked in tuple(Kind) else None
    limit = PAGE if only else FEW
    groups = [
        (kind, choices.listing(visit.db, actor.id, kind, after if only else "", limit))
        for kind in ([only] if only else ORDER)
    ]
    offered = [[(each, menu(visit, kind, each.level)) for each in page.items] for kind, page in groups]
    return visit.page(
        "following/listing.html",
        groups=list(zip(groups, offered, strict=True)),
        headings=HEADINGS,
        only=only,
        after=after,
        was=_was(visit),
    )


def keep(visit: Visit) -> Response:
    """The member hears so much of what the form names from now on."""
    kind, target_id = visit.form.get("kind", ""), forms.number(visit.form.get("id", ""))
    if kind not in tuple(Kind):
        raise NotFound
    before = visit.form.get("was", "")
    level = chosen(visit)
    visit.act(following.choose, Kind(kind), target_id, level)
    told = f"level-{level or 'none'}"
    undo = (
        urlencode({"was": f"{kind}.{target_id}.{before}"})
        if before in tuple(Level) and before != level
        else ""
    )
    path = visit.next_path() if "next" in visit.form else "/account/following"
    return visit.redirect(f"{path}{'&' if '?' in path else '?'}{undo}" if undo else path, told)


def _was(visit: Visit) -> Mapping[str, str] | None:
    """What the form that undoes the last choice holds."""
    kind, _, rest = visit.query.get("was", "").partition(".")
    target_id, _, level = rest.partition(".")
    is_whole = kind in tuple(Kind) and forms.number(target_id) and level in tuple(Level)
    return {"kind": kind, "id": target_id, "level": level} if is_whole else None


def _reader(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
