"""Telling the moderators that a post needs their eyes."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.discussion.wording import Form
from forum.moderation import flags, reasons, subjects
from forum.moderation.reasons import Reason
from forum.moderation.statement import within
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import ReviewItem
from forum.policy import Permit

WORDS_LENGTH = 1000


def flag(db: Session, actor: Actor, post_id: int, reason: str, words: str) -> ReviewItem:
    """The post waits in the review queue with this flag; a second one by the same person changes the first.

    Invalid (`reason`, `words`) says what is missing.
    """
    text = _checked({known.key: known for known in reasons.offered(db, SubjectKind.POST)}, reason, words)
    post = policy.open_post(db, actor, post_id, Permit.FLAG)
    return flags.add(db, subjects.post(post.id), actor.id, reason, text)


def _checked(offered: Mapping[str, Reason], key: str, words: str) -> str:
    form, reason = Form(), offered.get(key)
    if reason is None:
        form.complaints["reason"] = "Choose what is wrong with it."
    text = form.take("words", lambda value: _words(value, reason), words)
    form.done()
    return text or ""


def _words(value: str, reason: Reason | None) -> str:
    text = within(value, WORDS_LENGTH)
    if not text and reason is not None and reason.needs == "words":
        raise ValueError("Tell the moderators in a few words what is wrong.")
    return text
