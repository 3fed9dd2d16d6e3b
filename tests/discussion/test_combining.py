"""Two edits of one text put together, and where they cannot be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.discussion import combining
from forum.discussion.combining import END, NOW, TYPED, Conflict

BASE = "One is here. Two is there. Three is gone.\n\nA second paragraph.\n\n- first\n- second"
WORDS = st.lists(st.sampled_from(["One. ", "Two. ", "Three! ", "\n", "\n\n", "word "]), max_size=12).map(
    "".join
)


def test_edits_of_different_sentences_go_together() -> None:
    now, typed = BASE.replace("One", "Nobody"), BASE.replace("Three", "Everybody")
    together = combining.texts(BASE, now, typed)
    assert together == (BASE.replace("One", "Nobody").replace("Three", "Everybody"), [])


def test_edits_of_different_lines_go_together() -> None:
    now, typed = BASE.replace("- first", "- last"), f"{BASE}\n\nOne more paragraph."
    assert combining.texts(BASE, now, typed) == (f"{now}\n\nOne more paragraph.", [])


def test_the_same_edit_on_both_sides_is_one() -> None:
    same = BASE.replace("second paragraph", "better paragraph")
    assert combining.texts(BASE, same, same) == (same, [])


def test_what_both_changed_stays_twice_between_marks() -> None:
    now, typed = BASE.replace("Two", "Twelve"), BASE.replace("Two", "Twenty")
    together = combining.texts(BASE, now, typed)
    first, *rest = BASE.split("\n")
    one, other = first.replace("Two", "Twelve"), first.replace("Two", "Twenty")
    assert together.conflicts == [Conflict(f"{one}\n", f"{other}\n")]
    assert together.text.split("\n") == [NOW, one, TYPED, other, END, *rest]
    with pytest.raises(ValueError, match="Keep one"):
        combining.settled(together.text)


@pytest.mark.parametrize("mark", [NOW, TYPED, END])
def test_a_text_with_any_mark_left_is_not_settled(mark: str) -> None:
    with pytest.raises(ValueError, match="marks out"):
        combining.settled(f"Some words.\n{mark}\nSome more.")
    assert combining.settled("⟦Not a mark⟧") == "⟦Not a mark⟧"


@given(WORDS, WORDS)
@settings(max_examples=60, deadline=None)
def test_who_changed_nothing_loses_nothing(base: str, edited: str) -> None:
    assert combining.texts(base, edited, base) == (edited, [])
    assert combining.texts(base, base, edited) == (edited, [])


@given(WORDS, WORDS, WORDS)
@settings(max_examples=60, deadline=None)
def test_no_word_of_either_side_is_lost_that_the_other_did_not_take_out(
    base: str, now: str, typed: str
) -> None:
    together = combining.texts(base, now, typed)
    assert bool(together.conflicts) == combining.is_marked(together.text)
    added = {word for side in (now, typed) for word in side.split()} - set(base.split())
    assert added <= set(together.text.split())


def test_a_huge_text_is_compared_whole() -> None:
    base = "\n".join(f"{n % 7}" for n in range(15_000))
    together = combining.texts(base, f"x\n{base}", f"{base}\ny")
    assert len(together.conflicts) == 1
    assert combining.texts(base, base, f"{base}\ny") == (f"{base}\ny", [])


def test_titles_and_tags() -> None:
    assert combining.line("Old", "Old", "Mine") == "Mine"
    assert combining.line("Old", "Theirs", "Old") == "Theirs"
    assert combining.line("Old", "Same", "Same") == "Same"
    assert combining.line("Old", "Theirs", "Mine") is None
    assert combining.names(["a", "b"], ["a", "c"], ["b", "d"]) == ["c", "d"]
