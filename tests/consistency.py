"""Whether everything that is counted agrees with what is there."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.discussion.tables import Citation, Post, PostKind, Tag, Thread, Verification, Vote
from forum.discussion.verifications import Verdict
from forum.inbox.tables import Follow, Message
from forum.references import merging
from forum.references.tables import Reference, ReferenceIdentifier, ReferenceMerge
from forum.search.tables import SearchDocument

#: Posts that makers.make_account() says an account has written before.
BEFORE = 10


def consistent(db: Session) -> None:
    """Every counter says what counting says."""
    db.flush()
    for thread in db.scalars(select(Thread)):
        visible = [
            post for post in db.scalars(select(Post).where(Post.thread_id == thread.id)) if post.visible
        ]
        answers = [post for post in visible if post.kind == PostKind.ANSWER]
        assert thread.shown == any(post.kind == PostKind.OPENING for post in visible)
        assert thread.answer_count == len(answers)
        assert thread.is_unanswered == (thread.kind == "question" and not answers)
        assert thread.is_accepted == any(post.accepted_at for post in visible)
    for account in db.scalars(select(Account)):
        count = select(func.count()).where(Post.author_id == account.id, Post.visible)
        assert account.shown_posts - BEFORE == db.scalar(count), account.name
        unread = select(func.count()).where(Message.account_id == account.id, Message.read_at.is_(None))
        assert account.unread == db.scalar(unread), account.name
    for tag in db.scalars(select(Tag)):
        threads = [thread for thread in db.scalars(select(Thread)) if tag.name in thread.tag_names.split()]
        assert tag.thread_count == sum(thread.shown for thread in threads)
    for reference in db.scalars(select(Reference)):
        citing = select(func.count(func.distinct(Post.id))).join(Citation, Citation.post_id == Post.id)
        assert reference.citation_count == db.scalar(
            citing.where(Citation.reference_id == reference.id, Post.visible)
        )
    _merged(db)
    _verified(db)
    for post in db.scalars(select(Post)):
        assert post.score == (db.scalar(select(func.sum(Vote.value)).where(Vote.post_id == post.id)) or 0)
    indexed = set(db.scalars(select(SearchDocument.post_id)))
    assert indexed == set(db.scalars(select(Post.id).where(Post.visible)))


def _merged(db: Session) -> None:
    """A reference that became part of another one has nothing of its own that anybody reads."""
    for reference in db.scalars(select(Reference).where(Reference.merged_into_id.is_not(None))):
        assert reference.citation_count == 0 and reference.check_at is None
        for column in (Citation.reference_id, ReferenceIdentifier.reference_id, Follow.target_id):
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
    for citation in db.scalars(select(Citation)):
        said = select(Verification.verdict).where(
            Verification.post_id == citation.post_id, Verification.reference_id == citation.reference_id
        )
        counts = Counter(db.scalars(said))
        assert all(getattr(citation, str(verdict)) == counts[verdict] for verdict in Verdict), counts
        same = (Citation.post_id == citation.post_id, Citation.reference_id == citation.reference_id)
        assert len(set(db.scalars(select(Citation.on_purpose).where(*same)))) == 1
