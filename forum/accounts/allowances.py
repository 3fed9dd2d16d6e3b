"""How much of each thing an account may do in an hour and in a day, by its level: one table.

Generous for people and tight for scripts: all of an hour's may come at once, and is free again as the hour
goes on. Moderators have no limits, and FORUM_LIMITS makes all of them wider or narrower. What floods the
forum within minutes is screened by moderation/repeats.py beside that.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.accounts import rates
from forum.accounts.rates import Limit
from forum.accounts.tables import Actor, Level
from forum.config import settings
from forum.errors import TooMany
from forum.languages.words import N_, _

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Act(StrEnum):
    """What is limited."""

    POST = "post"
    COMMENT = "comment"
    LINK = "link"
    EDIT = "edit"
    VOTE = "vote"
    FLAG = "flag"
    ASK_SOURCE = "ask_source"
    VERIFY = "verify"
    PROPOSE = "propose"
    READ = "read"
    UPLOAD = "upload"


class Allowed(NamedTuple):
    """So many in an hour, and in a day."""

    hour: int
    day: int


#: In order of the levels: newcomer, member, trusted.
TABLE: Mapping[Act, tuple[Allowed, Allowed, Allowed]] = {
    Act.POST: (Allowed(5, 20), Allowed(30, 100), Allowed(100, 300)),
    Act.COMMENT: (Allowed(10, 40), Allowed(60, 200), Allowed(150, 500)),
    Act.LINK: (Allowed(6, 20), Allowed(40, 150), Allowed(200, 1000)),
    Act.EDIT: (Allowed(10, 40), Allowed(60, 200), Allowed(200, 600)),
    Act.VOTE: (Allowed(30, 100), Allowed(120, 400), Allowed(300, 1000)),
    Act.FLAG: (Allowed(5, 15), Allowed(20, 60), Allowed(60, 200)),
    Act.ASK_SOURCE: (Allowed(5, 15), Allowed(20, 60), Allowed(60, 200)),
    Act.VERIFY: (Allowed(5, 15), Allowed(30, 100), Allowed(100, 300)),
    Act.PROPOSE: (Allowed(5, 15), Allowed(20, 60), Allowed(60, 200)),
    Act.READ: (Allowed(60, 300), Allowed(120, 600), Allowed(120, 600)),
    Act.UPLOAD: (Allowed(6, 20), Allowed(40, 120), Allowed(100, 300)),
}
#: One of each, and many.
NAMES: Mapping[Act, tuple[str, str]] = {
    Act.POST: (N_("question, answer or reply"), N_("questions, answers and replies")),
    Act.COMMENT: (N_("comment"), N_("comments")),
    Act.LINK: (N_("link to another place"), N_("links to other places (cited sources do not count)")),
    Act.EDIT: (N_("edit"), N_("edits")),
    Act.VOTE: (N_("vote"), N_("votes")),
    Act.FLAG: (N_("flag"), N_("flags")),
    Act.ASK_SOURCE: (N_("request for a source"), N_("requests for sources")),
    Act.VERIFY: (N_("checked source"), N_("checked sources")),
    Act.PROPOSE: (N_("proposed correction"), N_("proposed corrections")),
    Act.READ: (N_("thread that counts as read"), N_("threads that count as read")),
    Act.UPLOAD: (N_("image"), N_("images")),
}
_PEOPLE = {
    Level.NEWCOMER: N_("newcomers"),
    Level.MEMBER: N_("members"),
    Level.TRUSTED: N_("trusted members"),
}


def of(act: Act, level: Level) -> Allowed:
    """What an account of this level may do."""
    return TABLE[act][tuple(Level).index(level)]


def spend(db: Session, actor: Actor, act: Act, cost: int = 1) -> None:
    """The actor has done this, `cost` times. TooMany, which says when to come back, if that is too often."""
    if actor.is_moderator or not cost:
        return
    allowed = of(act, actor.level)
    for place, (per, span) in enumerate(((HOUR, N_("an hour")), (DAY, N_("a day")))):
        # The level is in the name: who rises begins anew with more.
        limit = Limit(f"{act}-{actor.level}-{span}", allowed[place], per)
        if wait := rates.spend(db, limit, str(actor.id), cost):
            raise TooMany(_sentence(act, actor.level, place, span), wait)


def scaled(allowed: Allowed) -> Allowed | None:
    """The numbers as they hold in this forum; None: it has no limits."""
    factor = settings().limits
    return Allowed(*(max(1, round(number * factor)) for number in allowed)) if factor else None


def _sentence(act: Act, level: Level, place: int, span: str) -> str:
    number = (scaled(of(act, level)) or of(act, level))[place]
    one, many = NAMES[act]
    sentence = _("For {people} there is room for {number} {what} in {span}, and you have used it.")
    what = _(one) if number == 1 else _(many)
    return sentence.format(people=_(_PEOPLE[level]), number=number, what=what, span=_(span))
