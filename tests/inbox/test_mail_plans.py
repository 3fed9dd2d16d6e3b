"""What the admins' page about mails costs: however many left well, only those in trouble are read."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from forum.clock import now
from forum.inbox import bounces, sent
from forum.inbox.channel_tables import SentMail

ASKED: dict[str, Callable[[Session], object]] = {
    "ix_sent_mail_unsure": sent.unsure_count,
    "ix_inbox_choice_paused_at": bounces.paused_count,
}


@pytest.mark.parametrize("index", ASKED)
def test_only_mails_in_trouble_are_read(db: Session, index: str) -> None:
    moment = now() - timedelta(days=1)
    well = [
        {"key": f"message-{number}", "kind": "answer", "handed_at": moment, "sent_at": moment}
        for number in range(300)
    ]
    db.execute(insert(SentMail), well)
    assert index in _plan(db, ASKED[index])


def test_the_latest_unsure_mails_are_read_in_their_order(db: Session) -> None:
    plan = _plan(db, lambda db: sent.unsure(db, 20))
    assert "ix_sent_mail_unsure" in plan and "TEMP B-TREE" not in plan and "Sort" not in plan


def _plan(db: Session, ask: Callable[[Session], object]) -> str:
    """How the one statement is answered of which this consists."""
    is_sqlite = db.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        db.execute(text("ANALYZE sent_mail"))
        db.execute(text("SET LOCAL enable_seqscan = off"))
    noted: list[tuple[str, object]] = []

    def note(*given: object) -> None:
        noted.append((str(given[2]), given[3]))

    event.listen(db.connection().engine, "before_cursor_execute", note)
    ask(db)
    event.remove(db.connection().engine, "before_cursor_execute", note)
    ((statement, parameters),) = noted
    cursor = db.connection().connection.cursor()
    cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + statement, parameters)  # type: ignore[arg-type]
    return str(cursor.fetchall())
