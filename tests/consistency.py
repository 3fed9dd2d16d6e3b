"""Whether everything that is counted agrees with what is there."""

from collections import Counter
from collections.abc import Sequence, Set

import pytest
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import AnyRow, rows
from forum.discussion import anonymity, ranking
from forum.discussion.tables import Citation, Post, PostKind, Tag, Thread, ThreadTag, Verification, Vote
from forum.discussion.verifications import Verdict
from forum.inbox.following import Kind
from forum.inbox.tables import Follow, Message
from forum.references import merging
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceMerge
from forum.search import vocabulary
from forum.search.tables import SearchDocument, SearchToken, SearchTokenChange

#: Posts that makers.make_account() says an account has written before.
BEFORE = 10


def consistent(db: Session) -> None:
    """Every counter says what counting says."""
    db.flush()
    wanted = (Post.id, Post.thread_id, Post.author_id, Post.kind, Post.visible, Post.accepted_at, Post.score)
    posts = rows(db, select(*wanted))
    visible = [post for post in posts if post.visible]
    _threads(db, visible)
    _accounts(db, visible)
    _references(db, {post.id for post in visible})
    _merged(db)
    _verified(db)
    votes = dict(rows(db, select(Vote.post_id, func.sum(Vote.value)).group_by(Vote.post_id)))
    assert {post.id: post.score for post in posts} == {post.id: votes.get(post.id, 0) for post in posts}
    assert set(db.scalars(select(SearchDocument.post_id))) == {post.id for post in visible}
    assert said(db) == counted(db)


def counted(db: Session) -> dict[str, int]:
    """In how many documents of the search index each token stands, by counting them."""
    counts: Counter[str] = Counter()
    found = (SearchDocument.title, SearchDocument.body, SearchDocument.tags, SearchDocument.sources)
    for *parts, length in rows(db, select(*found, SearchDocument.length)):
        tokens = " ".join(parts).split()
        assert length == len(tokens)
        counts.update({*tokens, vocabulary.DOCUMENTS})
        counts[vocabulary.LENGTHS] += length
    return {token: count for token, count in counts.items() if count}


def said(db: Session) -> dict[str, int]:
    """What the vocabulary says, of every token that it has heard of."""
    tokens = {*db.scalars(select(SearchToken.token)), *db.scalars(select(SearchTokenChange.token))}
    return dict(vocabulary.documents(db, tokens))


def _threads(db: Session, visible: Sequence[AnyRow]) -> None:
    threads = rows(db, select(*Thread.__table__.columns))
    for thread in threads:
        here = [post for post in visible if post.thread_id == thread.id]
        answers = [post for post in here if post.kind == PostKind.ANSWER]
        assert thread.shown == any(post.kind == PostKind.OPENING for post in here)
        assert thread.answer_count == len(answers)
        assert thread.is_unanswered == (thread.kind == "question" and not answers)
        assert thread.is_accepted == any(post.accepted_at for post in here)
        assert thread.hot == pytest.approx(ranking.hot(thread.score, thread.created_at))
    tagged = Counter(name for thread in threads if thread.shown for name in set(thread.tag_names.split()))
    for name, thread_count in rows(db, select(Tag.name, Tag.thread_count)):
        assert thread_count == tagged[name], name
    copied = ("shown", "active_at", "created_at", "is_unanswered", "hot")
    both = [(getattr(ThreadTag, name), getattr(Thread, name)) for name in copied]
    differs = or_(*(copy != original for copy, original in both))
    joined = select(Thread.id).join(ThreadTag, ThreadTag.thread_id == Thread.id)
    assert rows(db, joined.where(differs)) == []
    carried = rows(db, joined.join(Tag, Tag.id == ThreadTag.tag_id).add_columns(Tag.name))
    named = {(thread.id, name) for thread in threads for name in thread.tag_names.split()}
    assert {(thread_id, name) for thread_id, name in carried} == named


def _accounts(db: Session, visible: Sequence[AnyRow]) -> None:
    wrote = Counter(post.author_id for post in visible)
    unread = Counter(db.scalars(select(Message.account_id).where(Message.read_at.is_(None))))
    for account in rows(db, select(Account.id, Account.name, Account.shown_posts, Account.unread)):
        before = BEFORE if account.id != anonymity.ACCOUNT_ID else 0
        assert account.shown_posts - before == wrote[account.id], account.name
        assert account.unread == unread[account.id], account.name


def _references(db: Session, visible: Set[int]) -> None:
    uses = set(rows(db, select(Citation.reference_id, Citation.post_id)))
    cited = Counter(use.reference_id for use in uses if use.post_id in visible)
    for reference_id, count in rows(db, select(Reference.id, Reference.citation_count)):
        assert count == cited[reference_id]


def _merged(db: Session) -> None:
    """A reference that became part of another one has nothing of its own that anybody reads."""
    for reference in db.scalars(select(Reference).where(Reference.merged_into_id.is_not(None))):
        assert reference.citation_count == 0 and reference.check_at is None
        follows = case((Follow.kind == Kind.REFERENCE, Follow.target_id))
        for column in (Citation.reference_id, ReferenceIdentifier.reference_id, follows):
            assert db.scalar(select(func.count()).where(column == reference.id)) == 0, column
        in_force = (ReferenceMerge.loser_id == reference.id, ReferenceMerge.undone_at.is_(None))
        assert [db.scalars(select(ReferenceMerge).where(*in_force)).one().winner_id] == [
            reference.merged_into_id
        ]
        assert merging.home(db, reference.id) != reference.id
    for merge in db.scalars(select(ReferenceMerge).where(ReferenceMerge.undone_at.is_(None))):
        assert db.get_one(Reference, merge.loser_id).merged_into_id == merge.winner_id


def _verified(db: Session) -> None:
    """The numbers at each citation are what readers say, wherever the post names the source."""
    said = Counter(db.execute(select(Verification.post_id, Verification.reference_id, Verification.verdict)))
    purposes: dict[tuple[int, int], bool] = {}
    for citation in rows(db, select(*Citation.__table__.columns)):
        what = citation.post_id, citation.reference_id
        counts = {str(verdict): said[*what, verdict] for verdict in Verdict}
        assert {name: getattr(citation, name) for name in counts} == counts
        assert purposes.setdefault(what, citation.on_purpose) == citation.on_purpose
