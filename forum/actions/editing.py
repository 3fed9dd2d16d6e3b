"""Editing an own post; every wording is kept."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import allowances
from forum.accounts.allowances import Act
from forum.accounts.tables import Actor
from forum.actions import admitting, depicting, effects, requesting, sourcing
from forum.actions.posting import look_up
from forum.clock import now
from forum.discussion import citations, combining, drafts, posts, tags, threads, visibility, wording
from forum.discussion.tables import Post, PostKind, PostState, Thread
from forum.errors import Invalid
from forum.languages.words import N_, _
from forum.markup import Page, render
from forum.moderation import queue
from forum.policy import Permit
from forum.search import index
from forum.uploads import copies


class Outdated(Invalid):
    """The post has changed since the form was opened; what was typed is kept in the form."""

    code = "outdated"
    status = 409
    title = N_("The post has changed meanwhile")


class _Wanted(NamedTuple):
    """What the form asks for, checked. Without title and tags the post's own stay."""

    page: Page
    why: str
    title: str | None
    tags: list[str] | None


def edit(
    db: Session,
    actor: Actor,
    post_id: int,
    text: str,
    revision: int,
    *,
    why: str = "",
    title: str | None = None,
    tag_names: str | None = None,
) -> Post:
    """The post says `text` from now on, as one more revision; an opening post may get a new title and tags.

    `revision` is the one that the author edited: Outdated if there is a newer one. The edit of a hidden or
    removed post sends it back for review; so does a source that moderators want to look at, and what
    screening finds in the new words.
    """
    wanted = _checked(db, text, why, title, tag_names)
    post, thread = policy.open_post_and_thread(db, actor, post_id, Permit.EDIT)
    if wanted.tags:
        wanted = wanted._replace(tags=tags.resolved(db, wanted.tags))
    _check_post(post, revision, wanted)
    drafts.end(db, actor.id, drafts.editing(post_id))
    if not _differs(thread, post, wanted):
        return post
    allowances.spend(db, actor, Act.EDIT)
    allowances.spend(db, actor, Act.LINK, _new_links(post, wanted.page))
    before, title = citations.of_posts(db, [post.id]), thread.title
    doubt = sourcing.screen(db, actor, wanted.page, before)
    screened = admitting.readmit(db, actor, thread, post, wanted.page, wanted.title)
    reason = f"{doubt} {screened.reason}".strip()
    # Before the new wording is recorded: readers do not see it.
    change = _hold(db, thread, post) if reason else visibility.Change([], [])
    _rewrite(db, thread, post, wanted)
    depicting.keep(db, post, wanted.page)
    requesting.after_edit(db, thread, post)
    look_up(db, citations.cite(db, post, wanted.page.citations))
    admitting.follow_up(db, actor, post, screened)
    change = _review_again(db, post, reason, change, must_look=screened.holds)
    if post.visible:
        index.put(db, [post.id])
    cited = citations.of_posts(db, [post.id]) if title == thread.title else citations.of_thread(db, thread.id)
    if doubt and post.state == PostState.SHOWN:
        sourcing.report(db, set(citations.of_posts(db, [post.id])) - set(before))
    shown_on = [f"reference:{reference_id}" for reference_id in {*before, *cited}]
    effects.publish(db, thread.id, change, *shown_on, *(["references"] if shown_on else []))
    return post


def _checked(db: Session, text: str, why: str, title: str | None, tag_names: str | None) -> _Wanted:
    form = wording.Form()
    words = form.take("text", wording.body, text)
    form.take("text", combining.settled, text)
    reason = form.take("why", wording.why, why)
    line = None if title is None else form.take("title", wording.title, title)
    names = None if tag_names is None else form.take("tags", wording.tags, tag_names)
    form.done()
    return _Wanted(copies.page_of(db, words or ""), reason or "", line, names)


def _check_post(post: Post, revision: int, wanted: _Wanted) -> None:
    # A question that was merged is a long comment by now: it may stay so, and not grow.
    if post.kind == PostKind.COMMENT and len(wanted.page.source) > len(post.text):
        form = wording.Form()
        form.take("text", wording.comment, wanted.page.source)
        form.done()
    if post.revision != revision:
        raise Outdated({"": _("This post was changed while you were writing.")})


def _differs(thread: Thread, post: Post, wanted: _Wanted) -> bool:
    if post.kind != PostKind.OPENING:
        return wanted.page.source != post.text
    title, names = wanted.title or thread.title, wanted.tags or thread.tag_names.split()
    return (wanted.page.source, title, names) != (post.text, thread.title, thread.tag_names.split())


def _new_links(post: Post, page: Page) -> int:
    """How many links to other places the post did not have before."""
    return len(set(page.links) - set(render(post.text).links)) if page.links else 0


def _rewrite(db: Session, thread: Thread, post: Post, wanted: _Wanted) -> None:
    kept = ("", "")
    if post.kind == PostKind.OPENING:
        threads.rename(thread, wanted.title or thread.title)
        tags.assign(db, thread, wanted.tags or thread.tag_names.split())
        kept = (thread.title, thread.tag_names)
    posts.rewrite(post, wanted.page)
    post.revision += 1
    post.edited_at = now()
    # By the author as everybody sees them: it may be a post without a name.
    kept_by = post.author_id
    posts.record(db, post, kept_by, at=post.edited_at, title=kept[0], tag_names=kept[1], why=wanted.why)
    db.flush()


def _hold(db: Session, thread: Thread, post: Post) -> visibility.Change:
    """A shown post waits for review, unless others' answers would vanish with it."""
    if post.state != PostState.SHOWN or (post.kind == PostKind.OPENING and thread.answer_count):
        return visibility.Change([], [])
    return posts.move(db, post, PostState.HELD, post.author_id, "what is new in it needs review")


def _review_again(
    db: Session, post: Post, reason: str, change: visibility.Change, *, must_look: bool
) -> visibility.Change:
    """Moderators look at the new wording of a post that waits for them or that they took away; if they
    `must_look`, also of one that stays because others have answered it.

    `change` is what came of it so far.
    """
    if post.state in posts.DOWN:
        change = posts.move(db, post, PostState.HELD, post.author_id, "edited by its author")
    if post.state == PostState.HELD or must_look:
        queue.hold(db, post.id, f"Its author has edited it. {reason}".strip())
    else:
        queue.reworded(db, post.id)
    return change
