"""What a post is called when people speak of it."""

from forum.discussion.tables import PostKind, ThreadKind


def called(kind: str, thread_kind: str) -> str:
    """ "question", "discussion", "answer", "reply" (an answer in a discussion) or "comment"."""
    if kind == PostKind.OPENING:
        return str(thread_kind)
    if kind == PostKind.ANSWER and thread_kind == ThreadKind.DISCUSSION:
        return "reply"
    return str(kind)
