"""A post's earlier wordings, and what changed from one to the next."""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup, escape
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import rows
from forum.discussion.tables import Revision

#: Beyond so many words a comparison by words takes too long; lines are compared instead.
WORDS = 4000


class RevisionView(NamedTuple):
    number: int
    author: str
    at: datetime
    why: str
    title: str
    tag_names: str
    text: str
    #: Title and tags changed against the revision before it.
    title_changed: bool
    tags_changed: bool
    #: The text with <ins> and <del>; the first revision is the text itself.
    diff_html: Markup


_REVISIONS = (
    select(
        Revision.number,
        Account.name,
        Revision.at,
        Revision.why,
        Revision.title,
        Revision.tag_names,
        Revision.text,
    )
    .join(Account, Account.id == Revision.author_id)
    .where(Revision.post_id == bindparam("post_id"))
    .order_by(Revision.number)
)


def of_post(db: Session, post_id: int) -> list[RevisionView]:
    """All revisions, the newest first, each compared with the one before it."""
    views: list[RevisionView] = []
    title, tag_names, text = "", "", ""
    for found in rows(db, _REVISIONS, post_id=post_id):
        first = not views
        change = escape(found.text) if first else diff(text, found.text)
        renamed, retagged = found.title != title, found.tag_names != tag_names
        views.append(RevisionView._make([*found, not first and renamed, not first and retagged, change]))
        title, tag_names, text = found.title, found.tag_names, found.text
    return views[::-1]


def diff(before: str, after: str) -> Markup:
    """`after` with what was put in as <ins> and what was taken out as <del>; everything escaped."""
    pieces = re.compile(r"\s+|\w+|[^\w\s]")
    old, new = pieces.findall(before), pieces.findall(after)
    if max(len(old), len(new)) > WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return Markup("").join(_marked(old, new))


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[Markup]:
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield escape("".join(new[c:d]))
            continue
        if b > a:
            yield Markup("<del>{}</del>").format("".join(old[a:b]))
        if d > c:
            yield Markup("<ins>{}</ins>").format("".join(new[c:d]))
