"""A post's earlier wordings: which of them are for readers, and what changed from one to the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup, escape
from sqlalchemy import Integer, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.db import AnyRow, AnySelect, row, rows
from forum.discussion import changes
from forum.discussion.tables import Post, Revision
from forum.paging import Cursor, Page


class RevisionView(NamedTuple):
    number: int
    author: str
    at: datetime
    why: str
    title: str
    tag_names: str
    #: Whether readers may see it.
    is_public: bool
    #: Title and tags changed against the revision before it.
    title_changed: bool
    tags_changed: bool
    #: The text with <ins> and <del>; the first revision is the text itself.
    diff_html: Markup


class Wording(NamedTuple):
    """What one revision said; title and tags are an opening post's."""

    title: str
    tag_names: str
    text: str


_PUBLIC = and_(Revision.shown, Revision.taken_with.is_(None))
_ALL: AnySelect = (
    select(
        Revision.number,
        Account.name,
        Revision.at,
        Revision.why,
        Revision.title,
        Revision.tag_names,
        _PUBLIC.label("is_public"),
        Revision.text,
    )
    .join(Account, Account.id == Revision.author_id)
    .where(Revision.post_id == bindparam("post_id"))
    .order_by(Revision.number.desc())
    .limit(bindparam("most", type_=Integer))
)
_FOR_READERS = _ALL.where(_PUBLIC)
_present = select(Post.revision).where(Post.id == Revision.post_id).scalar_subquery()
_SHOW = (
    update(Revision)
    .where(
        Revision.post_id.in_(bindparam("post_ids", expanding=True)),
        or_(Revision.number == _present, Revision.taken_with == _present),
    )
    .values(
        taken_with=func.nullif(Revision.taken_with, _present),
        shown=or_(Revision.shown, Revision.number == _present),
    )
)
_EARLIER = Revision.number < bindparam("before", type_=Integer)


def of_post(db: Session, post_id: int, everything: bool, after: str | None, limit: int) -> Page[RevisionView]:
    """The post's revisions, the newest first, each compared with the one before it that the viewer sees.

    Readers see what has been shown to them and was not taken from them; `everything` is for the author
    and for moderators.
    """
    statement, values = (_ALL if everything else _FOR_READERS), {"post_id": post_id, "most": limit + 1}
    if cursor := Cursor.decode(after, int):
        statement, values["before"] = statement.where(_EARLIER), cursor[0]
    found = rows(db, statement, **values)
    page: Page[AnyRow] = Page.of(found, limit, lambda last: (last.number,))
    views = [_view(one, former) for one, former in zip(page.items, [*found[1:], None], strict=False)]
    return Page(views, page.next)


def between(db: Session, post_id: int, older: int, newer: int) -> RevisionView | None:
    """The newer of two wordings compared with the older one, for moderators; None if it is not newer."""
    two = _ALL.where(Revision.number.in_((older, newer)))
    found = {one.number: one for one in rows(db, two, post_id=post_id, most=2)}
    return _view(found[newer], found.get(older)) if newer in found and newer > older else None


def wording(db: Session, post_id: int, number: int) -> Wording:
    """What the post's revision with this number said; nothing at all if there is none."""
    columns = (Revision.title, Revision.tag_names, Revision.text)
    found = row(db, select(*columns).where(Revision.post_id == post_id, Revision.number == number))
    return Wording(*found) if found else Wording("", "", "")


def show(db: Session, post_ids: Sequence[int]) -> None:
    """The present wordings of these posts, which readers see from now on, are readers' text.

    If a moderator had taken exactly this wording away, then that is reversed, also for the earlier ones that
    went with it.
    """
    if not post_ids:
        return
    db.flush()
    db.connection().execute(_SHOW, {"post_ids": post_ids})


def take(db: Session, post: Post) -> None:
    """A moderator took the post away: its wordings up to now are not for readers, whatever follows them."""
    public = update(Revision).where(Revision.taken_with.is_(None), Revision.post_id == post.id)
    db.execute(public.values(taken_with=post.revision), execution_options={"synchronize_session": False})


def _view(one: AnyRow, former: AnyRow | None) -> RevisionView:
    change = escape(one.text) if former is None else changes.marked(former.text, one.text)
    renamed = former is not None and one.title != former.title
    retagged = former is not None and one.tag_names != former.tag_names
    return RevisionView._make([*one[:-1], renamed, retagged, change])
