"""Words for moderators and from them are plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.statement import plain, within


def test_paragraphs_stay_and_noise_goes() -> None:
    assert (
        plain("  One\tline \r\nand another\x00\u202e\n\n\n\n second  part \n ")
        == "One line\nand another\n\nsecond part"
    )


@given(st.text())
def test_nothing_invisible_stays_and_twice_is_once(value: str) -> None:
    text = plain(value)
    assert plain(text) == text
    assert all(character.isprintable() or character == "\n" for character in text)


def test_too_long_says_by_how_much() -> None:
    with pytest.raises(ValueError, match="At most 1,000 characters, please; this has 1,001"):
        within("x" * 1001, 1000)
