"""What people are writing and have not posted yet: kept on the server, one draft for each form."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.discussion.tables import Draft

Fields = Mapping[str, str]


def asking() -> str:
    """The place of the form that begins a thread."""
    return "ask"


def answering(thread_id: int) -> str:
    """The place of the form for an answer in this thread."""
    return f"answer-{thread_id}"


def commenting(post_id: int) -> str:
    """The place of the form for a comment under this post."""
    return f"comment-{post_id}"


def editing(post_id: int) -> str:
    """The place of the form in which this post is edited."""
    return f"edit-{post_id}"


def read(db: Session, account_id: int, place: str) -> Fields:
    """The fields of this form as its writer left them; empty if there is no draft."""
    found = db.scalar(select(Draft.fields).where(Draft.account_id == account_id, Draft.place == place))
    return found or {}
