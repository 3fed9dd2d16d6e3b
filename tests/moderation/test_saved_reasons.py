"""Texts that moderators use again."""

import pytest
from makers import make_account
from moderation.acts import moderator
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.actions import phrasing
from forum.errors import Forbidden, Invalid, NotFound
from forum.moderation import saved_reasons
from forum.moderation.tables import LogEntry


def test_kept_changed_and_retired(db: Session) -> None:
    judge = moderator(db)
    kept = phrasing.keep(db, judge, None, "  No   source ", "sources", "Please give\n\n\n the page.")
    (text,) = saved_reasons.offered(db)
    assert text[1:4] == ("No source", "sources", "Please give\n\nthe page.")
    phrasing.keep(db, judge, kept.id, "No source", "", "Which page?")
    assert [(text.rule, text.text) for text in saved_reasons.every(db)] == [("", "Which page?")]
    phrasing.retire(db, judge, kept.id, True)
    assert saved_reasons.offered(db) == [] and saved_reasons.every(db)[0].is_retired
    phrasing.retire(db, judge, kept.id, False)
    assert len(saved_reasons.offered(db)) == 1
    assert list(db.scalars(select(LogEntry.act))) == ["saved-text"] * 4


@pytest.mark.parametrize(
    ("title", "rule", "text", "wrong"),
    [
        (" ", "none", "\n", {"title", "rule", "text"}),
        ("x" * 81, "", "x" * 2001, {"title", "text"}),
        ("Taken", "", "Words.", {"title"}),
    ],
)
def test_what_is_wrong_is_said(db: Session, title: str, rule: str, text: str, wrong: set[str]) -> None:
    judge = moderator(db)
    phrasing.keep(db, judge, None, "Taken", "", "Words.")
    with pytest.raises(Invalid) as invalid:
        phrasing.keep(db, judge, None, title, rule, text)
    assert invalid.value.fields.keys() == wrong


def test_only_moderators_keep_them(db: Session) -> None:
    with pytest.raises(Forbidden):
        phrasing.keep(db, make_account(db), None, "Mine", "", "Words.")
    with pytest.raises(NotFound):
        phrasing.retire(db, moderator(db), 10**6, True)
