"""What follows when readers begin or cease to see a post."""

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
    index.put(db, change.appeared)
    index.drop(db, change.gone)
    cited = citations.of_posts(db, [*change.appeared, *change.gone])
    references = [f"reference:{reference_id}" for reference_id in cited]
    lists = ["threads", "references"] if references else ["threads"]
    # The page of a duplicate shows the title of its original.
    threads = [f"thread:{shown_on}" for shown_on in [thread_id, *listings.duplicates_of(db, thread_id)]]
    freshness.touch(db, *threads, *lists, *references, *also)


def publish_decision(db: Session, case: Case, change: Change) -> None:
    """What a decision changed is changed for readers too: its thread, the lists, the log."""
    if case.subject.kind == SubjectKind.POST:
        publish(db, db.get_one(Post, case.subject.id).thread_id, change, "log")
    else:
        freshness.touch(db, "log")


def publish_references(db: Session, *reference_ids: int) -> None:
    """What is known of the references has changed: the search, and every page that shows them, shall know."""
    names, post_ids = {"references"}, set()
    for reference_id in reference_ids:
        threads, posts = citations.threads_citing(db, reference_id)
        names |= {f"reference:{reference_id}", *(f"thread:{thread_id}" for thread_id in threads)}
        post_ids |= set(posts)
    index.put(db, sorted(post_ids))
    freshness.touch(db, *sorted(names))
