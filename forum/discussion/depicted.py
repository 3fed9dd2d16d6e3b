"""Which posts show which images, and so who may see an image.

Readers see what the present wording of a post that they see shows; earlier wordings keep their images, for
whoever takes the wording back.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.db import row, rows
from forum.discussion import anonymity, tended
from forum.discussion.naming import readable_title
from forum.discussion.private_tables import Draft
from forum.discussion.tables import AnonymousPost, Post, PostImage, Thread
from forum.uploads.tables import Image

#: Posts that a list names beside each page of images.
MOST_PLACES = 200


class Found(NamedTuple):
    """An image that was asked for by its name; `is_public`: any reader may see it."""

    id: int
    owner_id: int
    is_public: bool


class Place(NamedTuple):
    """A post that shows an image."""

    image_id: int
    post_id: int
    title: str


def _is_public() -> ColumnElement[bool]:
    """In SQL: a post that readers see shows the Image."""
    shows = and_(PostImage.image_id == Image.id, PostImage.current)
    return exists().where(shows, Post.id == PostImage.post_id, Post.visible)


def find(db: Session, name: str) -> Found | None:
    """The image of this name."""
    found = row(db, select(Image.id, Image.account_id, _is_public()).where(Image.name == name))
    return None if found is None else Found(*found)


def is_before(db: Session, image_id: int, viewer: Actor) -> bool:
    """Whether a post shows the image that waits or is down, and that the viewer wrote or moderates."""
    mine = or_(anonymity.wrote(viewer.id), tended.among(viewer.tended_tags, Post.thread_id))
    shows = (PostImage.image_id == image_id, PostImage.current, Post.id == PostImage.post_id)
    return bool(db.scalar(select(exists().where(*shows, mine))))


def depict(db: Session, post: Post, names: Collection[str]) -> None:
    """The post's present wording shows the images of these names, and no others.

    Only those that its writer may show: their own, copies, those that any reader sees, and what the post has
    shown before. Somebody else's that nobody sees stays unseen, whoever knows its address.
    """
    here = PostImage.post_id == post.id
    found = rows(db, select(PostImage.image_id, PostImage.current).where(here))
    shown: dict[int, bool] = {row.image_id: row.current for row in found}
    wanted = _usable(db, post, names, shown)
    for current in (True, False):
        changed = [image for image, was in shown.items() if was != current and (image in wanted) is current]
        if changed:
            db.execute(update(PostImage).where(here, PostImage.image_id.in_(changed)).values(current=current))
    new = [{"post_id": post.id, "image_id": image} for image in sorted(wanted - shown.keys())]
    if new:
        db.execute(insert(PostImage).values(current=True), new)


def _usable(db: Session, post: Post, names: Collection[str], shown: Mapping[int, bool]) -> set[int]:
    if not names:
        return set()
    writer_id = anonymity.writer_of(db, post)
    may = or_(Image.account_id == writer_id, Image.source.is_not(None), Image.id.in_(shown), _is_public())
    return set(db.scalars(select(Image.id).where(Image.name.in_(names), may)))


def unseen(db: Session, writer_id: int, names: Collection[str]) -> Collection[str]:
    """Of these names of images, those that a new post of the writer's would not show to readers."""
    if not names:
        return ()
    may = or_(Image.account_id == writer_id, Image.source.is_not(None), _is_public())
    return set(names) - set(db.scalars(select(Image.name).where(Image.name.in_(names), may)))


def places(db: Session, image_ids: Collection[int], owner_id: int) -> Sequence[Place]:
    """The posts that show these images now, as far as their owner may know of them."""
    if not image_ids:
        return []
    wanted = (
        select(PostImage.image_id, Post.id, readable_title())
        .join(Post, Post.id == PostImage.post_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(PostImage.image_id.in_(image_ids), PostImage.current)
        .where(or_(Post.visible, anonymity.wrote(owner_id)))
        .order_by(Post.id)
    )
    return [Place(*place) for place in rows(db, wanted.limit(MOST_PLACES))]


def is_shown(db: Session, image_id: int) -> bool:
    """Whether the present wording of any post shows the image, whatever has become of that post."""
    return bool(db.scalar(select(exists().where(PostImage.image_id == image_id, PostImage.current))))


def leave(db: Session, post_id: int) -> list[int]:
    """No wording of the post shows any image; answers which ones did."""
    return list(
        db.scalars(delete(PostImage).where(PostImage.post_id == post_id).returning(PostImage.image_id))
    )


def drafted(db: Session, account_ids: Collection[int]) -> Mapping[int, str]:
    """All that these accounts are writing, as one text for each."""
    written: dict[int, str] = {}
    wanted = select(Draft.account_id, Draft.fields).where(Draft.account_id.in_(account_ids))
    for account_id, fields in rows(db, wanted) if account_ids else ():
        words = " ".join(str(value) for value in fields.values())
        written[account_id] = f"{written.get(account_id, '')} {words}"
    return written


def part(db: Session, image_ids: Collection[int]) -> None:
    """No post shows these images any more, nor did any wording."""
    if image_ids:
        db.execute(delete(PostImage).where(PostImage.image_id.in_(image_ids)))


def unused() -> ColumnElement[bool]:
    """In SQL: no wording of any post shows the Image."""
    return ~exists().where(PostImage.image_id == Image.id)


def forget_owner(db: Session, account_id: int) -> None:
    """Of the account's images in posts without a name nothing says any more whose they are."""
    unnamed = (
        select(PostImage.image_id)
        .join(AnonymousPost, AnonymousPost.post_id == PostImage.post_id)
        .where(AnonymousPost.account_id == account_id)
    )
    mine = (Image.account_id == account_id, Image.id.in_(unnamed))
    if db.scalar(select(exists().where(*mine))):
        db.execute(update(Image).where(*mine).values(account_id=anonymity.account(db)))
