"""What a route is asked about: threads, posts and what hangs on them, in each of their states."""

from enum import StrEnum
from typing import NamedTuple

from makers import make_account, make_answer, make_letter, make_thread, opening
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import effects, flagging, posting, requesting, reviewing, tending
from forum.clock import now
from forum.discussion import citations, posts
from forum.discussion.tables import Post, PostState, SourceRequest, Tag, Thread, ThreadMove
from forum.inbox import messages, searches
from forum.inbox.channel_tables import PushSubscription
from forum.moderation import flags, subjects
from forum.policy import Permit
from forum.references.tables import Reference
from forum.web.figures import SECTIONS
from forum.web.routing import Way

#: The tag of every target; and one that none has.
TAG, OTHER_TAG = "evidence", "sleep"
CITING = "Here is what I know. About [@doi:10.5555/routes]."
NONE = 2**31 - 1


class State(StrEnum):
    """Of a post or its thread."""

    SHOWN = "shown"
    REMOVED = "removed"
    CLOSED = "closed"
    LOCKED = "locked"


class Target(NamedTuple):
    """What a route is asked about: another one after every act that was not refused."""

    thread_id: int
    slug: str
    post_id: int
    item_id: int
    reference_id: int
    name: str
    reference_slug: str
    #: Somebody else than all who ask.
    account_id: int
    #: A message to the author; a flag, a search and a browser of the author's; a decision about the author.
    message_id: int
    flag_id: int
    search_id: int
    subscription_id: int
    decision_id: int = NONE
    request_id: int = NONE
    #: What a moderator did last with the thread.
    move_id: int = NONE
    #: There are none of these, and the token leads to nothing: what is asked about them is not found.
    merge_id: int = NONE
    case_id: int = NONE
    passkey_id: int = NONE
    image_id: int = NONE
    token: str = "x" * 43
    extension: str = "txt"
    table: str = next(iter(SECTIONS))
    form: str = "atom"
    kind: str = "threads"
    number: int = 1

    def path(self, way: Way) -> str:
        path = way.path.replace(":int", "")
        values = self._asdict()
        if path.startswith(("/tags/", "/feeds/tags/")):
            values["name"] = TAG
        if path.startswith("/transparency"):
            values["extension"] = "csv"
        if path.startswith("/references/"):
            values["slug"] = self.reference_slug
        return path.format(**values)


class Sort(NamedTuple):
    """What a target depends on: targets of one sort can be asked about in place of each other."""

    state: State
    #: Of the answer, not of its thread.
    about_answer: bool
    withdrawn: bool
    decided: bool
    wanted: bool
    unnamed: bool


def sort_of(way: Way, state: State) -> Sort:
    about_answer = "{post_id" in way.path or "{item_id" in way.path
    decided, wanted = "{decision_id" in way.path, "{request_id" in way.path
    return Sort(
        state, about_answer, way.permit == Permit.RESTORE, decided, wanted, way.permit == Permit.REVEAL
    )


def is_about_one(way: Way) -> bool:
    """Whether an act changes a target, which is no longer what it was then."""
    rows = (
        "thread", "post", "item", "flag", "message", "search", "subscription",
        "decision", "request", "account",
    )  # fmt: skip
    return any(f"{{{row}_id" in way.path for row in rows)


def make(db: Session, author: Actor, sort: Sort) -> Target:
    """A thread of the author's with an answer of the author's, flagged."""
    thread = make_thread(db, author, text="About [@doi:10.5555/routes].", tags=TAG)
    answer = make_answer(db, thread, author, CITING)
    other = make_account(db)
    item = flagging.flag(db, other, answer.id, "rude", "")
    message = messages.send(
        db, author.id, "case", make_letter("About a case", "Words."), "", author_id=other.id
    )
    flagging.flag(db, author, subjects.account(other.id), "rude", "")
    own_flag = flags.open_flag(db, subjects.account(other.id), author.id)
    assert own_flag is not None
    search_id = searches.save(db, author.id, "Placebo", "placebo").id
    decision_id = _decided(db, author, thread) if sort.decided else NONE
    request_id = _wanted(db, other, answer) if sort.wanted else NONE
    (reference_id,) = citations.of_posts(db, [answer.id])
    asked_about = _unnamed(db, author) if sort.unnamed else answer
    _bring(db, thread, asked_about, sort)
    move_id = db.scalar(select(func.max(ThreadMove.id)).where(ThreadMove.thread_id == thread.id))
    slug = db.get_one(Reference, reference_id).slug
    return Target(
        thread.id, thread.slug, asked_about.id, item.id, reference_id, author.name, slug,
        other.id, message.id, own_flag.id, search_id, _browser(db, author, thread), decision_id, request_id,
        move_id or NONE,
    )  # fmt: skip


def _browser(db: Session, author: Actor, thread: Thread) -> int:
    """A browser in which the author is told of messages."""
    endpoint = f"https://push.example.org/{thread.id}"
    made = PushSubscription(account_id=author.id, endpoint=endpoint, p256dh="", auth="", created_at=now())
    db.add(made)
    db.flush()
    return made.id


def _decided(db: Session, author: Actor, thread: Thread) -> int:
    """A decision about another answer of the author."""
    other = flagging.flag(db, make_account(db), make_answer(db, thread, author).id, "rude", "")
    moderator = make_account(db, role=Role.MODERATOR)
    return reviewing.decide(db, moderator, other.id, "hide", "respect", "Rude.", other.version).id


def _wanted(db: Session, reader: Actor, answer: Post) -> int:
    """A request for a source that the answer lacks."""
    requesting.ask(db, reader, answer.id, "Here is what I know.")
    return db.scalars(select(SourceRequest.id).where(SourceRequest.post_id == answer.id)).one()


def _unnamed(db: Session, author: Actor) -> Post:
    """A question of the author's without a name."""
    db.query(Tag).filter_by(name=TAG).one().allows_anonymous = True
    title = "Something that is hard to ask about"
    return posting.ask(
        db, author, "question", title, TAG, "What helps?", key="", held_posts=0, anonymous=True
    )


def _bring(db: Session, thread: Thread, asked_about: Post, sort: Sort) -> None:
    """The answer, or what its thread begins with, is in this state."""
    if sort.state is State.REMOVED:
        removed = asked_about if sort.about_answer else opening(db, thread)
        effects.publish(db, removed.thread_id, posts.move(db, removed, PostState.REMOVED, None))
    elif sort.withdrawn:
        effects.publish(db, thread.id, posts.move(db, asked_about, PostState.WITHDRAWN, None))
    if sort.state in (State.CLOSED, State.LOCKED):
        act = tending.close if sort.state is State.CLOSED else tending.lock
        act(db, make_account(db, role=Role.MODERATOR), asked_about.thread_id, "It is going in circles.")
