"""What follows when readers begin or cease to see a post."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import freshness
from forum.discussion import citations, listings
from forum.discussion.tables import Post
from forum.discussion.visibility import Change
from forum.moderation.decisions import Case
from forum.moderation.subjects import SubjectKind
from forum.search import index


def publish(db: Session, thread_id: int, change: Change, *also: str) -> None:
    """The search finds what appeared and not what is gone; kept pages with the thread are out of date."""
    # The page of a duplicate shows the title of its original, and that one's page the titles of the others.
    beside = [f"thread:{shown_on}" for shown_on in listings.named_beside(db, thread_id)]
    _publish(db, thread_id, change, [*change.appeared, *change.gone], *beside, *also)


def publish_new(db: Session, thread_id: int, change: Change, *, cites: bool) -> None:
    """As `publish`, for a post that was just written: no title beside other threads changes with it.

    `cites`: whether it names any reference.
    """
    _publish(db, thread_id, change, change.appeared if cites else [])


def _publish(db: Session, thread_id: int, change: Change, citing: Sequence[int], *also: str) -> None:
    index.put(db, change.appeared)
    index.drop(db, change.gone)
    references = [f"reference:{reference_id}" for reference_id in citations.of_posts(db, citing)]
    lists = ["threads", "references"] if references else ["threads"]
    freshness.touch(db, f"thread:{thread_id}", *lists, *references, *also)


def publish_decision(db: Session, case: Case, change: Change) -> None:
    """What a decision changed is changed for readers too: its threads, the lists, the log.

    The pages of all references, because a mended post may not cite any longer what it cited before.
    """
    changed = select(Post.thread_id).where(Post.id.in_([*change.appeared, *change.gone])).distinct()
    threads = set(db.scalars(changed))
    if case.subject.kind == SubjectKind.POST:
        threads.add(db.get_one(Post, case.subject.id).thread_id)
    if not threads:
        freshness.touch(db, "log")
        return
    first, *others = sorted(threads)
    beside = [shown_on for other in others for shown_on in (other, *listings.named_beside(db, other))]
    publish(db, first, change, "log", "references", *(f"thread:{shown_on}" for shown_on in beside))


def publish_references(db: Session, *reference_ids: int) -> None:
    """What is known of the references has changed: the search, and every page that shows them, shall know."""
    names, post_ids = {"references"}, set()
    for reference_id in reference_ids:
        threads, posts = citations.threads_citing(db, reference_id)
        names |= {f"reference:{reference_id}", *(f"thread:{thread_id}" for thread_id in threads)}
        post_ids |= set(posts)
    index.put(db, sorted(post_ids))
    freshness.touch(db, *sorted(names))


def publish_cautions(db: Session) -> None:
    """What stands above the threads of some tag has changed: any kept thread may show it."""
    freshness.touch(db, "cautions", "threads", "log")


def publish_person(db: Session) -> None:
    """Somebody is called something else, or has another role: any kept page may name them."""
    freshness.touch(db, "cautions", "threads", "references", "tags", "log", "people")
