"""Texts that moderators use again for their reasons; each is edited for the case before it is sent."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.db import rows
from forum.discussion.wording import Form, one_line
from forum.errors import Invalid, NotFound
from forum.languages.words import _
from forum.moderation import community_rules
from forum.moderation.decisions import REASON_LENGTH
from forum.moderation.statement import within
from forum.moderation.tables import SavedReason

TITLE_LENGTH = 80
MOST = 200


class SavedText(NamedTuple):
    """One text; `rule` is the key of the rule that goes with it, "" for none."""

    id: int
    title: str
    rule: str
    text: str
    is_retired: bool


_TEXTS = select(*(getattr(SavedReason, name) for name in SavedText._fields)).order_by(
    SavedReason.is_retired, SavedReason.title
)


def every(db: Session) -> Sequence[SavedText]:
    """All texts by their titles, those that are no longer offered last."""
    return [SavedText(*text) for text in rows(db, _TEXTS)]


def offered(db: Session) -> Sequence[SavedText]:
    """The texts to choose from, by their titles."""
    return [SavedText(*text) for text in rows(db, _TEXTS.where(SavedReason.is_retired.is_(False)))]


def keep(db: Session, text_id: int | None, title: str, rule: str, text: str) -> SavedReason:
    """The text of this id, or a new one, says this. Invalid (`title`, `rule`, `text`) says what is wrong."""
    kept = SavedReason() if text_id is None else find(db, text_id)
    form = Form()
    name = form.take("title", lambda typed: _title(db, typed, text_id), title)
    form.take("rule", lambda key: _rule(db, key), rule)
    words = form.take("text", _text, text)
    form.done()
    if text_id is None and len(every(db)) >= MOST:
        raise Invalid(
            {"title": _("There are {most} texts. Change one that is no longer needed.").format(most=MOST)}
        )
    kept.title, kept.rule, kept.text = name or "", rule, words or ""
    db.add(kept)
    db.flush()
    return kept


def find(db: Session, text_id: int) -> SavedReason:
    """The text of this id; NotFound if there is none."""
    found = db.get(SavedReason, text_id)
    if found is None:
        raise NotFound
    return found


def _title(db: Session, typed: str, text_id: int | None) -> str:
    title = one_line(typed)
    if not 1 <= len(title) <= TITLE_LENGTH:
        raise ValueError(
            _("Give it a short title, of at most {title_length} characters.").format(
                title_length=TITLE_LENGTH
            )
        )
    same = select(SavedReason.id).where(SavedReason.title == title)
    if db.scalar(same) not in (None, text_id):
        raise ValueError(_("There is a text of this title already."))
    return title


def _rule(db: Session, key: str) -> str:
    if key and key not in {rule.key for rule in community_rules.in_force(db)}:
        raise ValueError(_("Choose a rule of the list, or none."))
    return key


def _text(typed: str) -> str:
    text = within(typed, REASON_LENGTH)
    if not text:
        raise ValueError(_("The text is empty."))
    return text
