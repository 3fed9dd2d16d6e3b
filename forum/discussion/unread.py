"""How far a member has read a thread, and what is new in it since. Ids rise as posts are written."""

from typing import NamedTuple

from forum.discussion.outline import Outline


class News(NamedTuple):
    """What others wrote since the viewer read the thread: how many posts, and where the first one stands."""

    posts: int
    first_id: int
    page: int


def news(outline: Outline, viewer_id: int, upto: int) -> News | None:
    """What is new behind the post with the id `upto`; None if nothing is, or if it was never read (0)."""
    if not upto:
        return None
    new = [s.id for s in outline.every() if s.id > upto and s.visible and s.author_id != viewer_id]
    return News(len(new), min(new), outline.page_of(min(new))) if new else None


def upto(outline: Outline, page: int, before: int) -> int:
    """How far the thread is read once this page is, too: to before the first unread post of another page."""
    here = set(outline.ids_on(page))
    if page > 1:  # The question is folded there, with its comments.
        here -= {slot.id for slot in outline.comments.get(outline.opening.id, ())}
    elsewhere = [slot.id for slot in outline.every() if slot.id > before and slot.id not in here]
    return min(elsewhere) - 1 if elsewhere else max(here)
