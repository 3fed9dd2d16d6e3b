"""What people are writing and have not posted yet: kept on the server, one draft for each form.

What a draft said before it was replaced or thrown away is put aside: for a week it can be taken back.

Only who writes it ever sees a draft: every function here asks for the account, and no page for anybody else
calls one.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.clock import now
from forum.discussion.private_tables import Draft
from forum.paging import Cursor, Page

Fields = Mapping[str, str]

#: Of more drafts of one account the oldest go.
MOST = 100
#: A draft that nobody has touched for so long is thrown away.
LIFETIME = timedelta(days=90)
#: What was put aside goes sooner.
ASIDE_LIFETIME = timedelta(days=7)
#: The field, beside those of the form, with the name of the window that saved it last.
WINDOW = "window"
#: The largest number of a thread or a post that every database takes.
_LARGEST_ID = 2**31 - 1
#: Before the place of a form: the place of what was put aside there.
_ASIDE = "aside-"
_PLACE = re.compile(r"ask|(?:answer|comment|edit)-[1-9][0-9]{0,9}")


class Kept(NamedTuple):
    """A draft: the form that it belongs to, and its fields as typed."""

    id: int
    place: str
    fields: Fields
    saved_at: datetime
    #: Which window of a browser saved it; "" for a form without a script.
    window: str
    #: Whether it is what the form said before.
    is_aside: bool


def asking() -> str:
    """The place of the form that begins a thread."""
    return "ask"


def answering(thread_id: int) -> str:
    """The place of the form for an answer in this thread."""
    return f"answer-{thread_id}"


def commenting(post_id: int) -> str:
    """The place of the form for a comment under this post."""
    return f"comment-{post_id}"


def editing(post_id: int) -> str:
    """The place of the form in which this post is edited."""
    return f"edit-{post_id}"


def aside(place: str) -> str:
    """The place of what the form said before its draft was replaced or thrown away."""
    return f"{_ASIDE}{place}"


def is_place(place: str) -> bool:
    """Whether this names a form of which drafts are kept."""
    return _PLACE.fullmatch(place) is not None and parts(place)[1] <= _LARGEST_ID


def parts(place: str) -> tuple[str, int]:
    """What the form is for (ask, answer, comment, edit) and in which thread, or with which post; 0: none."""
    kind, _, number = place.partition("-")
    return kind, int(number or 0)


def find(db: Session, account_id: int, place: str) -> Kept | None:
    """What its writer left in this form; None if there is no draft."""
    found = db.scalars(select(Draft).where(Draft.account_id == account_id, Draft.place == place)).first()
    return None if found is None else _kept(found)


def both(db: Session, account_id: int, place: str) -> tuple[Kept | None, Kept | None]:
    """The draft of the form, and what was put aside there."""
    wanted = select(Draft).where(Draft.account_id == account_id, Draft.place.in_((place, aside(place))))
    found = {draft.place: _kept(draft) for draft in db.scalars(wanted)}
    return found.get(place), found.get(aside(place))


def read(db: Session, account_id: int, place: str) -> Fields:
    """The fields of this form as its writer left them; empty if there is no draft."""
    found = find(db, account_id, place)
    return found.fields if found else {}


def put(db: Session, account_id: int, place: str, fields: Fields, window: str = "") -> Kept:
    """This is the draft of the form from now on; of too many the oldest goes."""
    mine = select(Draft).where(Draft.account_id == account_id)
    draft = db.scalars(mine.where(Draft.place == place)).first()
    if draft is None:
        draft = Draft(account_id=account_id, place=place)
        db.add(draft)
    draft.fields, draft.saved_at = {**fields, WINDOW: window}, now()
    db.flush()
    for oldest in db.scalars(mine.order_by(Draft.saved_at.desc(), Draft.id.desc()).offset(MOST)).all():
        db.delete(oldest)
    return _kept(draft)


def put_aside(db: Session, account_id: int, place: str) -> None:
    """The form has no draft any more; what that said can be taken back for a week."""
    if found := find(db, account_id, place):
        put(db, account_id, aside(place), found.fields, found.window)
        end(db, account_id, place)


def take_back(db: Session, account_id: int, place: str) -> bool:
    """What was put aside is the draft again, and what stood there by now is aside.

    False if there is nothing.
    """
    draft, other = both(db, account_id, place)
    if other is None:
        return False
    end(db, account_id, aside(place))
    if draft:
        put(db, account_id, aside(place), draft.fields, draft.window)
    put(db, account_id, place, other.fields)
    return True


def end(db: Session, account_id: int, place: str) -> None:
    """Nothing is kept of the form any more: it was posted, thrown away or emptied."""
    db.execute(delete(Draft).where(Draft.account_id == account_id, Draft.place == place))


def forget(db: Session, account_id: int) -> None:
    """Nothing is kept of what the account was writing."""
    db.execute(delete(Draft).where(Draft.account_id == account_id))


def of_account(db: Session, account_id: int, after: str | None, limit: int) -> Page[Kept]:
    """The account's drafts, the last saved first."""
    wanted = select(Draft).where(Draft.account_id == account_id)
    if cursor := Cursor.decode(after, datetime, int):
        at, number = cursor
        wanted = wanted.where((Draft.saved_at < at) | ((Draft.saved_at == at) & (Draft.id < number)))
    found = db.scalars(wanted.order_by(Draft.saved_at.desc(), Draft.id.desc()).limit(limit + 1))
    return Page.of([_kept(draft) for draft in found], limit, lambda last: (last.saved_at, last.id))


def clear_outworn(db: Session) -> None:
    """Drafts that nobody has touched for three months are gone, and after a week what was put aside."""
    db.execute(delete(Draft).where(Draft.saved_at < now() - LIFETIME))
    is_aside = Draft.place.startswith(_ASIDE, autoescape=True)
    db.execute(delete(Draft).where(is_aside, Draft.saved_at < now() - ASIDE_LIFETIME))


def _kept(draft: Draft) -> Kept:
    fields = {name: str(value) for name, value in draft.fields.items() if name != WINDOW}
    window, is_aside = str(draft.fields.get(WINDOW, "")), draft.place.startswith(_ASIDE)
    return Kept(draft.id, draft.place.removeprefix(_ASIDE), fields, draft.saved_at, window, is_aside=is_aside)
