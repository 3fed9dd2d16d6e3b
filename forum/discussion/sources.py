"""Which sources a post, a thread, a tag or a person rests on: what readers see, and nothing else."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import AnySelect, rows
from forum.discussion.cited import CitationView
from forum.discussion.tables import Citation, Post, Tag, ThreadTag
from forum.discussion.threads import PostView, ThreadPage

#: So many of a tag's threads, and of a person's citations, are looked at: the latest.
THREADS = 1000
CITATIONS = 5000


class Use(NamedTuple):
    """One post that cites the source, under its number `ordinal`."""

    post_id: int
    author: str
    ordinal: int


class Source(NamedTuple):
    """One source of a thread, with the posts that cite it in their order on the page."""

    cited: CitationView
    uses: list[Use]


def of_page(page: ThreadPage) -> Sequence[Source]:
    """The sources of all posts on the page, in the order of their first use. Asks the database nothing."""
    found: dict[int, Source] = {}
    for post in chain.from_iterable(map(_with_comments, (page.opening, *page.answers))):
        for cited in post.citations:
            source = found.get(cited.reference_id)
            if source is None:
                source = found[cited.reference_id] = Source(cited, [])
            # A post may name one work twice, by DOI and by PMID.
            if not source.uses or source.uses[-1].post_id != post.id:
                source.uses.append(Use(post.id, post.author, cited.ordinal))
    return list(found.values())


def _with_comments(post: PostView) -> Sequence[PostView]:
    return (post, *post.comments) if post.comments else (post,)


_CITED: AnySelect = select(Citation.reference_id).join(Post, Post.id == Citation.post_id).where(Post.visible)


def of_post(db: Session, post_id: int) -> list[int]:
    """Ids of the references that the post cites, in the order of its numbers; it may be hidden."""
    wanted = select(Citation.reference_id).where(Citation.post_id == post_id)
    return _ids(db, wanted.order_by(Citation.ordinal))


def of_thread(db: Session, thread_id: int) -> list[int]:
    """Ids of the references that shown posts of the thread cite, in the order of the posts."""
    return _ids(db, _CITED.where(Post.thread_id == thread_id).order_by(Post.id, Citation.ordinal))


def of_tag(db: Session, name: str) -> list[int]:
    """Ids of the references that shown posts of the tag's latest threads cite, the oldest first."""
    latest = select(ThreadTag.thread_id).join(Tag, Tag.id == ThreadTag.tag_id)
    latest = latest.where(Tag.name == name, ThreadTag.shown)
    latest = latest.order_by(ThreadTag.active_at.desc(), ThreadTag.thread_id.desc()).limit(THREADS)
    wanted = _CITED.where(Post.thread_id.in_(latest.scalar_subquery()))
    return _ids(db, wanted.distinct().order_by(Citation.reference_id))


def of_person(db: Session, account_id: int) -> list[int]:
    """Ids of the references that the person's shown posts cite, the latest use first."""
    wanted = _CITED.where(Post.author_id == account_id)
    return _ids(db, wanted.order_by(Post.id.desc(), Citation.ordinal).limit(CITATIONS))


def _ids(db: Session, wanted: AnySelect) -> list[int]:
    return [found[0] for found in rows(db, wanted)]
