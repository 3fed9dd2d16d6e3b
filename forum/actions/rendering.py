"""Stored posts are rendered again when the same Markdown comes out differently than it did.

Which version all posts have, and in which language are the words that it adds, stands among the settings. A
worker that starts with another one puts the job that walks through the posts, batch by batch; the words, and
what they cite, stay as they are.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum import freshness, jobs
from forum.actions import depicting
from forum.choices import Setting
from forum.clock import now
from forum.config import Settings
from forum.db import Database, rows
from forum.discussion import requests
from forum.discussion.tables import Post, RequestState, SourceRequest
from forum.languages.speaking import ENGLISH
from forum.markup import MARKUP_VERSION, Page, anchored, render
from forum.search import index
from forum.uploads import copies

JOB = "posts.render"
#: Posts that one transaction renders again.
BATCH = 50
_VERSION = "markup_version"


class _Old(NamedTuple):
    id: int
    thread_id: int
    text: str
    html: str
    plain: str
    version: int


def begin(database: Database, language: str) -> None:
    """The job waits, unless all posts are as this version renders them in the forum's language."""
    with database.reading() as db:
        done = db.scalar(select(Setting.value).where(Setting.key == _VERSION)) or ""
    if done != _standing(language):
        of_all = done.partition(" ")[2] != _standing(language).partition(" ")[2]
        with database.writing() as db:
            jobs.put(db, JOB, key=JOB, after=0, of_all=of_all, language=language)


def _standing(language: str) -> str:
    return str(MARKUP_VERSION) if language == ENGLISH else f"{MARKUP_VERSION} {language}"


def go_on(
    database: Database, settings: Settings, after: int, of_all: bool = False, language: str | None = None
) -> None:
    """The next posts, or those of them that are older, are as this version renders them. The job
    `posts.render`.

    If the forum had another `language` when the walk began, it begins anew.
    """
    if language not in (None, settings.language):
        after, of_all = 0, True
    with database.reading() as db:
        wanted = select(Post.id, Post.thread_id, Post.text, Post.html, Post.plain, Post.markup_version)
        found = [_Old(*old) for old in rows(db, wanted.where(Post.id > after).order_by(Post.id).limit(BATCH))]
    # Outside of the transaction, because nobody else can write while one lasts.
    again = _rendered(database, [old for old in found if of_all or old.version < MARKUP_VERSION])
    with database.writing() as db:
        _store(db, again)
        if found:
            jobs.put(db, JOB, key=JOB, after=found[-1].id, of_all=of_all, language=settings.language)
        else:
            db.merge(Setting(key=_VERSION, value=_standing(settings.language), changed_at=now()))


def _rendered(database: Database, olds: Sequence[_Old]) -> list[tuple[_Old, Page]]:
    """Each post with its page, which shows the copies that there are of images elsewhere."""
    again = [(old, render(old.text)) for old in olds]
    with database.reading() as db:
        there = copies.known(db, {source for _, page in again for source in page.remote})
    return [
        (old, render(old.text, there) if there.keys() & set(page.remote) else page) for old, page in again
    ]


def _mark(db: Session, post_ids: Sequence[int]) -> None:
    """The sentences for which somebody wants a source are marked again: `render` knows nothing of them."""
    wanted = (SourceRequest.post_id.in_(post_ids), SourceRequest.state == RequestState.OPEN)
    for post in db.scalars(select(Post).where(Post.id.in_(select(SourceRequest.post_id).where(*wanted)))):
        requests.show(db, post)


def _store(db: Session, again: list[tuple[_Old, Page]]) -> None:
    changed, reworded = set(), []
    for old, page in again:
        html = anchored(page.html, f"p{old.id}")
        # An edit that came in between has rendered the post anew already.
        same = (Post.id == old.id, Post.text == old.text, Post.markup_version == old.version)
        new = {"html": html, "plain": page.text, "markup_version": MARKUP_VERSION}
        if db.execute(update(Post).where(*same).values(new).returning(Post.id)).first() is None:
            continue
        if page.pictures or page.remote:
            depicting.keep(db, db.get_one(Post, old.id), page)
        if html != old.html:
            changed.add(f"thread:{old.thread_id}")
        if page.text != old.plain:
            reworded.append(old.id)
    _mark(db, [old.id for old, _ in again])
    index.put(db, list(db.scalars(select(Post.id).where(Post.id.in_(reworded), Post.visible))))
    if changed:
        freshness.touch(db, *changed)
