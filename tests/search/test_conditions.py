"""Conditions of the search language, on both databases: with words and without, and each negated."""

from datetime import UTC, datetime
from typing import Any

import pytest
from search.small import Forum
from sqlalchemy.orm import Session

from forum.discussion.tables import Post, PostKind, Tag, TagSynonym, ThreadKind, ThreadState
from forum.references import merging, wordindex
from forum.references.notices import Level
from forum.references.tables import Reference
from forum.search import conditions
from forum.search.query import Order

POLITO, ROOTMAN, OTHER = "10.1371/journal.pone.0211023", "10.1038/s41598-021-01811-4", "10.5555/other"


@pytest.fixture
def forum(db: Session) -> Forum:
    return Forum(db)


def holds(forum: Forum, condition: str, fits: Post, other: Post) -> None:
    """Of the two posts, both with the word “garden”, the condition holds of one; negated of the other."""
    for words in ("", "garden ", '"garden" ', "title:garden ", "garden other "):
        assert forum.posts(f"{words}{condition}") == [fits.id], words
        assert forum.posts(f"{words}-{condition}") == [other.id], words


def both(forum: Forum, **more: Any) -> tuple[Post, Post]:
    """A thread with these columns, and one with those that a thread has otherwise."""
    return forum.thread("Garden", "Garden.", **more), forum.thread("Other garden", "Garden.")


def test_tag(forum: Forum) -> None:
    holds(forum, "tag:mice", *both(forum, tags="rats mice"))
    assert forum.posts("tag:rats tag:mice garden") == forum.posts("TAG:Mice")
    assert forum.posts("tag:nosuchtag") == forum.posts("tag:mice tag:sleep") == []
    assert len(forum.posts("-tag:nosuchtag")) == 2


def test_a_tag_is_found_by_its_other_name(forum: Forum, db: Session) -> None:
    there, _ = both(forum, tags="mice")
    tag = db.query(Tag).filter_by(name="mice").one()
    db.add(TagSynonym(name="mouse", tag_id=tag.id))
    db.flush()
    assert forum.posts("tag:mouse") == forum.posts("garden tag:mouse") == [there.id]


def test_a_thread_cites_what_any_of_its_posts_cites(forum: Forum) -> None:
    opening = forum.thread("Garden", "Any words?")
    citing = forum.post(opening.thread_id, "Here it is.")
    other = forum.thread("Garden", "Any words?")
    for post in (citing, forum.post(other.thread_id, "Hidden.", visible=False)):
        forum.cite(post, POLITO, evidence="randomized-trial", notice_level=Level.RETRACTED)
    for condition in (f"cites:{POLITO}", "evidence:trial", "has:retracted", "has:references"):
        assert forum.posts(f"garden {condition}") == [opening.id], condition
        assert forum.posts(condition) == [citing.id], condition
        assert forum.posts(f"garden -{condition}") == forum.posts(f"-{condition}") == [other.id], condition


def test_conditions_on_sources_may_hold_of_several_posts_of_a_thread(forum: Forum) -> None:
    opening = forum.thread("Garden", "Any words?")
    trial, review = (forum.post(opening.thread_id, "Here it is.") for _ in range(2))
    forum.cite(trial, POLITO, evidence="randomized-trial")
    forum.cite(review, OTHER, evidence="systematic-review")
    assert forum.posts("evidence:trial evidence:review") == [trial.id]
    assert forum.posts(f"evidence:trial cites:{OTHER}") == [review.id], "what fewest have tells most"
    assert forum.posts("garden evidence:trial evidence:review") == [opening.id]


@pytest.mark.parametrize("few", [0, 20_000])
def test_what_many_cite_is_found_as_what_few_cite(
    forum: Forum, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(conditions, "FEW", few)
    fits, other = both(forum)
    forum.cite(fits, POLITO, evidence="randomized-trial")
    forum.cite(fits, OTHER, evidence="randomized-trial")
    for condition in (f"cites:{POLITO}", "evidence:trial", "has:references", "tag:sleep has:references"):
        assert forum.posts(condition) == forum.posts(f"garden {condition}") == [fits.id]
    assert forum.posts("-evidence:trial") == [other.id]


def test_what_somebody_wrote_is_found_wherever_it_stands(forum: Forum) -> None:
    mira, long_ago = forum.person("Mira"), datetime(2024, 5, 1, tzinfo=UTC)
    opening = forum.thread("A question", "Any words?", at=datetime(2023, 5, 1, tzinfo=UTC))
    first = forum.post(opening.thread_id, "One.", by=mira, at=long_ago)
    last = forum.post(opening.thread_id, "Two.", PostKind.COMMENT, by=mira)
    own = forum.thread("Her own", by=mira)
    others = forum.thread("Another")
    forum.post(others.thread_id, "Hidden.", visible=False, by=mira)
    assert forum.posts("author:mira") == [own.id, last.id], "the newest post of each thread"
    assert forum.posts("author:mira before:2025") == [first.id]
    assert forum.posts("author:mira before:2024") == [], "the date is that of her post"
    assert forum.posts("-author:mira") == [others.id], "nothing in the thread is hers"
    forum.cite(opening, POLITO)
    assert forum.posts(f"author:mira cites:{POLITO}") == [last.id]
    assert forum.posts("author:mira -two") == [own.id, first.id]


def test_accents_make_no_difference_to_a_name(forum: Forum) -> None:
    theirs = {name: forum.thread(f"By {name}", by=forum.person(name)).id for name in ("José", "Élise", "Zoe")}
    for typed in ("jose", "JOSÉ", "José", "josè"):
        assert forum.posts(f"author:{typed}") == [theirs["José"]], typed
    assert forum.posts("author:elise") == [theirs["Élise"]]
    assert forum.posts("author:jos") == []
    assert forum.posts("author:zoë") == [theirs["Zoe"]]
    jose = forum.thread("By another", by=forum.person("Jose")).id
    assert forum.posts("author:jose") == [jose]
    assert forum.posts("author:josé") == [theirs["José"]]


def test_author(forum: Forum) -> None:
    holds(forum, "author:borrodaile", *both(forum, by=forum.person("Borrodaile")))
    assert forum.posts("author:nobody") == []


def test_the_author_is_that_of_the_post_that_matches(forum: Forum) -> None:
    opening = forum.thread("A question", "Any words?")
    answer = forum.post(opening.thread_id, "Of a garden.", by=forum.person("Mira"))
    assert forum.posts("garden author:MIRA") == [answer.id]
    assert forum.posts("question author:mira") == []
    assert forum.posts("garden -author:mira") == []


@pytest.mark.parametrize(
    ("value", "more", "otherwise"),
    [
        ("question", {}, {"kind": ThreadKind.DISCUSSION}),
        ("discussion", {"kind": ThreadKind.DISCUSSION}, {}),
        ("answered", {"answer_count": 2}, {}),
        ("accepted", {"is_accepted": True}, {"answer_count": 2}),
        ("unanswered", {"is_unanswered": True}, {}),
        ("open", {}, {"state": ThreadState.LOCKED}),
        ("closed", {"state": ThreadState.CLOSED}, {}),
    ],
)
def test_is(forum: Forum, value: str, more: dict[str, Any], otherwise: dict[str, Any]) -> None:
    fits = forum.thread("Garden", "Garden.", **more)
    other = forum.thread("Other garden", "Garden.", **otherwise)
    holds(forum, f"is:{value}", fits, other)


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("score:>3", {"score": 4}),
        ("score:>=4", {"score": 4}),
        ("score:4", {"score": 4}),
        ("score:<0", {"score": -1}),
        ("score:<=-1", {"score": -1}),
        ("answers:2", {"answer_count": 2}),
        ("answers:>1", {"answer_count": 2}),
    ],
)
def test_numbers(forum: Forum, condition: str, more: dict[str, Any]) -> None:
    holds(forum, condition, *both(forum, **more))


def test_dates(forum: Forum) -> None:
    long_ago = datetime(2024, 5, 1, tzinfo=UTC)
    fits, other = both(forum, at=long_ago)
    holds(forum, "before:2025", fits, other)
    holds(forum, "before:2024-05-02", fits, other)
    holds(forum, "after:2024-05-02", other, fits)
    holds(forum, "after:6m", other, fits)
    assert len(forum.posts("after:2024-05-01")) == 2


def test_the_date_is_that_of_the_post_that_matches(forum: Forum) -> None:
    opening = forum.thread("A question", "Any words?", at=datetime(2024, 5, 1, tzinfo=UTC))
    answer = forum.post(opening.thread_id, "Of a garden.")
    assert forum.posts("garden after:2026") == [answer.id]
    assert forum.posts("after:2026") == forum.posts("garden before:2025") == []


def test_has_references_and_evidence(forum: Forum) -> None:
    fits, other = both(forum)
    forum.cite(fits, POLITO, evidence="randomized-trial")
    holds(forum, "has:references", fits, other)
    holds(forum, "evidence:trial", fits, other)
    assert forum.posts("evidence:review") == []


def test_has_retracted(forum: Forum) -> None:
    fits, other = both(forum)
    forum.cite(fits, POLITO, notice_level=Level.RETRACTED)
    forum.cite(other, OTHER, notice_level=Level.CORRECTED)
    holds(forum, "has:retracted", fits, other)
    assert [source.is_retracted for hit in forum.find("garden").items for source in hit.sources] in (
        [True, False],
        [False, True],
    )


@pytest.mark.parametrize(
    "typed",
    [
        *(POLITO, f"doi:{POLITO}", f"https://doi.org/{POLITO}", "PMID:30726251", "30726251"),
        *('"study of microdosing"', "microdosing", '"polito 2019"'),
    ],
)
def test_cites(forum: Forum, db: Session, typed: str) -> None:
    fits, other = both(forum)
    cited = forum.cite(fits, POLITO, "A systematic study of microdosing")
    also = forum.cite(fits, "PMID:30726251", "The same")
    merging.merge(db, also.id, cited.id, "one work")
    forum.cite(other, OTHER, "Something else")
    _words(db, cited, "a systematic study of microdosing polito 2019")
    holds(forum, f"cites:{typed}", fits, other)


def _words(db: Session, reference: Reference, words: str) -> None:
    reference.words = words
    db.flush()
    wordindex.put(db, reference.id, words)


def test_nothing_cites_what_is_not_here(forum: Forum) -> None:
    both(forum)
    assert forum.posts(f"cites:{ROOTMAN}") == forum.posts("garden cites:nosuchword") == []
    assert len(forum.posts(f"garden -cites:{ROOTMAN}")) == len(forum.posts(f"-cites:{ROOTMAN}")) == 2


def test_without_words_any_post_that_cites_is_shown(forum: Forum) -> None:
    opening = forum.thread("A question", "Any words?")
    first = forum.post(opening.thread_id, "One.")
    last = forum.post(opening.thread_id, "Two.")
    forum.cite(first, POLITO)
    forum.cite(last, POLITO)
    assert forum.posts(f"cites:{POLITO}") == forum.posts("has:references is:question") == [last.id]
    assert forum.posts("-has:references") == [], "no post of the thread may cite"
    other = forum.thread("Another", "No source.")
    forum.cite(forum.post(other.thread_id, "Hidden.", visible=False), POLITO)
    assert forum.posts("-has:references") == forum.posts(f"-cites:{POLITO}") == [other.id]


def test_what_is_excluded_without_words_to_look_for(forum: Forum) -> None:
    fits, other = forum.thread("Garden", "Plants."), forum.thread("Other", "Some mowing.")
    assert forum.posts("-mow tag:sleep") == forum.posts("-mow") == [fits.id]
    assert forum.posts("-title:garden") == [other.id]
    forum.cite(forum.post(other.thread_id, "A study."), POLITO)
    assert forum.posts("-mow has:references") == [], "it is looked for in the opening post"
    assert len(forum.posts("-garden has:references")) == 1
    assert forum.posts('-"garden plants" -"some mow"') == [fits.id]
    assert forum.posts("-sleep is:question") == [], "a tag is a word of the thread"


def test_lists_are_in_order(forum: Forum) -> None:
    best, oldest = forum.thread(score=5).id, forum.thread(at=datetime(2024, 5, 1, tzinfo=UTC), score=1).id
    newest = forum.thread(score=2).id
    assert forum.posts("tag:sleep") == forum.posts("tag:sleep", Order.NEWEST) == [newest, best, oldest]
    assert forum.posts("tag:sleep", Order.SCORE) == [best, newest, oldest]
    assert forum.posts("words", Order.SCORE) == [best, newest, oldest]


#: Each holds of the hidden thread of the next test, but the last.
CONDITIONS = [
    *(
        "tag:sleep",
        "author:ada",
        "is:question",
        "is:open",
        "has:references",
        f"cites:{POLITO}",
        "cites:study",
    ),
    *(
        "evidence:trial",
        "has:retracted",
        "after:2020",
        "before:2100",
        "score:0",
        "answers:0",
        "-tag:x",
        "-author:x",
    ),
    *("-has:retracted -cites:x", "-nosuchword"),
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_what_readers_cannot_see_never_matches(forum: Forum, condition: str) -> None:
    hidden = forum.thread("Secret garden", visible=False)
    shown = forum.thread("A title", "words", tags="x", by=forum.person("x"), kind=ThreadKind.DISCUSSION)
    answer = forum.post(shown.thread_id, "A secret garden.", visible=False)
    under_hidden = forum.post(hidden.thread_id, "A secret garden.", PostKind.COMMENT, visible=False)
    for post in (hidden, answer, under_hidden):
        forum.cite(post, POLITO, evidence="randomized-trial", notice_level=Level.RETRACTED)
    for query in (
        condition,
        f"secret {condition}",
        f'"secret garden" {condition}',
        f"title:secret {condition}",
    ):
        results = forum.find(query)
        assert {each.thread_id for each in results.found} <= {shown.thread_id}, query
        assert {each.post_id for each in results.found} <= {shown.id}, query
    assert forum.find(f"secret {condition}").found == []
