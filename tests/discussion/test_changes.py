"""What is marked as changed, and that no pair of texts makes it expensive."""

import difflib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from forum.discussion.changes import MOST, marked, pieces

LONG = 30_000


def text_of(html: Markup, gone: str) -> str:
    """One of the two texts again: without what the tag `gone` holds."""
    kept = re.sub(rf"<{gone}>.*?</{gone}>", "", html, flags=re.DOTALL)
    return Markup(re.sub(r"</?(ins|del)>", "", kept)).unescape()


def test_words_that_changed_are_marked() -> None:
    assert marked("Old <b>words</b> here.", "New <b>words</b> here.") == (
        "<del>Old</del><ins>New</ins> &lt;b&gt;words&lt;/b&gt; here."
    )
    assert marked("One two.", "One and two.") == "One <ins>and </ins>two."
    assert marked("One two two.", "One two.") == "One two<del> two</del>."
    assert marked("The same.", "The same.") == "The same."
    assert marked("", "New.") == "<ins>New.</ins>"
    assert marked("<script>", "") == "<del>&lt;script&gt;</del>"


def test_one_word_in_a_long_text_is_found() -> None:
    before = "word " * 2500 + "wrong " + "tail " * 2500
    assert "<del>wrong</del><ins>right</ins>" in marked(before, before.replace("wrong", "right"))


def test_a_long_text_is_compared_by_lines() -> None:
    lines = [f"Line {number} with some words in it, all of them.\n" for number in range(300)]
    changed = ["First new\n", *lines[1:-1], "Last new\n"]
    found = marked("".join(lines), "".join(changed))
    assert found.count("<ins>") == found.count("<del>") == 2 and "Line 150" in found


WORST = {
    "lines of one letter": ("a\n" * (LONG // 2), "b\n" * (LONG // 2)),
    "lines in another order": (
        "".join(f"{number}\n" for number in range(5000)),
        "".join(f"{number}\n" for number in range(4999, -1, -1)),
    ),
    "words of one letter": ("a b " * (LONG // 4), "c d " * (LONG // 4)),
    "signs": ("()" * (LONG // 2), ")(" * (LONG // 2)),
    "one word": ("a" * LONG, "b" * LONG),
    "all new": ("", "a " * (LONG // 2)),
}


@pytest.mark.parametrize("name", WORST)
def test_no_texts_are_compared_in_many_pieces(name: str) -> None:
    for before, after in (WORST[name], WORST[name][::-1]):
        found = pieces(before, after)
        assert max(len(found.old), len(found.new)) <= MOST
        assert "".join([found.head, *found.old, found.tail]) == before
        assert "".join([found.head, *found.new, found.tail]) == after


def test_frequent_pieces_are_not_compared_pair_by_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing spaces with spaces takes the cube of their number: no piece that is everywhere is indexed."""
    made: list[difflib.SequenceMatcher[str]] = []
    matcher = difflib.SequenceMatcher

    def note(*args: object, **options: object) -> object:
        made.append(matcher(*args, **options))
        return made[-1]

    monkeypatch.setattr(difflib, "SequenceMatcher", note)
    old, new = (" ".join(f"{letter}{number}" for number in range(MOST // 2)) for letter in "ab")
    marked(old, new)
    assert max(len(places) for places in made[0].b2j.values()) <= MOST // 100 + 1


TEXTS = st.text(alphabet="ab \n<&.", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    html = marked(before, after)
    assert (text_of(html, "ins"), text_of(html, "del")) == (before, after)
    assert not re.search(r"<(?!/?(ins|del)>)", html)
