"""What is suggested for the first letters: only what begins so, only what readers see, in a few rows."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st
from makers import make_account, make_answer, make_thread, opening, unhurried
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from forum.accounts.tables import Account
from forum.actions import withdrawing
from forum.db import Database, rows
from forum.discussion.tables import Tag, Thread
from forum.references import catalogue
from forum.references.identifiers import Identifier, Scheme
from forum.search import beginnings, suggest, vocabulary
from forum.search.suggest import Suggestions, suggestions

DOI = Identifier(Scheme.DOI, "10.5555/sleep")


@pytest.fixture(autouse=True)
def _unhurried() -> Iterator[None]:
    with unhurried():
        yield


def titles(db: Session, letters: str, most: int = 8) -> list[str]:
    return [thread.title for thread in suggestions(db, letters, most).threads]


def test_threads_by_the_words_of_their_titles(db: Session) -> None:
    make_thread(db, title="Depressed in winter, and then?")
    make_thread(db, title="Which lamp is bright enough?", text="For a depression in winter.")
    studies = make_thread(db, title="Studies of sleep in winter")
    assert titles(db, "depr") == titles(db, "Dépr") == ["Depressed in winter, and then?"]
    assert titles(db, "depresse") == ["Depressed in winter, and then?"], "longer than the stem"
    assert titles(db, "studie") == ["Studies of sleep in winter"]
    assert titles(db, "the sleep in wint") == ["Studies of sleep in winter"]
    assert titles(db, "sleep lam") == titles(db, "depressing") == titles(db, "xylo") == []
    (found,) = suggestions(db, "studies", 8).threads
    assert (found.id, found.slug, found.kind) == (studies.id, "studies-of-sleep-in-winter", "question")


def test_too_few_letters_suggest_nothing(db: Session) -> None:
    make_thread(db, title="A question about anything", tags="a1")
    assert suggestions(db, "a", 8) == suggestions(db, " a. ", 8) == suggestions(db, "", 8) == Suggestions()


def test_what_is_typed_in_full_comes_first(db: Session) -> None:
    first = make_thread(db, title="Sleep is what I wonder about")
    better = make_thread(db, title="The best sleep of my life")
    db.get_one(Thread, better.id).score = 7
    db.flush()
    assert titles(db, "sleep") == [first.title, better.title]
    assert titles(db, "slee") == [better.title, first.title]


def test_tags_references_and_people_in_eight_places(db: Session) -> None:
    sleeper = make_account(db, "sleepyhead")
    for number in range(6):
        tags = "sleep" if number else "sleep sleep-walking sleepless"
        make_thread(db, sleeper, title=f"Sleep in the year {number}", tags=tags)
    make_answer(db, make_thread(db), text="See [@doi:10.5555/sleep].")
    reference = catalogue.find_or_create(db, [DOI])[DOI]
    catalogue.record(db, reference, {"title": "Sleep and its discontents", "type": "book"}, "crossref")
    found = suggestions(db, "Sleep", 8)
    assert [(tag.name, tag.thread_count) for tag in found.tags] == [("sleep", 6), ("sleep-walking", 1)]
    assert [each.title for each in found.references] == ["Sleep and its discontents"]
    assert [person.name for person in found.people] == ["sleepyhead"]
    assert len(found.threads) == 4, "the rest of the places"
    assert [tag.name for tag in suggestions(db, "sleep wa", 8).tags] == ["sleep-walking"]
    assert [person.name for person in suggestions(db, "@SLEEPY", 8).people] == ["sleepyhead"]


def test_only_what_readers_see(db: Session) -> None:
    newcomer, writer = make_account(db, "zqnew", shown_posts=0), make_account(db, "zqold")
    make_thread(db, newcomer, title="Zqheld is a word here", tags="zqheld")
    gone = make_thread(
        db, writer, title="Zqgone is a word here", tags="zqgone", text="See [@doi:10.5555/zq]."
    )
    db.execute(text("UPDATE reference SET title = 'Zqgone', words = 'zqgone'"))
    assert titles(db, "zqg") and suggestions(db, "zqg", 8).tags
    withdrawing.withdraw(db, writer, opening(db, gone).id)
    db.get_one(Account, writer.id).shown_posts = 0
    db.flush()
    for letters in ("zq", "zqh", "zqheld", "zqg", "zqgone", "zqn", "zqnew", "zqo"):
        assert not any(suggestions(db, letters, 8)), letters


def test_tokens_that_begin_so_before_and_after_they_are_counted(database: Database) -> None:
    with database.writing() as db:
        asker = make_account(db)
        make_thread(db, asker, title="Walking and walkers")
        gone = make_thread(db, asker, title="Walnut shells")
    for _ in range(2):
        with database.reading() as db:
            found = beginnings.tokens(db, ["walk", "waln"], ["shell"], 9)
            assert {(each.token, each.documents) for each in found} == {
                ("walk", 1), ("walker", 1), ("walnut", 1), ("shell", 1),
            }  # fmt: skip
            assert {each.word for each in found} == {"walking", "walkers", "walnut", "shells"}
            assert len(beginnings.tokens(db, ["wa"], (), 2)) == 2
            assert [each.token for each in beginnings.tokens(db, ["wa"], (), 9, (6, 6))] == [
                "walker",
                "walnut",
            ]
        vocabulary.fold(database)
    with database.writing() as db:
        withdrawing.withdraw(db, asker, opening(db, gone).id)
    with database.reading() as db:
        assert beginnings.tokens(db, ["waln"], (), 9) == []


def test_beginnings_are_found_in_an_index(db: Session) -> None:
    make_thread(db)
    db.flush()
    for table, column in (("search_token", "token"), ("tag", "name"), ("account", "name_key")):
        asked = f"SELECT {column} FROM {table} WHERE {column} >= 'sl' AND {column} < 'sl{beginnings.LAST}'"
        assert _reads_an_index(db, f"{asked} ORDER BY {column} LIMIT 300"), table


def test_threads_are_read_by_their_numbers_and_not_by_the_index_of_a_list(db: Session) -> None:
    make_thread(db)
    db.flush()
    if db.get_bind().dialect.name == "postgresql":
        # In an empty table every index is as good, and empty it counts as once it was vacuumed.
        names = ", ".join(each.name for each in Thread.__table__.columns if each.name != "id")
        copies = f"INSERT INTO thread ({names}) SELECT {names} FROM thread, generate_series(1, 2000)"
        db.execute(text(copies))
        db.execute(text("ANALYZE thread"))
    noted: list[tuple[str, object]] = []

    def note(*given: object) -> None:
        noted.append((str(given[2]), given[3]))

    event.listen(db.connection().engine, "before_cursor_execute", note)
    rows(db, suggest._HITS, thread_ids=list(range(1, 100)))
    event.remove(db.connection().engine, "before_cursor_execute", note)
    ((statement, parameters),) = noted
    explain = "EXPLAIN QUERY PLAN " if db.get_bind().dialect.name == "sqlite" else "EXPLAIN "
    cursor = db.connection().connection.cursor()
    cursor.execute(explain + statement, parameters)  # type: ignore[arg-type]
    plan = str(cursor.fetchall())
    assert "PRIMARY KEY" in plan or "pk_thread" in plan, plan


def _reads_an_index(db: Session, statement: str) -> bool:
    if db.get_bind().dialect.name == "sqlite":
        return "SEARCH" in str(db.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all())
    db.execute(text("SET LOCAL enable_seqscan = off"))
    return "Index Cond" in str(db.execute(text(f"EXPLAIN {statement}")).all())


@given(letters=st.text(max_size=40) | st.sampled_from(['"', "' | x", "a*b", "ab:*", "ab) OR (cd", "ab\\"]))
@options(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_letters_make_it_throw(db: Session, letters: str) -> None:
    if not db.query(Tag).count():
        make_thread(db, title="Abacus and abbot, a question")
    assert len(suggestions(db, letters, 8).threads) <= 8


def test_of_common_words_only_the_newest_posts_are_read(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = opening(db, make_thread(db, title="Sleep and more sleep")).id
    monkeypatch.setattr(suggest, "_ENTRIES", 10)
    assert suggest._since(db, 10) == 0
    assert suggest._since(db, 20) == newest - newest // 2
    assert titles(db, "sleep") == ["Sleep and more sleep"]
    monkeypatch.setattr(suggest, "_since", lambda _db, _entries: newest)
    assert titles(db, "sleep") == []
