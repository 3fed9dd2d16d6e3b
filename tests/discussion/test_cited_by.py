"""Which sources a person cites: each once, counted, the latest use first; never what readers do not see."""

import re
from collections.abc import Callable

from makers import make_account, make_answer, make_thread, opening, unhurried
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor
from forum.actions import effects, posting, verifying
from forum.db import Database
from forum.discussion import cited_by, posts
from forum.discussion.tables import Post, PostState, Tag

FIRST, SECOND, THIRD = (f"10.5555/cited{number}" for number in (1, 2, 3))


def cites(*sources: str) -> str:
    return "What is known: " + " and ".join(f"[@doi:{source}]" for source in sources) + "."


def listed(db: Session, who: Actor, after: str | None = None, limit: int = 10) -> list[tuple[str, int, str]]:
    """Of each source the end of its address, how many posts cite it, and the latest one's thread."""
    page = cited_by.cited_by(db, who.id, after, limit)
    return [
        (found.html[found.html.find("cited") :][:6], found.posts, found.thread_title) for found in page.items
    ]


def test_each_source_stands_once_with_its_posts_the_latest_use_first(db: Session, frozen) -> None:
    writer = make_account(db)
    first = make_thread(db, title="The first thread of all")
    make_answer(db, first, writer, cites(FIRST, SECOND))
    frozen.forward(hours=1)
    second = make_thread(db, writer, title="The second thread of all", text=cites(FIRST, FIRST))
    make_answer(db, first, None, cites(THIRD))
    assert listed(db, writer) == [
        ("cited1", 2, "The second thread of all"),
        ("cited2", 1, "The first thread of all"),
    ]
    assert cited_by.sums(db, writer.id) == (2, 2, 0)
    reader = make_account(db)
    found = cited_by.cited_by(db, writer.id, None, 1)
    verifying.verify(db, reader, opening(db, second).id, found.items[0].reference_id, "supported", "")
    assert cited_by.sums(db, writer.id) == (2, 2, 1)
    assert cited_by.sums(db, make_account(db).id) == (0, 0, 0)


def test_pages_go_on_where_the_last_ended(db: Session, frozen) -> None:
    writer = make_account(db)
    thread = make_thread(db)
    with unhurried():
        for number in range(7):
            frozen.forward(hours=1)
            make_answer(db, thread, writer, cites(f"10.5555/cited{number}", f"10.5555/cited{number + 1}"))
    after, found = None, []
    while True:
        page = cited_by.cited_by(db, writer.id, after, 3)
        found += [each.reference_id for each in page.items]
        after = page.next
        if after is None:
            break
    assert len(found) == len(set(found)) == 8
    whole = cited_by.cited_by(db, writer.id, None, 20)
    assert found == [each.reference_id for each in whole.items] and whole.next is None
    assert [each.posts for each in whole.items].count(2) == 6


def test_what_readers_do_not_see_is_not_counted(db: Session) -> None:
    writer = make_account(db)
    thread = make_thread(db)
    hidden = make_answer(db, thread, writer, cites(FIRST))
    make_answer(db, thread, writer, cites(SECOND))
    effects.publish(db, thread.id, posts.move(db, hidden, PostState.HIDDEN, None))
    assert [source for source, *_ in listed(db, writer)] == ["cited2"]
    assert cited_by.sums(db, writer.id) == (1, 1, 0)


def test_what_was_written_without_a_name_is_nobodys(db: Session) -> None:
    writer = make_account(db)
    db.add(Tag(name="private", allows_anonymous=True))
    db.flush()
    post = posting.ask(
        db,
        writer,
        "question",
        "Something hard to ask",
        "private",
        cites(FIRST),
        key="",
        held_posts=2,
        anonymous=True,
    )
    assert db.get_one(Post, post.id).visible and db.get_one(Post, post.id).author_id != writer.id
    assert listed(db, writer) == [] and cited_by.sums(db, writer.id).sources == 0


def test_it_costs_what_the_person_wrote(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with unhurried(), database.writing() as db:
        writer, other = make_account(db), make_account(db)
        thread = make_thread(db, other)
        for number in range(30):
            make_answer(db, thread, other, cites(f"10.5555/other{number}"))
        make_answer(db, thread, writer, cites(FIRST))
    with database.writing() as db:
        db.execute(text("ANALYZE"))
    asked: list[tuple[str, object]] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda _c, _u, sql, values, *_: asked.append((sql, values))
    )
    with database.reading() as db:
        assert len(listed(db, writer)) == 1 and cited_by.sums(db, writer.id).sources == 1
    steps: list[str] = []
    selects = [(sql, values) for sql, values in asked if sql.lstrip().startswith(("SELECT", "WITH"))]
    with database.engine.connect() as connection:
        for sql, values in selects:
            steps += [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert len(selects) == 2
    assert not [step for step in steps if re.match(r"SCAN (post|citation|reference|thread)\b", step)], steps
    assert sum("ix_post_author" in step for step in steps) == 2, steps
