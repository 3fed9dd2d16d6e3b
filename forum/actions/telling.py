"""Who hears of a decision: whom it concerns, with a statement of reasons, and everybody who flagged."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import IS_ADMIN, Account, Actor
from forum.discussion import anonymity
from forum.discussion.naming import called
from forum.discussion.tables import Post, PostState, Thread
from forum.inbox import messages
from forum.inbox.letters import Letter, compose
from forum.moderation import batches, reasons, statements
from forum.moderation.decisions import Case, Ruling
from forum.moderation.subjects import Subject, SubjectKind
from forum.moderation.tables import Decision, FlagState

#: About these somebody is told; an appeal and a report are answered by their own deeds.
_CONCERN = (SubjectKind.POST, SubjectKind.ACCOUNT, SubjectKind.MESSAGE)


def tell(db: Session, actor: Actor, case: Case, ruling: Ruling) -> None:
    """Whom the decision concerns, and the flaggers, know what was decided."""
    concerned = case.author_id is not None and case.subject.kind in _CONCERN
    if concerned and ruling.verdict.tells_author:
        tell_author(db, actor, ruling.decision)
    tell_flaggers(db, case, ruling)


def ask_admins(db: Session, actor: Actor, case: Case, decision: Decision) -> None:
    """Every admin knows that an item waits for one of them, and why."""
    letter = compose("asked", moderator=actor.name, what=_what(db, case.subject), reason=decision.reason)
    admins = select(Account.id).where(*IS_ADMIN, Account.id != actor.id)
    for admin_id in db.scalars(admins.order_by(Account.id)).all():
        path = f"/moderation/items/{case.item_id}"
        messages.send(db, admin_id, "asked", letter, path, author_id=actor.id)


def tell_flaggers(db: Session, case: Case, ruling: Ruling) -> None:
    """Whoever flagged it hears the outcome, if that is news."""
    if not ruling.news:
        return
    labels, what = reasons.every(db), _what(db, case.subject)
    path, is_withdrawn = _path(db, case.subject), _is_withdrawn(db, case.subject)
    thread_id = thread_of(db, case.subject.id) if case.subject.kind == SubjectKind.POST else None
    for flag in sorted(ruling.news, key=lambda flag: flag.account_id):
        at = flag.created_at
        letter = compose(
            "outcome",
            verdict=ruling.decision.verdict,
            what=what,
            reason=labels[flag.reason].label,
            day=at,
            is_upheld=flag.state == FlagState.UPHELD,
            is_withdrawn=is_withdrawn,
            again=ruling.is_reversal,
        )
        messages.send(db, flag.account_id, "outcome", letter, path, thread_id=thread_id)


def tell_author(db: Session, actor: Actor, decision: Decision) -> None:
    """Whom the decision concerns has its statement of reasons, unless they made it."""
    assert decision.author_id is not None, "it concerns somebody"
    to = anonymity.writer(db, decision.author_id, decision.post_id)
    if to in (actor.id, anonymity.ACCOUNT_ID):
        return
    letter = _with_others(db, statements.write(db, decision), decision)
    path = f"/account/decisions/{decision.id}"
    thread_id = thread_of(db, decision.post_id)
    messages.send(db, to, "decision", letter, path, author_id=actor.id, thread_id=thread_id)


def thread_of(db: Session, post_id: int | None) -> int | None:
    """The thread of the post that a letter is about, by which inboxes put it beside others."""
    return None if post_id is None else db.get_one(Post, post_id).thread_id


def _with_others(db: Session, letter: Letter, decision: Decision) -> Letter:
    """The letter, with where to read, and appeal against, what was decided alike with the same click."""
    others = decision.before.get("others", 0)
    if not others:
        return letter
    paths = [f"/account/decisions/{other.id}" for other in batches.covered(db, decision.id)]
    return letter._replace(facts={**letter.facts, "others": others, "paths": paths})


def _what(db: Session, subject: Subject) -> str:
    if subject.kind != SubjectKind.POST:
        return subject.kind
    post = db.get_one(Post, subject.id)
    return called(post.kind, db.get_one(Thread, post.thread_id).kind)


def _path(db: Session, subject: Subject) -> str:
    """Where a flagger finds it, if they still can."""
    if subject.kind == SubjectKind.POST and db.get_one(Post, subject.id).visible:
        return f"/p/{subject.id}"
    return f"/references/{subject.id}" if subject.kind == SubjectKind.REFERENCE else ""


def _is_withdrawn(db: Session, subject: Subject) -> bool:
    return subject.kind == SubjectKind.POST and db.get_one(Post, subject.id).state == PostState.WITHDRAWN
