"""Images as they are kept: made anew from what was sent, in two sizes, in the database.

They stand in the database, not in files, so that every process and machine has them, and a backup too.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class Image(Table):
    __tablename__ = "image"
    __table_args__ = (
        Index("ix_image_account", "account_id", "created_at"),
        # Two people may send the same picture; a copy from elsewhere is made once for all.
        Index(
            "uq_image_source",
            "source",
            unique=True,
            sqlite_where=text("source IS NOT NULL"),
            postgresql_where=text("source IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Random and unguessable, with the size in pixels and the type, such as "3kX…-1200x800.webp": what its
    #: address ends with, so that a post can be rendered without a look at this table.
    name: Mapped[str] = mapped_column(String(80), unique=True)
    #: Who sent it, or whose post named it first.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    width: Mapped[int]
    height: Mapped[int]
    #: Bytes of both sizes together.
    weight: Mapped[int]
    #: The address that it was copied from; None: it was sent here.
    source: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(index=True)


class ImageFile(Table):
    """One size of an image. A small picture has only the full one."""

    __tablename__ = "image_file"

    image_id: Mapped[int] = mapped_column(ForeignKey("image.id", ondelete="CASCADE"), primary_key=True)
    #: full, small
    size: Mapped[str] = mapped_column(String(5), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
