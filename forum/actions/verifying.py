"""A reader has read the source and says what it says to the post that cites it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.actions import effects, guarding
from forum.discussion import anonymity, citations, verifications
from forum.discussion.tables import Post, Thread
from forum.discussion.verifications import Verdict
from forum.discussion.visibility import Change
from forum.discussion.wording import Form
from forum.errors import NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import flags, subjects, waiting
from forum.moderation.statement import within
from forum.policy import Permit
from forum.references.tables import Reference

NOTE_LENGTH = 500
#: So many readers who say that a source does not support a post bring the post to the moderators.
ENOUGH = 2
REASON = "source-mismatch"


def verify(db: Session, actor: Actor, post_id: int, reference_id: int, verdict: str, note: str) -> Post:
    """What the reader found stands at the post's citations of the reference, and the author is told.

    The moderators look at a post once two readers say that a source does not support it. Invalid (`verdict`,
    `note`) says what is missing; NotFound if the post does not cite the reference.
    """
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.VERIFY)
    said, words = _checked(verdict, note)
    reference, change = _cited(db, post, reference_id), Change([], [])
    allowances.spend(db, actor, Act.VERIFY)
    if verifications.say(db, post, reference_id, actor.id, said, words):
        _tell_author(db, actor, thread, post, reference, said, words)
        if said is Verdict.UNSUPPORTED:
            change = _bring_to_moderators(db, post, reference)
    also = ["log"] if change.gone else []
    effects.publish(db, thread.id, change, f"reference:{reference_id}", *also)
    return post


def take_back(db: Session, actor: Actor, post_id: int, reference_id: int) -> Post:
    """The reader has said nothing of the source in this post."""
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.VERIFY)
    verifications.unsay(db, post.id, reference_id, actor.id)
    effects.publish(db, thread.id, Change([], []), f"reference:{reference_id}")
    return post


def _checked(verdict: str, note: str) -> tuple[Verdict, str]:
    form = Form()
    said = form.take("verdict", _verdict, verdict)
    words = form.take("note", lambda value: _note(value, said), note)
    form.done()
    return said or Verdict.UNREACHED, words or ""


def _verdict(value: str) -> Verdict:
    if value not in tuple(Verdict):
        raise ValueError(_("Choose what you found."))
    return Verdict(value)


def _note(value: str, said: Verdict | None) -> str:
    text = within(value, NOTE_LENGTH)
    if not text and said in (Verdict.PARTLY, Verdict.UNSUPPORTED):
        raise ValueError(_("Say in a few words what the source says instead, with the page if there is one."))
    return text


def _cited(db: Session, post: Post, reference_id: int) -> Reference:
    if reference_id not in citations.of_posts(db, [post.id]):
        raise NotFound
    return db.scalars(select(Reference).where(Reference.id == reference_id)).one()


def _tell_author(
    db: Session, actor: Actor, thread: Thread, post: Post, reference: Reference, said: Verdict, words: str
) -> None:
    facts = {"reader": actor.name, "source": reference.label or reference.title, "verdict": str(said)}
    letter = compose("verified", title=thread.title, note=words, **facts)
    path = f"/p/{post.id}/sources/{reference.id}"
    # Without a note it has nobody's own words.
    author_id = actor.id if words else None
    to = anonymity.writer_of(db, post)
    messages.send(db, to, "verified", letter, path, author_id=author_id, thread_id=thread.id, post_id=post.id)


def _bring_to_moderators(db: Session, post: Post, reference: Reference) -> Change:
    """Once enough readers say so, each of them has flagged the post, and so hears what comes of it.

    Answers what readers no longer see, should the flags be enough for that.
    """
    against, subject = verifications.unsupported(db, post.id, reference.id), subjects.post(post.id)
    if len(against) < ENOUGH:
        return Change([], [])
    for verification in against:
        if not flags.has_flagged(db, subject, verification.account_id, REASON):
            words = f"{reference.label or reference.title}: {verification.note}"
            flags.add(db, subject, verification.account_id, REASON, words)
    return guarding.after_flag(db, waiting.take(db, subject))
