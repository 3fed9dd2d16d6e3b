"""What a post is worth, and whether it has all the words: pure functions."""

import pytest
from search.small import Forum
from sqlalchemy.orm import Session

from forum.search import analysis, bm25
from forum.search.asking import Asked, asked
from forum.search.language import parse
from forum.search.places import Document
from forum.search.query import Query


def document(body: str = "", title: str = "", tags: str = "", sources: str = "") -> Document:
    fields = [" ".join(analysis.tokens(text, english=True)) for text in (title, body, tags, sources)]
    return Document(1, 1, *fields, length=len(" ".join(fields).split()))  # type: ignore[misc]


@pytest.fixture
def scale_of(db: Session) -> "type[Asked]":
    forum = Forum(db)
    for body in ("tea", "tea and coffee", "tea with milk", "vitamin D and sleep", "covid 19"):
        forum.thread("A title", body)

    def scale(words: str) -> bm25.Scale:
        return bm25.scale(asked(db, parse(words)))

    return scale  # type: ignore[return-value]


def test_more_of_a_word_counts_more_and_less_each_time(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("coffee")
    once, twice, thrice = (
        bm25.score(document(f"{'coffee ' * n}{'word ' * (9 - n)}"), scale)[0] for n in (1, 2, 3)
    )
    assert 0 < once < twice < thrice
    assert thrice - twice < twice - once


def test_a_longer_word_is_another_one(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("tea")
    assert bm25.score(document("teapot steam"), scale) == (0.0, False)
    assert bm25.score(document("teapot tea tea"), scale) == bm25.score(document("tea tea teapot"), scale)
    assert bm25.score(document("tea tea pot"), scale) == bm25.score(document("teapot tea tea"), scale)


def test_a_rare_word_a_title_and_a_short_text_count_more(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("coffee tea")
    assert bm25.score(document("coffee"), scale) > bm25.score(document("tea"), scale)
    assert bm25.score(document("word", title="tea"), scale) > bm25.score(document("tea", title="word"), scale)
    assert bm25.score(document("tea"), scale) > bm25.score(document("tea" + " word" * 50), scale)


def test_neighbours_count_more_even_over_a_small_word(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("vitamin sleep")
    near, over, far, turned = (
        bm25.score(document(body), scale)[0]
        for body in (
            "a vitamin sleep b c",
            "vitamin of sleep b c",
            "vitamin a b c sleep",
            "a sleep vitamin b c",
        )
    )
    assert near == over > far == turned


def test_all_words_means_whole_phrases_in_one_field(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("covid-19 tea")
    assert bm25.score(document("tea for covid 19"), scale)[1]
    assert not bm25.score(document("19 teas for covid"), scale)[1]
    assert not bm25.score(document("19 teas", title="covid"), scale)[1]
    assert bm25.score(document("19 teas for covid"), scale)[0] > bm25.score(document("tea"), scale)[0]


def test_a_word_of_titles_is_not_found_elsewhere(scale_of) -> None:  # type: ignore[no-untyped-def]
    scale = scale_of("title:coffee")
    assert bm25.score(document("coffee", tags="coffee"), scale) == (0.0, False)
    assert bm25.score(document(title="coffee"), scale)[1]


def test_a_word_typed_in_two_ways_is_one(db: Session) -> None:
    found = asked(db, Query(parse("study studies studying").terms))
    assert list(found.words) == ["studi"]
    assert bm25.score(document("studies"), bm25.scale(found))[1]


def test_every_word_is_worth_something() -> None:
    assert bm25.rarity(10, 10) > 0 < bm25.rarity(11, 10)
    assert bm25.rarity(1, 10) > bm25.rarity(2, 10)
