"""Images in their table: kept, listed, read, thrown away."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import row, rows
from forum.paging import Cursor, Page
from forum.uploads import naming
from forum.uploads.making import Made
from forum.uploads.tables import Image, ImageFile


class ImageView(NamedTuple):
    """An image as its owner sees it in a list; `weight` in bytes."""

    id: int
    name: str
    width: int
    height: int
    weight: int
    source: str | None
    created_at: datetime


class Held(NamedTuple):
    """What an account has: how many images, and their bytes."""

    images: int
    weight: int


def keep(db: Session, account_id: int, made: Made, source: str | None = None) -> str:
    """The picture is an image of the account's; answers its name. `source`: where it was copied from."""
    name = naming.drawn(made.width, made.height)
    image = Image(
        name=name, account_id=account_id, width=made.width, height=made.height, weight=made.weight,
        source=source, created_at=now(),
    )  # fmt: skip
    db.add(image)
    db.flush()
    sizes = {naming.FULL: made.full, naming.SMALL: made.small}
    files = [
        {"image_id": image.id, "size": size, "content": content} for size, content in sizes.items() if content
    ]
    db.execute(insert(ImageFile), files)
    return name


def content(db: Session, image_id: int, size: str) -> bytes | None:
    """The bytes of one size; None if the image has no such size."""
    wanted = select(ImageFile.content).where(ImageFile.image_id == image_id, ImageFile.size == size)
    found = db.scalar(wanted)
    return None if found is None else bytes(found)


def of_account(db: Session, account_id: int, after: str | None, limit: int) -> Page[ImageView]:
    """The account's images, the newest first."""
    columns = (
        Image.id, Image.name, Image.width, Image.height, Image.weight, Image.source, Image.created_at,
    )  # fmt: skip
    wanted = select(*columns).where(Image.account_id == account_id)
    if cursor := Cursor.decode(after, datetime, int):
        wanted = wanted.where(tuple_(Image.created_at, Image.id) < tuple_(*cursor))
    latest = wanted.order_by(Image.created_at.desc(), Image.id.desc()).limit(limit + 1)
    found = [ImageView(*image) for image in rows(db, latest)]
    return Page.of(found, limit, lambda image: (image.created_at, image.id))


def files_of(db: Session, account_id: int) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the account's images in full size, one after the other."""
    mine = select(Image.id, Image.name).where(Image.account_id == account_id).order_by(Image.id)
    for image_id, name in rows(db, mine):
        if found := content(db, image_id, naming.FULL):
            yield str(name), found


def held(db: Session, account_id: int, since: datetime | None = None) -> Held:
    """What the account has, or has added since then."""
    sums = select(func.count(), func.coalesce(func.sum(Image.weight), 0))
    wanted = sums.where(Image.account_id == account_id)
    found = row(db, wanted if since is None else wanted.where(Image.created_at > since))
    return Held(int(found[0]), int(found[1])) if found else Held(0, 0)


def throw_away(db: Session, image_ids: Collection[int]) -> None:
    """Nothing is left of these images, which no post may show any longer."""
    if image_ids:
        db.execute(delete(Image).where(Image.id.in_(image_ids)))
