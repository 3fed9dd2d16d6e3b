"""What the search reads: one document for each shown post, and in how many documents each token stands.

A token is a word as the index has it (see analysis): folded, and its stem only where the text is English.
"""

from sqlalchemy import BigInteger, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Mapped, mapped_column

from forum.db import Table

#: Compared byte by byte, so that an index finds tokens by how they begin, whatever the database's language.
Token = Text().with_variant(TEXT(collation="C"), "postgresql")


class SearchDocument(Table):
    """The tokens of one shown post, one space between two: `search_fts` and `vector` are made of them."""

    __tablename__ = "search_document"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    #: Title and tags are filled for the opening post only, so that a thread does not match ten times.
    title: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(Text, default="")
    #: Titles of the references that the post cites.
    sources: Mapped[str] = mapped_column(Text, default="")
    #: Number of tokens in all four.
    length: Mapped[int]


class SearchToken(Table):
    """In how many documents a token stands. Reserved: "" counts all documents, " " all their tokens."""

    __tablename__ = "search_token"

    token: Mapped[str] = mapped_column(Token, primary_key=True)
    documents: Mapped[int] = mapped_column(BigInteger)
    #: One of the words that have this token, as people write it (folded).
    word: Mapped[str] = mapped_column(Text)


class SearchTokenChange(Table):
    """What a change of the index adds to a token's count, until it is folded into it: rows are only added.

    Two who post at once so never wait for each other at the row of a common word.
    """

    __tablename__ = "search_token_change"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    token: Mapped[str] = mapped_column(Token, index=True)
    change: Mapped[int] = mapped_column(BigInteger)
    #: None when nothing is added.
    word: Mapped[str | None] = mapped_column(Text)
