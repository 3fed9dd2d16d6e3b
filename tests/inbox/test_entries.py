"""The inbox as it is read: by thread, page by page, in parts, and without what its reader may not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conftest import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import make_account, make_answer, make_letter, make_thread, opening
from sqlalchemy import delete, event, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import editing
from forum.clock import now
from forum.discussion import posts
from forum.discussion.tables import PostState
from forum.inbox import entries, messages
from forum.inbox.entries import Entry
from forum.inbox.filters import ALL, Filter
from forum.inbox.kinds import Group
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.languages.speaking import speaking
from forum.paging import Page


def _send(db: Session, to: Actor, kind: str = "answer", thread_id: int | None = None, **more: Any) -> Message:
    return messages.send(db, to.id, kind, make_letter(f"Of {kind}"), "/p/1", thread_id=thread_id, **more)


def _pages(db: Session, who: Actor, shown: Filter, limit: int, between: Any = None) -> list[Entry]:
    found: list[Entry] = []
    after = None
    for _ in range(99):
        page = entries.listing(db, who, shown, after, limit)
        found += page.items
        after = page.next
        if after is None:
            return found
        if between:
            between()
    raise AssertionError("the pages have no end")


def test_what_belongs_to_one_thread_is_one_entry(db: Session, frozen: Clock) -> None:
    ann, bob = make_account(db), make_account(db)
    thread, other = make_thread(db, title="Is tea good for you?"), make_thread(db)
    ids = [_send(db, ann, "answer", thread.id).id for _ in range(5)]
    alone = _send(db, ann, "welcome")
    _send(db, bob, "answer", thread.id)
    single = _send(db, ann, "mention", other.id)
    db.get_one(Message, ids[0]).read_at = frozen()
    db.flush()
    first, second, third = entries.listing(db, ann, ALL, None, 9).items
    assert [m.id for m in first.messages] == [single.id] and (first.more, first.unread) == (0, 1)
    assert [m.id for m in second.messages] == [alone.id]
    assert (second.title, second.thread_id) == ("", None)
    assert [m.id for m in third.messages] == ids[:1:-1]
    assert (third.title, third.more, third.unread) == ("Is tea good for you?", 2, 4)


def test_the_parts_of_an_inbox(db: Session, frozen: Clock) -> None:
    ann = make_account(db)
    thread = make_thread(db)
    answer, decision, comment = (
        _send(db, ann, kind, thread.id) for kind in ("answer", "decision", "comment")
    )
    other = _send(db, ann, "security")
    answer.read_at = frozen()
    db.flush()

    def part(name: str) -> list[list[int]]:
        page = entries.listing(db, ann, Filter.of(name), None, 9)
        return [[message.id for message in entry.messages] for entry in page.items]

    assert part("") == part("nonsense") == [[other.id], [comment.id, decision.id, answer.id]]
    assert part("unread") == [[other.id], [comment.id, decision.id]]
    assert part("answers") == [[answer.id]]
    assert part("moderation") == [[decision.id]]
    assert part("account") == [[other.id]]
    assert part("follows") == []
    assert part(f"thread-{thread.id}") == [[comment.id], [decision.id], [answer.id]]
    assert entries.unread(db, ann.id) == {Group.MODERATION: 1, Group.COMMENTS: 1, Group.ACCOUNT: 1}
    for name in ("", "unread", "answers", "thread-12"):
        assert Filter.of(name).name == name


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["answer", "decision"])), max_size=25),
    arriving=st.lists(st.integers(0, 4), max_size=4),
    limit=st.integers(1, 4),
    name=st.sampled_from(["", "unread", "answers"]),
)
def test_no_thread_comes_twice_and_none_is_left_out_whatever_arrives_meanwhile(
    db: Session, told: list[tuple[int, str]], arriving: list[int], limit: int, name: str
) -> None:
    reader = make_account(db)
    threads = [None, *(make_thread(db).id for _ in range(4))]
    sent = [(_send(db, reader, kind, threads[place]).id, threads[place], kind) for place, kind in told]
    wanted = [one for one in sent if name != "answers" or one[2] == "answer"]
    coming = iter(arriving)

    def arrive() -> None:
        for place in coming:
            _send(db, reader, "answer", threads[place])
            return

    found = _pages(db, reader, Filter.of(name), limit, arrive)
    heads = [entry.head.id for entry in found]
    assert heads == sorted(heads, reverse=True)
    assert [e.thread_id for e in found if e.thread_id] == list(
        dict.fromkeys(thread for _, thread, _ in reversed(wanted) if thread)
    )
    assert sum(len(entry.messages) + entry.more for entry in found) == len(wanted)
    db.execute(delete(Message))


def test_of_a_post_that_its_reader_no_longer_sees_no_words_are_there(db: Session) -> None:
    asker, reader, boss = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    writer = make_account(db)
    thread = make_thread(db, asker, title="A title to be hidden")
    answer = make_answer(db, thread, writer)
    db.execute(delete(Message))
    for who in (reader, asker, boss, writer):
        _send(db, who, "mention", thread.id, post_id=answer.id, author_id=writer.id)
        _send(db, who, "mention", thread.id)

    def seen(who: Actor) -> tuple[str, list[tuple[str, bool]]]:
        (entry,) = entries.listing(db, who, ALL, None, 9).items
        return entry.title, [(message.subject, message.is_there) for message in entry.messages]

    whole = ("A title to be hidden", [("Of mention", True)] * 2)
    gone = [("Of mention", True), ("", False)]
    assert [seen(who) for who in (reader, asker, boss, writer)] == [whole] * 4
    posts.move(db, answer, PostState.HIDDEN, boss.id, "")
    assert seen(reader) == seen(asker) == (whole[0], gone)
    assert seen(boss) == seen(writer) == whole
    posts.move(db, opening(db, thread), PostState.HIDDEN, boss.id, "")
    assert seen(reader) == ("", gone)
    assert seen(asker) == (whole[0], gone)
    assert seen(writer) == ("", whole[1])
    assert seen(boss) == whole
    (entry,) = entries.listing(db, reader, ALL, None, 9).items
    hidden = entry.messages[1]
    assert (hidden.text, hidden.path, hidden.author_id) == ("", "", None)


def test_a_title_that_was_taken_away_is_not_named_when_the_thread_is_back_with_another(
    db: Session, frozen: Clock
) -> None:
    asker, reader, boss = make_account(db), make_account(db), make_account(db, role=Role.MODERATOR)
    thread = make_thread(db, asker, title="A title to be taken away")
    post = opening(db, thread)

    def seen() -> list[tuple[str, bool]]:
        return [
            (told.subject, told.is_there)
            for entry in entries.listing(db, reader, ALL, None, 9).items
            for told in entry.messages
        ]

    _send(db, reader, "mention", thread.id, post_id=post.id)
    assert seen() == [("Of mention", True)]
    posts.move(db, post, PostState.REMOVED, boss.id, "")
    editing.edit(db, asker, post.id, "Other words.", 1, title="A title that may stay")
    posts.move(db, post, PostState.SHOWN, boss.id, "")
    assert post.visible and seen() == [("", False)]
    frozen.forward(seconds=1)
    _send(db, reader, "answer", thread.id, post_id=post.id)
    assert seen() == [("Of answer", True), ("", False)]


def test_a_title_is_named_again_when_taking_it_away_is_taken_back(db: Session) -> None:
    reader, boss = make_account(db), make_account(db, role=Role.MODERATOR)
    post = opening(db, make_thread(db))
    _send(db, reader, "mention", post.thread_id, post_id=post.id)
    for state in (PostState.REMOVED, PostState.SHOWN):
        posts.move(db, post, state, boss.id, "")
    (entry,) = entries.listing(db, reader, ALL, None, 9).items
    assert entry.head.is_there


def test_who_turns_to_another_language_reads_all_in_it_in_as_many_queries(db: Session) -> None:
    """Nothing of it is there, in any language, once its post is hidden."""
    reader, writer = make_account(db), make_account(db, "ann")
    post = make_answer(db, make_thread(db, writer), writer)
    letter = compose("answer", author="ann", title="Why?", what="answer")
    messages.send(db, reader.id, "answer", letter, "/p/1", post_id=post.id, thread_id=post.thread_id)
    _send(db, reader, "accepted", post.thread_id)

    def seen() -> tuple[list[tuple[str, str]], int]:
        with _listening(db) as asked:
            (entry,) = entries.listing(db, reader, ALL, None, 9).items
        return [(told.subject, told.text) for told in entry.messages], len(asked)

    as_it_is = ("Of accepted", "Words.")
    english, asked = seen()
    assert english == [
        as_it_is,
        ("ann answered “Why?”", "ann has written an answer to your question “Why?”."),
    ]
    with speaking("fr"):
        assert seen() == ([as_it_is, (letter.subject, letter.text)], asked)
        assert letter.subject.startswith("ann a répondu")
        posts.move(db, post, PostState.HIDDEN, None, "")
        assert seen()[0] == [as_it_is, ("", "")]


@contextmanager
def _listening(db: Session) -> Iterator[list[tuple[str, Any]]]:
    asked: list[tuple[str, Any]] = []

    def note(*args: Any) -> None:
        asked.append((args[2], args[3]))

    event.listen(db.connection(), "before_cursor_execute", note)
    yield asked
    event.remove(db.connection(), "before_cursor_execute", note)


def _filled(db: Session, threads: int, each: int) -> Actor:
    reader = make_account(db)
    ids = [make_thread(db).id for _ in range(threads)]
    for number in range(each):
        for thread_id in ids:
            message = _send(db, reader, "answer", thread_id)
            message.read_at = now() if number % 2 else None
    db.flush()
    return reader


def test_three_queries_for_a_page_of_any_size_and_none_of_them_reads_a_whole_table(db: Session) -> None:
    small, large = _filled(db, 1, 2), _filled(db, 12, 6)
    if db.get_bind().dialect.name == "sqlite":
        db.execute(text("ANALYZE"))
    for shown in (ALL, Filter.of("unread"), Filter.of("answers"), Filter.of("thread-1")):
        numbers = []
        for reader in (small, large):
            with _listening(db) as asked:
                page: Page[Entry] = entries.listing(db, reader, shown, None, 10)
                entries.listing(db, reader, shown, page.next or "", 10)
                entries.unread(db, reader.id)
            numbers.append(len(asked))
            if db.get_bind().dialect.name == "sqlite":
                for statement, values in asked:
                    plan = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                    steps = [str(step[3]) for step in plan]
                    assert not [step for step in steps if step.startswith("SCAN message")], steps
        assert max(numbers) <= 7, (shown, numbers)
