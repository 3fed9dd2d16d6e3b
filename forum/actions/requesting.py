"""Asking an author for the source of a sentence, and what becomes of that."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Account, Actor
from forum.actions import effects
from forum.discussion import anonymity, requests
from forum.discussion.tables import Post, RequestState, SourceRequest, Thread
from forum.discussion.visibility import Change
from forum.discussion.wording import Form
from forum.errors import Conflict, Invalid, NotFound
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation.statement import within
from forum.policy import Permit

WHY_LENGTH = 300


def ask(db: Session, actor: Actor, post_id: int, sentence: str) -> Post:
    """The sentence is marked for everybody as in need of a source, and the author is told.

    Invalid (`sentence`) if the post has no such sentence, or has it with a source.
    """
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.ASK_SOURCE)
    waiting = requests.open_ones(db, post.id)
    if sentence in [request.sentence for request in waiting]:
        return post
    if sentence not in requests.wanting(post):
        raise Invalid({"sentence": _("Choose one of the post’s sentences that has no source yet.")})
    if len(waiting) >= requests.MOST:
        raise Invalid(
            {"sentence": _("So many sources are asked for here already; please wait for the author.")}
        )
    allowances.spend(db, actor, Act.ASK_SOURCE)
    requests.add(db, post, sentence, actor.id)
    letter = compose("source_wanted", reader=actor.name, title=thread.title, sentence=sentence)
    path = f"/p/{post.id}/source-needed"
    # The request carries no words but the author's own; who sends too many of them is reported for it.
    to = anonymity.writer_of(db, post)
    messages.send(
        db, to, "source-wanted", letter, path, author_id=actor.id, thread_id=thread.id, post_id=post.id
    )
    effects.publish(db, thread.id, Change([], []))
    return post


def settle(db: Session, actor: Actor, request_id: int, why: str) -> Post:
    """The author declines to give a source, or a moderator clears the mark, and whoever asked hears why.

    Whoever asked may take that back without a reason. Conflict if something has become of it meanwhile.
    """
    request = db.get(SourceRequest, request_id)
    if request is None:
        raise NotFound
    mine = request.account_id == actor.id
    permit = Permit.READ if mine else Permit.SETTLE_SOURCE
    post, thread = policy.open_post_and_thread(db, actor, request.post_id, permit)
    words = _why(why, needed=not mine)
    if request.state != RequestState.OPEN:
        raise Conflict(_("Something has become of this meanwhile: the page says what."))
    declined = actor.id == anonymity.author_for(db, actor.id, post.author_id, post.id)
    # Who declines does so under the name of the post, which may be none.
    by_id = post.author_id if declined else actor.id
    state = RequestState.DECLINED if declined else RequestState.CLEARED
    requests.settle(db, post, request, state, by_id, words)
    if not mine:
        tell(db, thread, post, request, by_id)
    effects.publish(db, thread.id, Change([], []))
    return post


def after_edit(db: Session, thread: Thread, post: Post) -> None:
    """The post was reworded: who asked for a source that is there now, or is no longer needed, is told."""
    for request in requests.after_edit(db, post):
        tell(db, thread, post, request)


def tell(
    db: Session, thread: Thread, post: Post, request: SourceRequest, author_id: int | None = None
) -> None:
    """Whoever asked for the source hears what became of that, if the post can still be read.

    `author_id` is who says why; None: nobody does.
    """
    if not post.visible:
        return
    author = db.get_one(Account, post.author_id).name
    facts = {"sentence": request.sentence, "outcome": request.state, "why": request.why}
    letter = compose("source_settled", author=author, title=thread.title, **facts)
    place = f"/p/{post.id}"
    to = request.account_id
    messages.send(
        db, to, "source-settled", letter, place, author_id=author_id, thread_id=thread.id, post_id=post.id
    )


def _why(value: str, *, needed: bool) -> str:
    form = Form()
    words = form.take("why", lambda text: _given(text, needed), value)
    form.done()
    return words or ""


def _given(value: str, needed: bool) -> str:
    text = within(value, WHY_LENGTH)
    if needed and not text:
        raise ValueError(_("Say in a few words why; whoever asked reads it."))
    return text
