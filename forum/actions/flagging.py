"""Telling the moderators that a post needs their eyes."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.discussion.wording import Form
from forum.moderation import flags
from forum.moderation.rules import REASON
from forum.moderation.statement import within
from forum.moderation.tables import ReviewItem
from forum.policy import Permit

WORDS_LENGTH = 1000


def flag(db: Session, actor: Actor, post_id: int, reason: str, words: str) -> ReviewItem:
    """The post waits in the review queue with this flag; a second one by the same person changes the first.

    Invalid (`reason`, `words`) says what is missing.
    """
    text = _checked(reason, words)
    post = policy.open_post(db, actor, post_id, Permit.FLAG)
    return flags.add(db, post, actor.id, reason, text)


def _checked(reason: str, words: str) -> str:
    form = Form()
    form.take("reason", _reason, reason)
    text = form.take("words", lambda value: _words(value, reason), words)
    form.done()
    return text or ""


def _reason(key: str) -> str:
    if key not in REASON:
        raise ValueError("Choose what is wrong with it.")
    return key


def _words(value: str, reason: str) -> str:
    text = within(value, WORDS_LENGTH)
    if not text and reason in REASON and REASON[reason].needs_words:
        raise ValueError("Tell the moderators in a few words what is wrong.")
    return text
