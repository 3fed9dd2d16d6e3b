"""Writing something new: a thread, an answer, a comment."""

import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.actions import admitting, depicting, effects
from forum.discussion import (
    anonymity,
    citations,
    drafts,
    posts,
    slow_mode,
    tags,
    threads,
    visibility,
    wording,
)
from forum.discussion.tables import Post, PostKind, PostState, Thread, ThreadKind
from forum.errors import Invalid
from forum.inbox import following, subscriptions
from forum.languages.words import _
from forum.markup import Page, render
from forum.moderation import queue
from forum.policy import Permit
from forum.uploads import copies


def ask(
    db: Session,
    actor: Actor,
    kind: str,
    title: str,
    tag_names: str,
    text: str,
    *,
    key: str,
    held_posts: int,
    anonymous: bool = False,
) -> Post:
    """A question or discussion begins: published, or held for review. Invalid says why not.

    `anonymous`: without a name; Invalid (`as`) where these tags do not allow that.
    """
    policy.require(Permit.ASK, actor)
    line, names, words = _complete(kind, title, tag_names, text)
    page = copies.page_of(db, words)
    if again := posts.by_submission(db, _submission(actor, key, page.source)):
        _end_draft(db, actor, drafts.asking(), only=text)
        return again
    _end_draft(db, actor, drafts.asking())
    if anonymous and not anonymity.is_allowed(db, tags.resolved(db, names)):
        raise Invalid({"as": _where(anonymity.offer(db))})
    thread = threads.begin(db, _author(db, actor, anonymous), ThreadKind(kind), line)
    return _publish(
        db,
        actor,
        thread,
        PostKind.OPENING,
        page,
        names,
        key=key,
        held_posts=held_posts,
        anonymous=anonymous,
    )


def is_new(db: Session, actor: Actor, kind: str, title: str, tag_names: str, text: str, *, key: str) -> bool:
    """Whether `ask` would begin a thread with this form, or did so already. Invalid says what it lacks."""
    _, _, words = _complete(kind, title, tag_names, text)
    return posts.by_submission(db, _submission(actor, key, render(words).source)) is None


def answer(
    db: Session,
    actor: Actor,
    thread_id: int,
    text: str,
    *,
    key: str,
    held_posts: int,
    anonymous: bool = False,
) -> Post:
    """An answer (in a discussion: a reply) is published, or held for review. Invalid says why not.

    `anonymous`: without a name; Invalid (`as`) for who has not begun to write in the thread like that.
    """
    form = wording.Form()
    words = form.take("text", wording.body, text)
    form.done()
    page = copies.page_of(db, words or "")
    thread = policy.open_thread(db, actor, thread_id, Permit.ANSWER)
    if again := posts.by_submission(db, _submission(actor, key, page.source)):
        _end_draft(db, actor, drafts.answering(thread_id), only=text)
        return again
    _end_draft(db, actor, drafts.answering(thread_id))
    _check_unnamed(db, actor, thread, anonymous)
    slow_mode.check(db, thread, actor)
    return _publish(
        db, actor, thread, PostKind.ANSWER, page, key=key, held_posts=held_posts, anonymous=anonymous
    )


def comment(
    db: Session,
    actor: Actor,
    post_id: int,
    text: str,
    *,
    key: str,
    held_posts: int,
    anonymous: bool = False,
) -> Post:
    """A comment under the post is published, or held for review. Invalid says why not.

    `anonymous` as in `answer`.
    """
    form = wording.Form()
    words = form.take("text", wording.comment, text)
    form.done()
    page = copies.page_of(db, words or "")
    parent, thread = policy.open_post_and_thread(db, actor, post_id, Permit.COMMENT)
    if again := posts.by_submission(db, _submission(actor, key, page.source)):
        _end_draft(db, actor, drafts.commenting(post_id), only=text)
        return again
    _end_draft(db, actor, drafts.commenting(post_id))
    _check_unnamed(db, actor, thread, anonymous)
    slow_mode.check(db, thread, actor)
    return _publish(
        db,
        actor,
        thread,
        PostKind.COMMENT,
        page,
        key=key,
        held_posts=held_posts,
        anonymous=anonymous,
        parent_id=parent.id,
    )


def _publish(
    db: Session,
    actor: Actor,
    thread: Thread,
    kind: PostKind,
    page: Page,
    names: Sequence[str] = (),
    *,
    key: str,
    held_posts: int,
    anonymous: bool,
    parent_id: int | None = None,
) -> Post:
    """The post is there; an opening post's thread carries the tags of these names."""
    allowances.spend(db, actor, Act.COMMENT if kind == PostKind.COMMENT else Act.POST)
    allowances.spend(db, actor, Act.LINK, len(page.links))
    opening = kind == PostKind.OPENING
    title, place = (thread.title, None) if opening else ("", thread.id)
    screened = admitting.admit(
        db, actor, page, title=title, thread_id=place, held_posts=held_posts, unnamed=anonymous
    )
    state = PostState.HELD if screened.holds else PostState.SHOWN
    post = posts.add(
        db,
        thread.id,
        _author(db, actor, anonymous),
        kind,
        page,
        state,
        parent_id=parent_id,
        visible=visibility.is_seen(db, thread, kind, state, parent_id),
        submission=_submission(actor, key, page.source),
    )
    if anonymous:
        anonymity.add(db, post.id, actor.id)
    change = visibility.begin(db, thread, post)
    if opening:
        tags.assign(db, thread, names)
    tag_names = thread.tag_names if opening else ""
    posts.record(db, post, post.author_id, at=post.created_at, title=title, tag_names=tag_names)
    pending = citations.cite(db, post, page.citations) if page.citations else []
    depicting.keep(db, post, page)
    admitting.follow_up(db, actor, post, screened)
    if not anonymous:
        # Of who wrote without a name nothing but that one row may say so.
        following.begin(db, actor.id, thread.id)
    if screened.holds:
        queue.hold(db, post.id, screened.reason)
    else:
        subscriptions.announce(db, thread, post, page.mentions)
    look_up(db, pending)
    # Last, here and in every action: all writers raise the same few generations and wait there.
    effects.publish_new(db, thread.id, change, cites=bool(page.citations))
    return post


def look_up(db: Session, reference_ids: Sequence[int]) -> None:
    """Each reference that nobody has looked up yet will be, by the worker."""
    for reference_id in reference_ids:
        jobs.put(db, "references.resolve", key=f"resolve:{reference_id}", reference_id=reference_id)


def _end_draft(db: Session, actor: Actor, place: str, only: str | None = None) -> None:
    """The form has no draft any more; unless that has another text than `only`."""
    if only is None or drafts.read(db, actor.id, place).get("text", "") == only:
        drafts.end(db, actor.id, place)


def _complete(kind: str, title: str, tag_names: str, text: str) -> tuple[str, list[str], str]:
    """Title, tags and text of a form that is filled in as it should be; Invalid names what is not."""
    form = wording.Form()
    form.take("kind", wording.kind, kind)
    line, names = form.take("title", wording.title, title), form.take("tags", wording.tags, tag_names)
    words = form.take("text", wording.body, text)
    form.done()
    return line or "", names or [], words or ""


def _author(db: Session, actor: Actor, anonymous: bool) -> int:
    """Whom everybody sees as the author."""
    return anonymity.account(db) if anonymous else actor.id


def _check_unnamed(db: Session, actor: Actor, thread: Thread, anonymous: bool) -> None:
    if anonymous and not anonymity.writes_unnamed(db, thread.id, actor.id):
        raise Invalid({"as": _("Only who asked here without a name can go on without one.")})


def _where(offer: anonymity.Offer) -> str:
    """Why these tags do not do, and which would."""
    if not offer.tags:
        return _("Questions without a name are not possible here now. Untick this to post under your name.")
    return _(
        "None of these tags allows a question without a name. Add one that does ({tags}), or untick this to"
        " post under your name."
    ).format(tags=", ".join(offer.tags))


def _submission(actor: Actor, key: str, text: str) -> str | None:
    """What a form that is sent twice has in common; sent again with other words, it makes another post.

    A digest, which names nobody: it stands beside posts without a name too.
    """
    sent = f"{actor.id}:{key[:48]}:{text}"
    return hashlib.blake2b(sent.encode(), digest_size=32).hexdigest() if key else None
