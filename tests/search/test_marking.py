"""Found words in their text."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from forum.search.marking import CLOSE, LENGTH, OPEN, Marked, between_marks, excerpt, html


def test_marks_become_spans() -> None:
    assert between_marks(f"a {OPEN}dose{CLOSE} of {OPEN}B6{CLOSE}") == Marked(
        "a dose of B6", [(2, 6), (10, 12)]
    )


def test_everything_but_the_marks_is_escaped() -> None:
    marked = between_marks(f"<b>{OPEN}<script>{CLOSE}</b> & \n co")
    assert html(marked) == "&lt;b&gt;<mark>&lt;script&gt;</mark>&lt;/b&gt; &amp; co"


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt(Marked("All of it.")) == "All of it."


def test_an_excerpt_shows_the_place_where_most_was_found() -> None:
    text = (
        f"{OPEN}one{CLOSE} "
        + "filler " * 100
        + f"the {OPEN}two{CLOSE} and {OPEN}three{CLOSE} "
        + "rest " * 100
    )
    shown = excerpt(between_marks(text))
    assert "<mark>two</mark> and <mark>three</mark>" in shown
    assert "one" not in shown
    assert shown.startswith("… filler ")
    assert shown.endswith(" rest …")


def test_without_a_find_the_excerpt_is_the_beginning() -> None:
    shown = excerpt(Marked("start " + "word " * 200))
    assert shown.startswith("start word")
    assert shown.endswith(" …")


def test_a_text_without_spaces_is_cut_anywhere() -> None:
    shown = excerpt(between_marks("x" * 1000 + f"{OPEN}y{CLOSE}" + "x" * 1000))
    assert "<mark>y</mark>" in shown
    assert len(shown) < 2 * LENGTH


pieces = st.lists(st.tuples(st.text(alphabet="ab <&\"'\n", max_size=60), st.booleans()), max_size=40)


@given(pieces, st.integers(20, 300))
def test_an_excerpt_is_escaped_text_with_whole_marks(parts: list[tuple[str, bool]], length: int) -> None:
    marked = between_marks("".join(f"{OPEN}{text}{CLOSE}" if found else text for text, found in parts))
    shown = str(excerpt(marked, length))
    bare = re.sub(r"<mark>(.*?)</mark>", r"\1", shown)
    assert "<" not in bare
    body = bare.removeprefix("… ").removesuffix(" …")
    assert body in re.sub(r"\s+", " ", str(escape(marked.text))) or " " in body
