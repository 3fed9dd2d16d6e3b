"""Who hears of a decision: the author, with the reasons, and everybody who flagged."""

from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostKind, PostState, Thread
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.moderation import reasons
from forum.moderation.decisions import Case, Ruling
from forum.moderation.rules import RULE
from forum.moderation.subjects import SubjectKind
from forum.moderation.tables import FlagState


def tell(db: Session, actor: Actor, case: Case, ruling: Ruling) -> None:
    """The author and the flaggers of a post know what was decided."""
    if case.subject.kind != SubjectKind.POST:
        return
    post = db.get_one(Post, case.subject.id)
    thread = db.get_one(Thread, post.thread_id)
    _tell_author(db, actor, thread, post, ruling)
    _tell_flaggers(db, thread, post, ruling)


def _tell_author(db: Session, actor: Actor, thread: Thread, post: Post, ruling: Ruling) -> None:
    if not ruling.verdict.tells_author or post.author_id == actor.id:
        return
    decision = ruling.decision
    # The title of a thread that readers do not see is told to its own author only.
    title = thread.title if thread.shown or post.kind == PostKind.OPENING else ""
    letter = compose(
        "decision",
        verdict=decision.verdict,
        moderator=actor.name,
        what=called(post.kind, thread.kind),
        title=title,
        rule=RULE.get(decision.rule),
        reason=decision.reason,
    )
    messages.send(db, post.author_id, "decision", letter.subject, letter.text, f"/p/{post.id}")


def _tell_flaggers(db: Session, thread: Thread, post: Post, ruling: Ruling) -> None:
    labels = reasons.every(db) if ruling.news else {}
    for flag in sorted(ruling.news, key=lambda flag: flag.account_id):
        at = flag.created_at
        letter = compose(
            "outcome",
            verdict=ruling.decision.verdict,
            what=called(post.kind, thread.kind),
            reason=labels[flag.reason].label,
            day=f"{at.day} {at:%B %Y}",
            is_upheld=flag.state == FlagState.UPHELD,
            is_withdrawn=post.state == PostState.WITHDRAWN,
            again=ruling.is_reversal,
        )
        path = f"/p/{post.id}" if post.visible else ""
        messages.send(db, flag.account_id, "outcome", letter.subject, letter.text, path)
