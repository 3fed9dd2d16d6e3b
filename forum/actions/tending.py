"""What moderators do with a whole thread: close, name its original, lock, slow down, retag, take back."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import effects
from forum.discussion import anonymity, originals, tags, thread_states, wording
from forum.discussion.tables import Thread, ThreadMove, ThreadState
from forum.discussion.thread_states import Act
from forum.discussion.visibility import Change
from forum.errors import Conflict, Forbidden, NotFound
from forum.inbox import following, messages
from forum.inbox.following import Kind, Level
from forum.inbox.letters import compose
from forum.languages import formats
from forum.languages.words import _
from forum.moderation import log, recusal
from forum.moderation.decisions import REASON_LENGTH
from forum.moderation.statement import within
from forum.policy import Permit

WHY_LENGTH = REASON_LENGTH
#: A week.
MOST_MINUTES = 7 * 24 * 60


def close(db: Session, actor: Actor, thread_id: int, why: str, *, by_decision: bool = False) -> ThreadMove:
    """Nobody can answer any more; readers see why. Invalid (`why`) if nothing is said.

    `by_decision`, here and below: a decision of the queue is told and logged by itself.
    """
    words = _needed(why)
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    facts = {"closed_reason": words, "duplicate_of_id": None}
    made = thread_states.move(db, thread, Act.CLOSE, actor.id, words, ThreadState.CLOSED, **facts)
    return _done(db, actor, thread, made, "close", words, by_decision)


def close_as_duplicate(
    db: Session, actor: Actor, thread_id: int, original: str, why: str, *, by_decision: bool = False
) -> ThreadMove:
    """The thread is closed and names its original, an address or a number; who followed it follows that.

    Invalid (`original`) says what is wrong with that one: it is never the thread itself, nor a duplicate.
    """
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    form = wording.Form()
    other = form.take("original", lambda typed: originals.original(db, thread, typed), original)
    words = form.take("why", _why, why) or ""
    form.done()
    facts = {"closed_reason": words, "duplicate_of_id": other.id if other else None}
    made = thread_states.move(db, thread, Act.DUPLICATE, actor.id, words, ThreadState.CLOSED, **facts)
    if other:
        thread_states.take_duplicates(db, made, other.id)
        lead_followers(db, thread, made, other.id, anonymity.asker_of(db, thread))
    return _done(db, actor, thread, made, "duplicate", words, by_decision)


def reopen(db: Session, actor: Actor, thread_id: int, why: str = "") -> ThreadMove:
    """Everybody can answer again, and no original is named. Forbidden if another moderator closed the
    actor’s own thread.
    """
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    _leave_to_others(db, actor, thread, ThreadState.OPEN)
    facts = {"closed_reason": "", "duplicate_of_id": None}
    was_shown_at = [f"thread:{thread.duplicate_of_id}"] if thread.duplicate_of_id else []
    words = _said(why)
    made = thread_states.move(db, thread, Act.REOPEN, actor.id, words, ThreadState.OPEN, **facts)
    return _done(db, actor, thread, made, "reopen", words, False, *was_shown_at)


def lock(db: Session, actor: Actor, thread_id: int, why: str, *, by_decision: bool = False) -> ThreadMove:
    """Nobody can write in it at all; readers see why. Invalid (`why`) if nothing is said."""
    words = _needed(why)
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    to = ThreadState.LOCKED
    made = thread_states.move(db, thread, Act.LOCK, actor.id, words, to, closed_reason=words)
    return _done(db, actor, thread, made, "lock", words, by_decision)


def unlock(db: Session, actor: Actor, thread_id: int, why: str = "") -> ThreadMove:
    """The thread is what it was before it was locked. Forbidden if another moderator locked it, and it is the
    actor’s own.
    """
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    _leave_to_others(db, actor, thread, ThreadState.OPEN, ThreadState.CLOSED)
    words = _said(why)
    made = thread_states.unlock(db, thread, actor.id, words)
    return _done(db, actor, thread, made, "unlock", words, False)


def retag(
    db: Session, actor: Actor, thread_id: int, tag_names: str, why: str = "", *, by_decision: bool = False
) -> ThreadMove:
    """The thread carries these tags, typed with spaces or commas between. Invalid (`tags`) says why not."""
    form = wording.Form()
    names = form.take("tags", wording.tags, tag_names)
    words = form.take("why", _why, why) or ""
    form.done()
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    wanted = " ".join(tags.resolved(db, names or ()))
    made = thread_states.move(db, thread, Act.RETAG, actor.id, words, tag_names=wanted)
    return _done(db, actor, thread, made, "retag", words, by_decision)


def set_slow(db: Session, actor: Actor, thread_id: int, minutes: str, why: str = "") -> ThreadMove:
    """So many minutes lie between two posts of one member, 0: slow mode is off. Invalid (`minutes`)."""
    form = wording.Form()
    number = form.take("minutes", _minutes, minutes)
    words = form.take("why", _why, why) or ""
    form.done()
    thread = policy.open_thread(db, actor, thread_id, Permit.TEND_THREAD)
    made = thread_states.move(db, thread, Act.SLOW, actor.id, words, slow_minutes=number)
    return _done(db, actor, thread, made, "slow", words, False)


def undo(db: Session, actor: Actor, move_id: int, *, by_decision: bool = False) -> ThreadMove:
    """What the move changed, and nobody changed since, is as it was before it; followers too.

    Forbidden if it is another moderator’s, in the actor’s own thread.
    """
    undone = db.get(ThreadMove, move_id)
    if undone is None:
        raise NotFound
    if db.get_one(Thread, undone.thread_id).merged_into_id is not None:
        raise Conflict(_("This thread went into another one since. Undo that first."))
    thread = policy.open_thread(db, actor, undone.thread_id, Permit.TEND_THREAD)
    if not by_decision and undone.actor_id not in (None, actor.id):
        _refuse(recusal.of_undoing(db, actor, anonymity.asker_for(db, actor.id, thread)))
    left = thread.duplicate_of_id
    made = thread_states.undo(db, undone, actor.id)
    if left is not None and thread.duplicate_of_id != left:
        lead_back(db, undone, left)
    also = [f"thread:{left}"] if left else []
    return _done(db, actor, thread, made, "undo", "", by_decision, *also)


def caution(db: Session, actor: Actor, name: str, words: str) -> None:
    """This stands above every thread with the tag, for everybody; "": nothing does. NotFound, Invalid."""
    policy.require(Permit.TEND, actor)
    form = wording.Form()
    text = form.take("words", lambda typed: within(typed, tags.CAUTION_LENGTH), words) or ""
    form.done()
    if not tags.set_caution(db, name, text):
        raise NotFound
    log.write_act(db, "caution", actor.id, reason=f"{name}: {text}" if text else name)
    effects.publish_cautions(db)


def _leave_to_others(db: Session, actor: Actor, thread: Thread, *before: ThreadState) -> None:
    """Forbidden if another moderator did something with the actor’s own thread since it was last `before`."""
    asker_id = anonymity.asker_for(db, actor.id, thread)
    if asker_id != actor.id:
        return
    moved = ThreadMove.thread_id == thread.id
    last = db.scalar(select(func.max(ThreadMove.id)).where(moved, ThreadMove.to_state.in_(before)))
    others = exists().where(moved, ThreadMove.id > (last or 0), ThreadMove.actor_id != actor.id)
    if db.scalar(select(others)):
        _refuse(recusal.of_undoing(db, actor, asker_id))


def _refuse(why: str) -> None:
    if why:
        raise Forbidden(why)


def lead_followers(db: Session, thread: Thread, made: ThreadMove, to_id: int, asker_id: int) -> None:
    """Who followed the thread, and who asked it, follows the other; the move remembers whom it moved.

    But not who asked without a name: that is written down in one place only.
    """
    there = set(following.followers(db, Kind.THREAD, to_id, Level.MUTE))
    followed = list(following.repoint(db, Kind.THREAD, thread.id, to_id))
    if asker_id != anonymity.ACCOUNT_ID:
        following.follow(db, asker_id, Kind.THREAD, to_id)
    joined = sorted({*followed, thread.author_id} - there - {anonymity.ACCOUNT_ID})
    thread_states.remember(made, followed=followed, joined=joined)


def lead_back(db: Session, undone: ThreadMove, from_id: int) -> None:
    """Those whom the move led to the other thread follow again what they followed before."""
    for account_id in undone.before.get("followed", ()):
        level = following.level_of(db, account_id, Kind.THREAD, from_id) or Level.FOLLOW
        following.follow(db, account_id, Kind.THREAD, undone.thread_id, level)
    for account_id in undone.before.get("joined", ()):
        following.unfollow(db, account_id, Kind.THREAD, from_id)


def tell_asker(
    db: Session, actor: Actor, thread: Thread, act: str, why: str, other: Thread | None, asker_id: int
) -> None:
    """Who began the thread reads in the inbox what was done with it."""
    if asker_id in (actor.id, anonymity.ACCOUNT_ID):
        return
    title = other.title if other and other.shown else ""
    letter = compose("tended", act=act, what=thread.kind, title=thread.title, other=title, why=why)
    path = f"/t/{thread.id}/{thread.slug}"
    messages.send(db, asker_id, "tended", letter, path, thread_id=thread.id)


def _done(
    db: Session,
    actor: Actor,
    thread: Thread,
    made: ThreadMove,
    act: str,
    why: str,
    by_decision: bool,
    *also: str,
) -> ThreadMove:
    """The act is in the log, told to the asker, and seen on every page that shows the thread."""
    if not by_decision:
        log.write_act(db, act, actor.id, thread_id=thread.id, reason=why)
        if act in ("close", "duplicate", "lock"):
            other = db.get(Thread, thread.duplicate_of_id) if thread.duplicate_of_id else None
            tell_asker(db, actor, thread, act, why, other, anonymity.asker_of(db, thread))
    # The search knows the tags of a thread by its opening post.
    opening = originals.opening_of(db, thread.id)
    effects.publish(db, thread.id, Change([opening.id] if opening.visible else [], []), "log", *also)
    return made


def _why(typed: str) -> str:
    return within(typed, WHY_LENGTH)


def _said(typed: str) -> str:
    form = wording.Form()
    words = form.take("why", _why, typed) or ""
    form.done()
    return words


def _needed(typed: str) -> str:
    words = _said(typed)
    if not words:
        form = wording.Form()
        form.complaints["why"] = _("Say in a sentence why: everybody who reads the thread sees it.")
        form.done()
    return words


def _minutes(typed: str) -> int:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else -1
    if not 0 <= number <= MOST_MINUTES:
        raise ValueError(
            _("Give a number of minutes from 0 to {most_minutes}.").format(
                most_minutes=formats.number(MOST_MINUTES)
            )
        )
    return number
