"""Posts and their images: which a post shows, and what becomes of them when it goes."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from forum import jobs
from forum.discussion import anonymity, depicted
from forum.discussion.tables import Post
from forum.markup import Page
from forum.uploads import store
from forum.uploads.tables import Image

#: The job that copies the images of one post that stand elsewhere: see copying.py.
COPY = "images.copy"


def keep(db: Session, post: Post, page: Page) -> None:
    """The post shows the images that its page does; those elsewhere without a copy get one soon."""
    if page.pictures or post.revision > 1:
        depicted.depict(db, post, page.pictures)
    if page.remote:
        put_copying(db, post.id)


def put_copying(db: Session, post_id: int) -> None:
    """The images elsewhere that the post shows will be copied by the worker."""
    jobs.put(db, COPY, key=f"{COPY}:{post_id}", post_id=post_id)


def erase(db: Session, post: Post) -> None:
    """No wording of the post shows any image; those its writer sent are gone, whoever else shows them."""
    ids = depicted.leave(db, post.id)
    if not ids:
        return
    writer_id = anonymity.writer_of(db, post)
    own = (Image.account_id == writer_id) & Image.source.is_(None)
    gone = list(db.scalars(select(Image.id).where(Image.id.in_(ids), or_(own, depicted.unused()))))
    depicted.part(db, gone)
    store.throw_away(db, gone)


def forget(db: Session, account_id: int) -> None:
    """Nobody can find out any more which images in posts without a name were the account's.

    Comes before `anonymity.forget`. What no post shows is gone.
    """
    depicted.forget_owner(db, account_id)
    left = select(Image.id).where(Image.account_id == account_id, depicted.unused())
    store.throw_away(db, list(db.scalars(left)))
