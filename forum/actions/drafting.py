"""Keeping what somebody is writing, until it is posted or thrown away."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.discussion import drafts, wording
from forum.discussion.tables import Post, PostKind, Thread
from forum.errors import Conflict, Invalid, NotFound
from forum.languages.formats import number
from forum.languages.words import N_, _
from forum.markup import LIMIT
from forum.policy import Permit

#: The fields that are kept, with the most characters of each; `as` and `asked_as` are about the name.
FIELDS: Mapping[str, int] = {
    "kind": 20,
    "title": 2 * wording.TITLE[1],
    "tags": 200,
    "text": LIMIT,
    "why": wording.WHY,
    "as": 20,
    "asked_as": 20,
    "revision": 20,
}
#: Without any of these there is nothing to keep.
_WORDS = ("title", "tags", "text", "why")
#: The longest name of a window.
_WINDOW = 40


class Elsewhere(Conflict):
    """The form is being written in another window too, and what that one saved is not overwritten."""

    code = "draft_elsewhere"
    title = N_("You are writing this in another window too")
    words = N_(
        "Your draft holds what the other window saved. Nothing here is lost while this window is open."
    )

    def __init__(self, saved_at: datetime) -> None:
        """`saved_at`: when the other window saved."""
        super().__init__()
        self.saved_at = saved_at


def save(
    db: Session,
    actor: Actor,
    place: str,
    typed: Mapping[str, str],
    *,
    window: str = "",
    began: str | None = None,
    over: bool = False,
) -> str:
    """The draft of this form says what was typed; there is none any more if that is nothing.

    `began` is the ISO moment of the draft that this window had before it ("" for none; None: whichever there
    is): Elsewhere if another window has saved since, unless this one is to go `over` it; then words of the
    other that would be lost are put aside. Answers the moment of the draft, "" for none. NotFound for a form
    that is none, Invalid for more characters than a form takes.
    """
    policy.require(Permit.DRAFT, actor)
    fields = _checked(place, typed)
    before = drafts.find(db, actor.id, place)
    if before and began is not None and _is_anothers(before, window, began):
        if not over:
            raise Elsewhere(before.saved_at)
        if _loses(before.fields, fields):
            drafts.put_aside(db, actor.id, place)
    if _says_something(fields) and not _is_as_posted(db, actor, place, fields):
        return drafts.put(db, actor.id, place, fields, window[:_WINDOW]).saved_at.isoformat()
    drafts.end(db, actor.id, place)
    return ""


def discard(db: Session, actor: Actor, place: str) -> None:
    """The form is empty again, or says what the post says that it edits; the draft is put aside.

    What was put aside before is gone for good if `place` is where that is.
    """
    policy.require(Permit.DRAFT, actor)
    if drafts.is_place(place):
        drafts.put_aside(db, actor.id, place)
    else:
        drafts.end(db, actor.id, place)


def take_back(db: Session, actor: Actor, place: str) -> None:
    """What was put aside is the draft of this form again. NotFound if there is nothing."""
    policy.require(Permit.DRAFT, actor)
    if not drafts.is_place(place) or not drafts.take_back(db, actor.id, place):
        raise NotFound


def _is_anothers(before: drafts.Kept, window: str, began: str) -> bool:
    """Whether another window saved this, after the one that asks had read it."""
    is_own = bool(window) and window[:_WINDOW] == before.window
    return not is_own and before.saved_at.isoformat() != began


def _loses(before: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    """Whether the draft has words that are not in what was typed."""
    return any(before.get(name, "").strip() not in fields.get(name, "") for name in ("title", "text"))


def _checked(place: str, typed: Mapping[str, str]) -> Mapping[str, str]:
    if not drafts.is_place(place):
        raise NotFound
    fields = {name: typed[name] for name in FIELDS if name in typed}
    if "text" in fields:
        fields["text"] = wording.without_sending(fields["text"])
    long = {name: _too_long(name, value) for name, value in fields.items() if len(value) > FIELDS[name]}
    if long:
        raise Invalid(long)
    return fields


def _too_long(name: str, value: str) -> str:
    words = _("At most {most} characters can be kept, please; this has {count}.")
    return words.format(most=number(FIELDS[name]), count=number(len(value)))


def _says_something(fields: Mapping[str, str]) -> bool:
    return any(fields.get(name, "").strip() for name in _WORDS)


def _is_as_posted(db: Session, actor: Actor, place: str, fields: Mapping[str, str]) -> bool:
    """Whether this is a form for an own post in which nothing is changed."""
    kind, post_id = drafts.parts(place)
    post = db.get(Post, post_id) if kind == "edit" else None
    if post is None or not policy.is_own(db, actor, post) or fields.get("why", "").strip():
        return False
    thread = db.get_one(Thread, post.thread_id)
    now = {"text": post.text}
    if post.kind == PostKind.OPENING:
        now |= {"title": thread.title, "tags": thread.tag_names}
    return all(fields.get(name, words) == words for name, words in now.items())
