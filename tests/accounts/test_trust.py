"""Levels of trust: what earns them, what loses them, and what is said to be missing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum import choices
from forum.accounts import trust
from forum.accounts.tables import Level
from forum.accounts.trust import Facts, Thresholds, Wanted

THRESHOLDS = Thresholds.of(
    {choice.key: choice.default for choice in choices.CHOICES if choice.key in trust.KEYS}
)
MEMBER = Facts(shown_posts=2, days=1, threads=5)
TRUSTED = Facts(shown_posts=20, days=30, threads=50, given=20)
GOOD = ("shown_posts", "days", "threads", "given", "upheld")
BAD = ("declined", "removed", "sanctions")
ORDER = list(Level)

few = st.integers(0, 60)
facts = st.builds(Facts, few, few, few, few, few, few, st.integers(0, 4), st.integers(0, 3), st.booleans())
wanted = st.builds(Wanted, few, few, few, few)
thresholds = st.builds(Thresholds, wanted.map(lambda one: one._replace(points=-14)), wanted)


@pytest.mark.parametrize(
    ("known", "level"),
    [
        (Facts(), "newcomer"),
        (MEMBER, "member"),
        (MEMBER._replace(shown_posts=1), "newcomer"),
        (MEMBER._replace(days=0), "newcomer"),
        (MEMBER._replace(threads=4), "newcomer"),
        # Without scripts nobody knows what was read: twice the posts do as well.
        (MEMBER._replace(threads=0, shown_posts=3), "newcomer"),
        (MEMBER._replace(threads=0, shown_posts=4), "member"),
        (TRUSTED, "trusted"),
        (TRUSTED._replace(given=19), "member"),
        (TRUSTED._replace(given=18, upheld=1), "trusted"),
        (TRUSTED._replace(shown_posts=19), "member"),
        (TRUSTED._replace(days=29), "member"),
        (TRUSTED._replace(threads=0, shown_posts=40), "trusted"),
        # Lost again.
        (TRUSTED._replace(declined=1), "member"),
        (TRUSTED._replace(removed=1), "member"),
        (TRUSTED._replace(given=24, removed=1), "member"),
        (TRUSTED._replace(given=25, removed=1), "trusted"),
        (TRUSTED._replace(given=1000, sanctions=1), "member"),
        (TRUSTED._replace(is_active=False), "newcomer"),
        (MEMBER._replace(removed=2), "member"),
        (MEMBER._replace(removed=3), "newcomer"),
        (MEMBER._replace(removed=1, sanctions=1), "newcomer"),
    ],
)
def test_what_each_is_worth(known: Facts, level: str) -> None:
    assert trust.level(known, THRESHOLDS) == level


@settings(max_examples=60, deadline=None)
@given(known=facts, asked=thresholds, more=st.integers(1, 40), what=st.sampled_from(GOOD))
def test_more_good_never_lowers(known: Facts, asked: Thresholds, more: int, what: str) -> None:
    better = known._replace(**{what: getattr(known, what) + more})
    assert ORDER.index(trust.level(better, asked)) >= ORDER.index(trust.level(known, asked))
    assert trust.points(better) >= trust.points(known)


@settings(max_examples=60, deadline=None)
@given(known=facts, asked=thresholds, more=st.integers(1, 40), what=st.sampled_from(BAD))
def test_more_bad_never_raises(known: Facts, asked: Thresholds, more: int, what: str) -> None:
    worse = known._replace(**{what: getattr(known, what) + more})
    assert ORDER.index(trust.level(worse, asked)) <= ORDER.index(trust.level(known, asked))
    assert trust.points(worse) < trust.points(known)
    assert trust.level(known._replace(is_active=False), asked) is Level.NEWCOMER


@settings(max_examples=60, deadline=None)
@given(known=facts, asked=thresholds)
def test_what_is_missing_is_what_the_level_says(known: Facts, asked: Thresholds) -> None:
    """Nothing is missing for a level that one has, and something is for the next."""
    reached = trust.level(known, asked)
    if reached is Level.TRUSTED:
        assert not trust.missing(known, asked.member)
        assert not trust.missing(known, asked.trusted)
    if reached is Level.MEMBER and not known.sanctions:
        assert trust.missing(known, asked.trusted)
    if reached is Level.NEWCOMER and known.is_active:
        assert trust.missing(known, asked.member)


def test_what_is_missing_is_said_in_numbers() -> None:
    known = Facts(shown_posts=1, days=1, threads=4)
    said = trust.missing(known, THRESHOLDS.member)
    assert said == ["1 more post that readers see", "1 more thread read, or 4 posts"]
    assert trust.missing(MEMBER, THRESHOLDS.trusted) == [
        "18 more posts that readers see",
        "29 more days here",
        "45 more threads read, or 40 posts",
        "20 more points",
    ]
    # What is enough for nearly everybody is told only to who lacks it.
    assert not any("point" in words for words in said)
    assert "4 more points" in trust.missing(MEMBER._replace(removed=2, declined=8), THRESHOLDS.member)


def test_levels_have_an_order() -> None:
    assert trust.above(Level.NEWCOMER) is Level.MEMBER
    assert trust.above(Level.TRUSTED) is None
    assert trust.is_higher(Level.TRUSTED, Level.MEMBER)
    assert not trust.is_higher(Level.MEMBER, Level.MEMBER)


def test_every_choice_about_trust_is_used() -> None:
    assert {choice.key for choice in choices.CHOICES if choice.group == "Trust"} == set(trust.KEYS)
