"""Citations: which references a post uses, where, and in what sense."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.db import row, rows
from forum.discussion import anonymity, verifications
from forum.discussion.naming import called
from forum.discussion.tables import Citation, Post, Thread, Verification
from forum.discussion.visibility import count_citations
from forum.markup import Cited
from forum.markup.plain import unspoiled
from forum.paging import Cursor, Page
from forum.references import catalogue, merging
from forum.references.tables import Reference

EXCERPT = 280
#: What people said of a citation: it belongs to the post and the reference, and outlives an edit.
_SAID = ("on_purpose", "supported", "partly", "unsupported", "unreached")
_Earlier = aliased(Citation)
#: A post may name the same work twice, by DOI and by PMID.
_is_first_use = ~exists().where(
    _Earlier.reference_id == Citation.reference_id,
    _Earlier.post_id == Citation.post_id,
    _Earlier.ordinal < Citation.ordinal,
)


class CitingPost(NamedTuple):
    """One visible post that cites a reference; `kind` is question, answer, reply …"""

    post_id: int
    thread_id: int
    thread_slug: str
    thread_title: str
    kind: str
    author: str
    created_at: datetime
    excerpt: str
    locator: str
    stance: str
    supported: int
    partly: int
    unsupported: int
    unreached: int


def cite(db: Session, post: Post, cited: Sequence[Cited]) -> list[int]:
    """The post cites exactly `cited`; answers the ids of references that nobody has looked up yet."""
    known = catalogue.find_or_create(db, [c.identifier for c in cited if c.identifier])
    numbered = [c.reference_id for c in cited if c.reference_id]
    wanted = merging.homes(db, numbered) if numbered else {}
    before = _kept(db, post.id)
    if before:
        db.execute(delete(Citation).where(Citation.post_id == post.id))
    uses = [(known[c.identifier] if c.identifier else wanted.get(c.reference_id or 0), c) for c in cited]
    db.add_all(_citation(post.id, ref_id, c, before.get(ref_id, {})) for ref_id, c in uses if ref_id)
    db.flush()
    cites = {reference_id for reference_id, _ in uses if reference_id}
    if post.revision > 1:
        _recall(db, post.id, cites - before.keys())
    if post.visible:
        count_citations(db, before.keys() - cites, -1)
        count_citations(db, cites - before.keys(), 1)
    return catalogue.pending(db, sorted(cites))


def of_posts(db: Session, post_ids: Sequence[int]) -> list[int]:
    """Ids of the references that any of the posts cites."""
    if not post_ids:
        return []
    statement = select(Citation.reference_id).where(Citation.post_id.in_(post_ids))
    return sorted(set(db.scalars(statement)))


def of_thread(db: Session, thread_id: int) -> list[int]:
    """Ids of the references that any post of the thread cites."""
    statement = select(Citation.reference_id).join(Post, Post.id == Citation.post_id)
    return sorted(set(db.scalars(statement.where(Post.thread_id == thread_id))))


def titles(db: Session, post_ids: Sequence[int]) -> Mapping[int, str]:
    """For each post that cites something, the titles of what it cites, one a line."""
    statement = select(Citation.post_id, Reference.title).join(
        Reference, Reference.id == Citation.reference_id
    )
    found: dict[int, list[str]] = {}
    for post_id, title in rows(
        db, statement.where(Citation.post_id.in_(post_ids)).order_by(Citation.ordinal)
    ):
        found.setdefault(post_id, []).append(title)
    return {post_id: "\n".join(lines) for post_id, lines in found.items()}


def threads_citing(db: Session, reference_id: int) -> tuple[list[int], list[int]]:
    """Ids of the threads and of the posts that cite the reference."""
    statement = select(Post.thread_id, Post.id).join(Citation, Citation.post_id == Post.id)
    found = rows(
        db, statement.where(Citation.reference_id == bindparam("reference_id")), reference_id=reference_id
    )
    return sorted({thread_id for thread_id, _ in found}), [post_id for _, post_id in found]


def is_cited_by(db: Session, reference_id: int, account_id: int) -> bool:
    """Whether any post of the person, shown or not, cites the reference."""
    statement = select(Citation.id).join(Post, Post.id == Citation.post_id)
    return (
        row(db, statement.where(Citation.reference_id == reference_id, anonymity.wrote(account_id)))
        is not None
    )


def posts_citing(db: Session, reference_id: int, after: str | None, limit: int) -> Page[CitingPost]:
    """The visible posts that cite the reference, the newest first."""
    statement = (
        select(
            Post.id,
            Post.thread_id,
            Thread.slug,
            Thread.title,
            Post.kind,
            Account.name,
            Post.created_at,
            Post.plain,
            Citation.locator,
            Citation.stance,
            Citation.supported,
            Citation.partly,
            Citation.unsupported,
            Citation.unreached,
            Thread.kind.label("thread_kind"),
        )
        .join(Post, Post.id == Citation.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Account, Account.id == Post.author_id)
        .where(Citation.reference_id == reference_id, _is_first_use, Post.visible)
        .order_by(Citation.post_id.desc())
    )
    cursor = Cursor.decode(after, int)
    if cursor:
        statement = statement.where(Citation.post_id < cursor[0])
    found = [
        CitingPost(*post[:-1])._replace(
            kind=called(post.kind, post.thread_kind), excerpt=_excerpt(post.plain)
        )
        for post in rows(db, statement.limit(limit + 1))
    ]
    return Page.of(found, limit, lambda post: (post.post_id,))


def _kept(db: Session, post_id: int) -> dict[int, dict[str, Any]]:
    """For each reference that the post cites, what an edit of the post does not change."""
    found = db.execute(
        select(Citation.reference_id, *(getattr(Citation, name) for name in _SAID)).where(
            Citation.post_id == post_id
        )
    )
    return {reference_id: dict(zip(_SAID, said, strict=True)) for reference_id, *said in found}


def _recall(db: Session, post_id: int, reference_ids: Set[int]) -> None:
    """What readers said of a reference stands at its citations again when the post cites it again."""
    if not reference_ids:
        return
    said = db.scalars(select(Verification.reference_id).where(Verification.post_id == post_id).distinct())
    for reference_id in sorted(reference_ids & set(said)):
        verifications.recount(db, post_id, reference_id)


def _citation(post_id: int, reference_id: int, c: Cited, said: Mapping[str, Any]) -> Citation:
    return Citation(
        **said,
        post_id=post_id,
        reference_id=reference_id,
        ordinal=c.ordinal,
        locator=c.locator[:200],
        stance=c.stance,
    )


def _excerpt(plain: str) -> str:
    line = " ".join(unspoiled(plain).split())
    return line if len(line) <= EXCERPT else line[:EXCERPT].rsplit(" ", 1)[0] + " …"
