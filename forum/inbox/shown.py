"""Whether readers still see what a message tells: the post that it is about, and the title that it names."""

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from forum.discussion.tables import Post, PostKind, Revision
from forum.inbox.tables import Message

_opening = aliased(Post)
_told = aliased(Revision)
_later = aliased(Revision)


def to_readers() -> ColumnElement[bool]:
    """In SQL: all readers see the Post of the message, which is outer-joined; yes if it is about none.

    No, if the thread had a title, when the message was written, that a moderator has taken away since: the
    post may have come back with another one, but the message names the first.
    """
    return or_(Message.post_id.is_(None), and_(Post.visible, ~_title_is_taken()))


def _title_is_taken() -> ColumnElement[bool]:
    before = (_later.post_id == _told.post_id, _later.number > _told.number, _later.at < Message.created_at)
    return (
        exists()
        .where(
            _opening.thread_id == Message.thread_id,
            _opening.kind == PostKind.OPENING,
            _told.post_id == _opening.id,
            _told.taken_with.is_not(None),
            _told.at <= Message.created_at,
            ~exists().where(*before).correlate(_told, Message),
        )
        .correlate(Message)
    )
