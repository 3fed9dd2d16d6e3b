"""Found words in their text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from forum.search.analysis import words
from forum.search.marking import LENGTH, Marked, excerpt, html, mark
from forum.search.query import Term


def found(text: str, *terms: str) -> list[str]:
    marked = mark(text, [Term(term) for term in terms])
    return [text[start:end] for start, end in marked.spans]


@pytest.mark.parametrize(
    ("text", "terms", "spans"),
    [
        ("Studies of MICRODOSING, a study.", ["study", "microdose"], ["Studies", "MICRODOSING", "study"]),
        ("Präparat im Café", ["praparat", "cafe"], ["Präparat", "Café"]),
        ("B6, q10 and 403", ["b6", "403", "q10"], ["B6", "q10", "403"]),
        ("A lion's mane, the mane of lions", ["lion s mane"], ["lion's mane"]),
        ("covid-19 is not covid 20", ["covid 19"], ["covid-19"]),
        ("sleep sleeping sleeper", ["sleep"], ["sleep", "sleeping"]),
        ("Die Wirkungen der Wirkung", ["wirkungen"], ["Wirkungen"]),
        ("snake_case and snake", ["snake"], ["snake", "snake"]),
        ("nothing of it", ["else"], []),
        ("", ["else"], []),
    ],
)
def test_words_are_marked_in_the_forms_that_find_them(text: str, terms: list[str], spans: list[str]) -> None:
    assert found(text, *terms) == spans


def test_the_longer_of_two_terms_at_one_place_is_marked() -> None:
    assert found("Lion's mane and a lion", "lion", "lion s mane") == ["Lion's mane", "lion"]


def test_everything_but_the_marks_is_escaped() -> None:
    marked = mark('<b><script></b> & \n "co"', [Term("script")])
    assert html(marked) == "&lt;b&gt;&lt;<mark>script</mark>&gt;&lt;/b&gt; &amp; &#34;co&#34;"


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt(Marked("All of it.")) == "All of it."


def test_an_excerpt_shows_the_place_where_most_was_found() -> None:
    text = "one " + "filler " * 100 + "the two and three " + "rest " * 100
    shown = excerpt(mark(text, [Term("one"), Term("two"), Term("three")]))
    assert "<mark>two</mark> and <mark>three</mark>" in shown
    assert "one" not in shown
    assert shown.startswith("… filler ")
    assert shown.endswith(" rest …")


def test_two_different_terms_weigh_more_than_one_many_times() -> None:
    text = "dose dose dose dose " + "filler " * 100 + "a dose for sleep " + "rest " * 100
    shown = excerpt(mark(text, [Term("dose"), Term("sleep")]))
    assert "<mark>dose</mark> for <mark>sleep</mark>" in shown


def test_without_a_find_the_excerpt_is_the_beginning() -> None:
    shown = excerpt(Marked("start " + "word " * 200))
    assert shown.startswith("start word")
    assert shown.endswith(" …")


def test_a_text_without_spaces_is_cut_anywhere() -> None:
    shown = excerpt(mark("x" * 1000 + ".y." + "x" * 1000, [Term("y")]))
    assert "<mark>y</mark>" in shown
    assert len(shown) < 2 * LENGTH


@given(st.text(alphabet="ab <&\"'\né", max_size=900), st.lists(st.sampled_from(["a", "b", "ab", "a b"])))
def test_an_excerpt_is_escaped_text_with_whole_marks(text: str, terms: list[str]) -> None:
    shown = str(excerpt(mark(text, [Term(term) for term in terms])))
    bare = re.sub(r"<mark>(.*?)</mark>", r"\1", shown)
    assert "<" not in bare
    body = bare.removeprefix("… ").removesuffix(" …")
    assert body in re.sub(r"\s+", " ", str(escape(text)))


@given(st.text(max_size=80))
def test_each_word_of_a_text_is_found_in_it(text: str) -> None:
    for word in words(text):
        assert mark(text, [Term(word)]).spans
