"""What a post is called when people speak of it."""

from sqlalchemy import ColumnElement, case, or_

from forum.discussion.tables import Post, PostKind, Thread, ThreadKind


def readable_title() -> ColumnElement[str]:
    """In SQL: the title of the Post's Thread, for somebody who can read the Post.

    It is the opening post's, so it is "" for who can read the Post but not that.
    """
    return case((or_(Thread.shown, Post.kind == PostKind.OPENING), Thread.title), else_="")


def called(kind: str, thread_kind: str) -> str:
    """ "question", "discussion", "answer", "reply" (an answer in a discussion) or "comment"."""
    if kind == PostKind.OPENING:
        return str(thread_kind)
    if kind == PostKind.ANSWER and thread_kind == ThreadKind.DISCUSSION:
        return "reply"
    return str(kind)
