"""What both databases find in the index, in what order, and that they read no more of it than they must."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from search.small import Forum
from sqlalchemy import ColumnElement, event, exists, select, text
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import rows
from forum.discussion.tables import Citation, Post, Thread
from forum.search import choosing, postgres
from forum.search.asking import Ask, Sought, asked
from forum.search.index import engine_of
from forum.search.language import parse
from forum.search.places import Document
from forum.search.query import Order


@pytest.fixture
def forum(db: Session) -> Forum:
    return Forum(db)


def posts(
    db: Session, words: str, *clauses: ColumnElement[bool], order: Order = Order.RELEVANCE, most: int = 50
) -> list[int]:
    return [each.post_id for each in engine_of(db).candidates(db, parse(words), clauses, order, most)]


@pytest.mark.parametrize("word", ["B6", "php", "403", "q10", "C", "Ω3", "čaj", "日本"])
def test_short_words_numbers_and_other_scripts_are_found(forum: Forum, word: str) -> None:
    body = forum.thread("Vitamins", f"My site with {word}, says error.").id
    title = forum.thread(f"What is {word}?", "Nothing of the sort.").id
    forum.thread("Vitamins", "Nothing of the sort.")
    assert posts(forum.db, word) == [title, body]
    assert posts(forum.db, f"title:{word}") == [title]


GERMAN = (
    "Ich habe das Präparat vor dem Schlafen genommen, und es hat mir nicht geholfen, weil es zu schwach ist."
)
FRENCH = (
    "Je prends du magnésium avant de dormir, et les études disent que cela ne change rien pour les adultes."
)
ENGLISH = "I have been sleeping badly, and the studies of this say that it is not the magnesium that does it."


def test_english_is_found_by_stems_and_other_languages_as_they_stand(forum: Forum) -> None:
    german, french, english = (forum.thread("X", text, tags="").id for text in (GERMAN, FRENCH, ENGLISH))
    assert posts(forum.db, "präparat") == posts(forum.db, "PRAPARAT genommen") == [german]
    assert posts(forum.db, "etudes") == posts(forum.db, "études") == [french]
    assert posts(forum.db, "sleep") == posts(forum.db, "study sleeps") == [english]
    assert set(posts(forum.db, "magnesium")) == {french, english}
    # Stemmed as if it were English, this would be found by "adult".
    assert posts(forum.db, "adult") == []
    assert posts(forum.db, "adultes") == [french]


def test_all_words_stand_above_some_and_then_the_better_ones(forum: Forum) -> None:
    one = forum.thread("Valerian, valerian, valerian", "Valerian.").id
    both = forum.thread("X", "Much is said of valerian, and elsewhere of hops.").id
    near = forum.thread("X", "Much is said elsewhere, of valerian hops and so.").id
    assert posts(forum.db, "valerian hops") == [near, both, one]


def test_needed_excluded_and_titles(forum: Forum) -> None:
    db = forum.db
    green = forum.thread("Green tea", "Some say so.").id
    black = forum.thread("Black tea", "Not green.").id
    none = forum.thread("Coffee", "With green milk, no tea green.").id
    assert set(posts(db, "green tea")) == {green, black, none}
    assert posts(db, '"green tea"') == [green]
    assert set(posts(db, 'milk "green tea"')) == {green}
    assert posts(db, "green -tea") == []
    assert set(posts(db, "green -black")) == {green, none}
    assert set(posts(db, 'green -"green tea"')) == {black, none}
    assert posts(db, "title:green") == [green]
    assert posts(db, "title:coffee green") == [none]
    assert posts(db, '"tea green" title:black') == []
    assert posts(db, "nowhere") == posts(db, '"nowhere" tea') == []


def test_a_phrase_stays_within_a_field(forum: Forum) -> None:
    forum.thread("About green", "tea and more", tags="green tea")
    there = forum.thread("X", "A green tea.", tags="sleep").id
    assert posts(forum.db, '"green tea"')[-1:] == [there]
    assert posts(forum.db, '"about tea"') == posts(forum.db, '"green tea and"') == []


def test_clauses_hold_for_what_is_found(forum: Forum) -> None:
    db = forum.db
    old = forum.thread("Garden", "One.", kind="question", score=3)
    new = forum.thread("Garden", "Two.", kind="discussion", score=1)
    other = forum.person("Bob")
    his = forum.post(old.thread_id, "A garden answer, garden.", by=other)
    assert posts(db, "garden", Thread.kind == "question", Post.author_id == other) == [his.id]
    assert posts(db, "garden", Thread.score > 2, Post.author_id != other) == [old.id]
    assert posts(db, "garden answer", Thread.kind == "discussion") == [new.id]
    cites = exists(select(Citation.id).where(Citation.post_id == Post.id))
    assert posts(db, "garden", cites) == []
    forum.cite(new, "10.1371/journal.pone.0211023")
    for order in Order:
        assert posts(db, "garden", cites, order=order) == [new.id]


def test_by_date_and_score_all_words_must_be_there_if_they_are_anywhere(forum: Forum) -> None:
    db = forum.db
    moments = [now() + timedelta(days=n) for n in (3, 1, 2)]
    late, early, middle = (
        forum.thread(f"Garden {n}", "Tea.", at=at, score=n).id for n, at in enumerate(moments)
    )
    forum.thread("Garden 4", "Nothing.", at=moments[0] + timedelta(days=9), score=9)
    assert posts(db, "garden tea", order=Order.NEWEST) == [late, middle, early]
    assert posts(db, "garden tea", order=Order.SCORE) == [middle, early, late]
    assert posts(db, "tea nowhere", order=Order.NEWEST, most=2) == [late, middle]


def test_each_thread_is_there_once_by_its_best_post(forum: Forum) -> None:
    opening = forum.thread("X", "Tea here.")
    best = forum.post(opening.thread_id, "Tea, tea, tea.", at=now() + timedelta(days=1))
    last = forum.post(opening.thread_id, "Some say tea, and others say other things.", at=now())
    assert posts(forum.db, "tea") == [best.id]
    assert posts(forum.db, "tea", order=Order.NEWEST) == [best.id]
    assert posts(forum.db, "tea", order=Order.SCORE) == [opening.id]
    assert last.id not in posts(forum.db, "tea others", order=Order.SCORE, most=0)


def test_common_words_are_found_in_titles_and_in_the_newest_posts(
    forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "WEIGHED", 2)
    monkeypatch.setattr(choosing, "MOST_RANKED", 4)
    title = forum.thread("Tea", "Nothing.").id
    bodies = [forum.thread(f"Number {n}", "Some tea.").id for n in range(4)]
    assert posts(forum.db, "tea") == [title, *bodies[:0:-1]]
    assert set(posts(forum.db, "tea nothing")) >= {title}
    assert posts(forum.db, "tea nothing")[0] == title


def test_the_rarest_words_are_looked_for_in_a_large_forum(
    forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "WEIGHED", 0)
    rare = forum.thread("X", "A word on tinnitus.").id
    for n in range(4):
        forum.thread(f"Number {n}", "Some tea.")
    assert posts(forum.db, "tea coffee milk tinnitus") == [rare]


def test_whichever_way_the_newest_are_looked_for_they_are_the_same(forum: Forum) -> None:
    for n in range(6):
        forum.thread("Tea" if n % 2 else "Coffee", "Some words.", score=n)
    engine, total = engine_of(forum.db), 6
    wanted = asked(forum.db, parse("tea words"))
    ask = Ask(every=wanted.terms)
    assert choosing.guess(ask, total, 2) == choosing.Guess(3.0, 2, total)
    for clauses in ((), (Thread.score < 5,)):
        few, many = (
            [
                post.post_id
                for post in rows(
                    forum.db,
                    engine.matching(clauses, choosing.Guess(each, 2, total)),
                    match=engine.match(ask),
                    most=2,
                )
            ]
            for each in (0.0, 1e9)
        )
        assert few == many == sorted(few, reverse=True)
        assert len(few) == 2


def test_a_guess_says_how_many_posts_have_the_words() -> None:
    tea, milk = (Sought((word,), (word,), False, count) for word, count in (("tea", 50), ("milk", 20)))
    guess = choosing.guess
    assert guess(Ask(every=(tea, milk)), 100, 9).posts == pytest.approx(10)
    assert guess(Ask(some=(tea, milk)), 100, 9).posts == pytest.approx(70)
    assert guess(Ask(every=(milk,), some=(tea,)), 100, 9).posts == pytest.approx(10)
    assert guess(Ask(every=(tea._replace(in_title=True),)), 100, 9).posts < 50
    assert guess(Ask(every=(tea,)), 10, 9).posts == pytest.approx(10), "counts may be older than the total"


def plans(db: Session, words: str, clauses: Sequence[ColumnElement[bool]], order: Order) -> list[str]:
    """How the database goes about each statement of a search."""
    noted: list[tuple[str, object]] = []

    def note(*given: object) -> None:
        noted.append((str(given[2]), given[3]))

    event.listen(db.connection().engine, "before_cursor_execute", note)
    posts(db, words, *clauses, order=order)
    event.remove(db.connection().engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if db.get_bind().dialect.name == "sqlite" else "EXPLAIN "
    cursor = db.connection().connection.cursor()
    found = []
    for statement, parameters in noted:
        cursor.execute(explain + statement, parameters)  # type: ignore[arg-type]
        found.append("\n".join(str(line) for line in cursor.fetchall()))
    assert len(found) >= 2
    return found


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("clauses", [(), (Thread.score > 1, Post.author_id == 1)])
def test_no_table_is_read_whole(
    forum: Forum, order: Order, clauses: Sequence[ColumnElement[bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        forum.thread(f"Garden number {n}", "Some green tea and other things.", score=2)
    if forum.db.get_bind().dialect.name == "postgresql":
        # So few rows are read whole, unless that is forbidden.
        forum.db.execute(text("SET LOCAL enable_seqscan = off"))
        forum.db.execute(text("ANALYZE"))
    for weighed in (3_000, 1):
        monkeypatch.setattr(choosing, "WEIGHED", weighed)
        for plan in plans(forum.db, "garden tea -coffee", clauses, order):
            for table in ("post", "thread", "search_document", "search_token", "search_token_change"):
                assert f"SCAN {table}'" not in plan and f"SCAN {table} " not in plan, plan
                assert f"Seq Scan on {table} " not in plan, plan


def test_a_vector_keeps_titles_apart_and_forgets_no_word() -> None:
    made = postgres.vector(Document(1, 1, "green tea", "tea tea", "sleep", "", 5))
    assert made == "'green':1 '^green':1 'tea':2,7,8 '^tea':2 'sleep':4"
    long = postgres.vector(
        Document(1, 1, "", " ".join(f"w{n:x}" for n in range(20_000)) + " tea" * 300, "", "", 0)
    )
    assert f"'w{19_999:x}':16383" in long
    assert long.count("16383") == 20_000 - 16_379 + 255
