"""Readers' wishes for sources: a sentence of a post is marked until something becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rapidfuzz import fuzz
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.tables import Account
from forum.clock import now
from forum.db import AnySelect, rows
from forum.discussion.tables import Post, RequestState, SourceRequest
from forum.markup import anchored
from forum.markup.plain import unspoiled
from forum.markup.sentences import bare, cites, marked, sentences
from forum.uploads.copies import page_of

#: A post with so many open ones is better flagged.
MOST = 10
#: A reworded sentence is the same one when it is so alike, of 100.
ALIKE = 70


class RequestView(NamedTuple):
    """One wish; `settled_by` and `settled_at` are None while it is open."""

    id: int
    sentence: str
    asked_by_id: int
    asked_by: str
    state: str
    why: str
    created_at: datetime
    settled_by: str | None
    settled_at: datetime | None


_settler = aliased(Account)
_OF_POST: AnySelect = (
    select(
        SourceRequest.id,
        SourceRequest.sentence,
        SourceRequest.account_id,
        Account.name,
        SourceRequest.state,
        SourceRequest.why,
        SourceRequest.created_at,
        _settler.name,
        SourceRequest.settled_at,
    )
    .join(Account, Account.id == SourceRequest.account_id)
    .outerjoin(_settler, _settler.id == SourceRequest.settled_by_id)
    .where(SourceRequest.post_id == bindparam("post_id"))
    .order_by(SourceRequest.id)
)


def of_post(db: Session, post_id: int) -> Sequence[RequestView]:
    """All wishes for sources that the post ever met, in their order."""
    return [RequestView(*request) for request in rows(db, _OF_POST, post_id=post_id)]


def post_of(db: Session, request_id: int) -> int | None:
    """The id of the post that the wish is about."""
    return db.scalar(select(SourceRequest.post_id).where(SourceRequest.id == request_id))


def open_ones(db: Session, post_id: int) -> Sequence[SourceRequest]:
    """Those that nothing has become of yet, in their order."""
    mine = (SourceRequest.post_id == post_id, SourceRequest.state == RequestState.OPEN)
    return db.scalars(select(SourceRequest).where(*mine).order_by(SourceRequest.id)).all()


def wanting(post: Post) -> list[str]:
    """The sentences of the post for which a source can be asked: those without one.

    Not those of spoilers: wishes are listed in the open.
    """
    return [sentence for sentence in sentences(unspoiled(post.plain)) if not cites(sentence)]


def add(db: Session, post: Post, sentence: str, account_id: int) -> SourceRequest:
    """The sentence is marked in the post."""
    request = SourceRequest(post_id=post.id, sentence=sentence, account_id=account_id, created_at=now())
    db.add(request)
    db.flush()
    show(db, post)
    return request


def settle(
    db: Session,
    post: Post,
    request: SourceRequest,
    state: RequestState,
    account_id: int | None,
    why: str = "",
) -> None:
    """This became of the wish, and the sentence is no longer marked."""
    request.state, request.why = state, why
    request.settled_by_id, request.settled_at = account_id, now()
    db.flush()
    show(db, post)


def after_edit(db: Session, post: Post) -> Sequence[SourceRequest]:
    """The post was reworded: wishes whose sentence cites now, or is gone, are settled; answers those."""
    waiting = open_ones(db, post.id)
    if not waiting:
        return []
    there, settled = sentences(post.plain), []
    for request in waiting:
        now_says = _same(request.sentence, there)
        if now_says is not None and not cites(now_says):
            request.sentence = now_says
            continue
        request.state = RequestState.GONE if now_says is None else RequestState.CITED
        request.settled_by_id, request.settled_at = post.author_id, now()
        settled.append(request)
    db.flush()
    show(db, post)
    return settled


def reopen(db: Session, post: Post, request_ids: Sequence[int]) -> None:
    """These wishes are open again, as if the edit that settled them had not been."""
    for request in db.scalars(select(SourceRequest).where(SourceRequest.id.in_(request_ids))):
        request.state, request.settled_by_id, request.settled_at = RequestState.OPEN, None, None
    db.flush()
    show(db, post)


def show(db: Session, post: Post) -> None:
    """The post's page marks exactly the sentences for which somebody wants a source."""
    wanted = [request.sentence for request in open_ones(db, post.id)]
    html = anchored(page_of(db, post.text).html, f"p{post.id}")
    post.html = marked(html, wanted, f"/p/{post.id}/source-needed")
    db.flush()


def _same(sentence: str, there: Sequence[str]) -> str | None:
    """What the sentence reads now: it is there as it was, or the most alike one is; None if none is."""
    wanted = bare(sentence)
    if exact := [other for other in there if bare(other) == wanted]:
        return exact[0]
    alike = max(there, key=lambda other: fuzz.ratio(bare(other), wanted), default=None)
    return alike if alike is not None and fuzz.ratio(bare(alike), wanted) >= ALIKE else None
