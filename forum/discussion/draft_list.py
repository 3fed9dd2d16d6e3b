"""The list of one's own drafts, each with where it belongs and the way back to its form."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion import anonymity, drafts
from forum.discussion.drafts import Fields, Kept
from forum.discussion.naming import readable_title
from forum.discussion.tables import Post, PostKind, Thread
from forum.paging import Page


class Listed(NamedTuple):
    """One draft. `title` is the thread's, or what the new one is to be called; "" if there is none to read.

    `kind` is ask, answer, comment or edit; `form` the path of its form, "" if that cannot be reached now.
    """

    place: str
    kind: str
    title: str
    form: str
    fields: Fields
    saved_at: datetime
    #: Whether it is what the form said before, and can be taken back.
    is_aside: bool


class _Where(NamedTuple):
    title: str
    form: str


def of_account(db: Session, account_id: int, after: str | None, limit: int) -> Page[Listed]:
    """The account's drafts, the last saved first; three queries, however many there are."""
    page = drafts.of_account(db, account_id, after, limit)
    found = [drafts.parts(kept.place) for kept in page.items]
    threads = _threads(db, account_id, [number for kind, number in found if kind == "answer"])
    posts = _posts(db, account_id, [number for kind, number in found if kind in ("comment", "edit")])
    return Page([_listed(kept, threads, posts) for kept in page.items], page.next)


def form_of(db: Session, place: str) -> str:
    """The path of the form, of one that its writer could open a moment ago."""
    kind, number = drafts.parts(place)
    if kind == "ask":
        return "/ask"
    if kind == "answer":
        return _answering(number, db.get_one(Thread, number).slug)
    return f"/p/{number}/{kind}"


def _threads(db: Session, account_id: int, ids: list[int]) -> dict[int, _Where]:
    """Of these, the threads that the person can read."""
    if not ids:
        return {}
    wanted = select(Thread.id, Thread.title, Thread.slug).join(Post, Post.thread_id == Thread.id)
    opening = (Post.kind == PostKind.OPENING, or_(Post.visible, anonymity.wrote(account_id)))
    found = rows(db, wanted.where(Thread.id.in_(ids), *opening))
    return {each.id: _Where(each.title, _answering(each.id, each.slug)) for each in found}


def _posts(db: Session, account_id: int, ids: list[int]) -> dict[int, str]:
    """Of these, the posts that the person can read, with the titles of their threads as far as those show."""
    if not ids:
        return {}
    wanted = select(Post.id, readable_title().label("title")).join(Thread, Thread.id == Post.thread_id)
    found = rows(db, wanted.where(Post.id.in_(ids), or_(Post.visible, anonymity.wrote(account_id))))
    return {each.id: each.title for each in found}


def _listed(kept: Kept, threads: dict[int, _Where], posts: dict[int, str]) -> Listed:
    kind, number = drafts.parts(kept.place)
    if kind == "ask":
        where = _Where(kept.fields.get("title", ""), "/ask")
    elif kind == "answer":
        where = threads.get(number, _Where("", ""))
    else:
        where = _Where(posts[number], f"/p/{number}/{kind}") if number in posts else _Where("", "")
    return Listed(kept.place, kind, where.title, where.form, kept.fields, kept.saved_at, kept.is_aside)


def _answering(thread_id: int, slug: str) -> str:
    return f"/t/{thread_id}/{slug}#text"
