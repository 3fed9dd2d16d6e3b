"""What the search reads: one document for each shown post."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table


class SearchDocument(Table):
    """The words of one shown post, of which SQLite's `search_fts` and PostgreSQL's `vector` are made."""

    __tablename__ = "search_document"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    #: Title and tags are filled for the opening post only, so that a thread does not match ten times.
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(Text, default="")
    #: Titles of the references that the post cites.
    sources: Mapped[str] = mapped_column(Text, default="")
