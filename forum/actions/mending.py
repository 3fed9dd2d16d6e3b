"""A moderator changes a post's text, and that can be taken back: each wording is one more revision."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import depicting, requesting
from forum.actions.posting import look_up
from forum.clock import now
from forum.discussion import citations, posts, requests, wording
from forum.discussion.tables import Citation, Post, PostKind, Thread
from forum.markup import Page, render


def checked(post: Post, text: str) -> Page:
    """The page that the new text makes. Invalid (`more`) says what is wrong with it."""
    form = wording.Form()
    words = form.take("more", wording.comment if post.kind == PostKind.COMMENT else wording.body, text)
    form.done()
    return render(words or "")


def mend(db: Session, actor: Actor, post: Post, page: Page, why: str) -> dict[str, Any]:
    """The post says what `page` says, by the actor's hand; answers what `unmend` needs."""
    edited_at = post.edited_at.isoformat() if post.edited_at else ""
    before = {"text": post.text, "edited_at": edited_at, "mended": post.revision + 1}
    wished, purposed = _wishes(db, post), _purposed(db, post)
    _rewrite(db, actor, post, page, why)
    post.edited_at = now()
    return before | {"wishes": sorted(wished - _wishes(db, post)), "on_purpose": purposed}


def unmend(db: Session, actor: Actor, post: Post, before: dict[str, Any]) -> None:
    """The post says again what it said before `mend`, unless its author has changed it since."""
    if post.revision != before["mended"]:
        return
    _rewrite(db, actor, post, render(before["text"]), "A decision was taken back.")
    moment = before["edited_at"]
    post.edited_at = datetime.fromisoformat(moment) if moment else None
    requests.reopen(db, post, before["wishes"])
    again = (Citation.post_id == post.id, Citation.reference_id.in_(before["on_purpose"]))
    db.execute(update(Citation).where(*again).values(on_purpose=True))


def _rewrite(db: Session, actor: Actor, post: Post, page: Page, why: str) -> None:
    thread = db.get_one(Thread, post.thread_id)
    opens = post.kind == PostKind.OPENING
    title, tag_names = (thread.title, thread.tag_names) if opens else ("", "")
    posts.rewrite(post, page)
    post.revision += 1
    line = wording.one_line(why)[: wording.WHY]
    posts.record(db, post, actor.id, at=now(), title=title, tag_names=tag_names, why=line)
    db.flush()
    depicting.keep(db, post, page)
    requesting.after_edit(db, thread, post)
    look_up(db, citations.cite(db, post, page.citations))


def _wishes(db: Session, post: Post) -> set[int]:
    """Ids of the readers' wishes for a source that are open."""
    return {request.id for request in requests.open_ones(db, post.id)}


def _purposed(db: Session, post: Post) -> list[int]:
    """Ids of the retracted references that the author cites knowingly."""
    knowingly = (Citation.post_id == post.id, Citation.on_purpose)
    return sorted(db.scalars(select(Citation.reference_id).where(*knowingly)))
