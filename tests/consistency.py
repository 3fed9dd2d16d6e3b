"""Whether everything that is counted agrees with what is there."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.discussion.tables import Citation, Post, PostKind, Tag, Thread, Vote
from forum.inbox.tables import Message
from forum.references.tables import Reference
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
    for post in db.scalars(select(Post)):
        assert post.score == (db.scalar(select(func.sum(Vote.value)).where(Vote.post_id == post.id)) or 0)
    indexed = set(db.scalars(select(SearchDocument.post_id)))
    assert indexed == set(db.scalars(select(Post.id).where(Post.visible)))
