"""Which part of the queue is a moderator’s: all, or what is about posts in threads with certain tags."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.discussion import posts, tended
from forum.discussion.tables import Post, PostState
from forum.languages.words import N_
from forum.moderation.decisions import Case
from forum.moderation.reversals import TAKES_BACK
from forum.moderation.rules import VERDICTS
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Decision, ReviewItem

ONLY_THREADS = N_("You moderate threads with certain tags. What concerns an account is for other moderators.")
ONLY_OWN = N_("Another moderator decided this. Ask them, or a moderator of the whole forum, to take it back.")


def covers(db: Session, viewer: Actor, subject: Subject) -> bool:
    """Whether the item is the viewer's to see: of what it is about, only a post is in any thread."""
    if viewer.is_moderator:
        return True
    if subject.kind != SubjectKind.POST or not viewer.tended_tags:
        return False
    thread_id = db.scalar(select(Post.thread_id).where(Post.id == subject.id))
    return thread_id is not None and tended.is_by(db, viewer, thread_id)


def of_others(db: Session, viewer: Actor, case: Case) -> frozenset[str]:
    """The verdicts that would take back what somebody else did: for who moderates all threads to give.

    To bring back a post that somebody hid or removed is one, whatever else was decided about it since.
    """
    if viewer.is_moderator:
        return frozenset()
    found = set[str]()
    last = db.get(Decision, case.last_decision) if case.last_decision is not None else None
    if last is not None and last.moderator_id != viewer.id:
        found.update(TAKES_BACK)
    if case.subject.kind == SubjectKind.POST and posts.is_down_by_others(db, case.subject.id, viewer.id):
        up = {PostState.SHOWN, PostState.HIDDEN} - {case.status}
        found.update(verdict.key for verdict in VERDICTS if verdict.to in up)
    return frozenset(found)


def where(viewer: Actor) -> list[ColumnElement[bool]]:
    """In SQL: conditions on items that are joined with their posts, for this viewer."""
    if viewer.is_moderator:
        return []
    return [ReviewItem.post_id.is_not(None), tended.among(viewer.tended_tags, Post.thread_id)]
