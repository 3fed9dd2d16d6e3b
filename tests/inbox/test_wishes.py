"""What somebody typed of how they want to be told, and that the words about it are true."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from conftest import START
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.errors import Invalid
from forum.inbox import channels, due, in_words, wishes
from forum.inbox.channels import DEFAULTS, Chosen, Digest
from forum.inbox.kinds import CHOOSABLE, Group, Mail

TYPED = {
    "digest": "weekly",
    "time_zone": "Europe/Paris",
    "quiet_from": "22",
    "quiet_to": "7",
    "own_threads": "watch",
    **{f"mail-{group}": "once" for group in CHOOSABLE},
    "mail-comments": "digest",
    "mail-sources": "none",
}


def _chosen(typed: Mapping[str, str]) -> Chosen:
    wish = wishes.read(typed, DEFAULTS)
    return DEFAULTS._replace(**wish._asdict())


def test_what_was_typed_comes_back_as_it_was() -> None:
    chosen = _chosen(TYPED)
    assert (chosen.digest, chosen.quiet_from, chosen.quiet_to) == (Digest.WEEKLY, 22, 7)
    assert (chosen.mails[Group.COMMENTS], chosen.mails[Group.SOURCES]) == (Mail.DIGEST, Mail.NONE)
    assert chosen.pushes == DEFAULTS.pushes
    assert _chosen(wishes.as_typed(chosen)) == chosen
    asked = _chosen({**TYPED, "pushes": "1", "push-mentions": "1"})
    assert asked.pushes == {Group.MENTIONS}
    assert _chosen({**TYPED, "pushes": "1"}).pushes == set()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"digest": "hourly"}, {"digest"}),
        ({"mail-answers": ""}, {"mail-answers"}),
        ({"mail-answers": "always", "time_zone": "Mars/Base"}, {"mail-answers", "time_zone"}),
        ({"quiet_from": "24"}, {"quiet_from"}),
        ({"quiet_to": "-1"}, {"quiet_to"}),
        ({"quiet_to": ""}, {"quiet_to"}),
        ({"quiet_from": ""}, {"quiet_from"}),
        ({"quiet_from": "7"}, {"quiet_to"}),
        ({"own_threads": "mute"}, {"own_threads"}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(change: dict[str, str], where: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        wishes.read({**TYPED, **change}, DEFAULTS)
    assert caught.value.fields.keys() == where


def test_nothing_typed_is_wrong_everywhere_but_for_the_quiet_hours() -> None:
    with pytest.raises(Invalid) as caught:
        wishes.read({}, DEFAULTS)
    assert caught.value.fields.keys() == TYPED.keys() - {"quiet_from", "quiet_to"}


def _said(chosen: Chosen, *, has_address: bool = True, has_browser: bool = False) -> str:
    return " ".join(in_words.sentences(chosen, 20, has_address=has_address, has_browser=has_browser))


def test_the_words_for_one_person() -> None:
    assert _said(_chosen({**TYPED, "mail-follows": "digest"})) == (
        "All that you are told stands in your inbox."
        " By mail after an hour, if you have not read them here by then: answers to you, posts that mention"
        " you, your accepted answers and reminders of bookmarks. What is more than 20 in a day comes together"
        " in one mail later."
        " In the digest, if you have not read them by then: comments on your posts and what is new in what"
        " you follow."
        " Once a week, on Monday at 7:00 (Paris), the digest comes by mail, with the best that you"
        " have not read."
        " Not by mail: news about your sources."
        " What moderators decide, and what keeps your account safe, comes by mail at once, at any hour."
        " From 22:00 to 7:00 (Paris) nothing else leaves: it waits until 7:00."
        " When you ask, answer or comment, you hear of every later answer and comment in that thread."
    )


def test_who_gets_no_mail_reads_why() -> None:
    assert "because you have no mail address" in _said(_chosen(TYPED), has_address=False)
    paused = _said(_chosen(TYPED)._replace(paused_at=START))
    assert "came back" in paused
    for words in ("By mail after", "digest comes", "From 22:00"):
        assert words not in paused
    pushed = _said(_chosen(TYPED), has_address=False, has_browser=True)
    assert "in your browsers: answers to you, comments on your posts" in pushed and "From 22:00" in pushed
    sample = in_words.sentences(_chosen(TYPED), 20, has_address=True, has_browser=False, is_sample=True)
    assert len(sample) == 3 and "belongs to the sample community" in sample[1]


def _part(said: str, begin: str) -> str:
    """What the sentence that begins so lists."""
    return said.partition(begin)[2].partition(".")[0] if begin in said else ""


_HOURS = st.none() | st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda two: two[0] != two[1])
_MAILS = st.fixed_dictionaries({group: st.sampled_from(Mail) for group in CHOOSABLE})


@settings(max_examples=60, deadline=None)
@given(mails=_MAILS, digest=st.sampled_from(Digest), hours=_HOURS)
def test_the_words_are_true(
    mails: Mapping[Group, Mail], digest: Digest, hours: tuple[int, int] | None
) -> None:
    """Against what decides when mail leaves: due.py and channels.py."""
    first, last = hours or (None, None)
    chosen = DEFAULTS._replace(
        mails=mails, digest=digest, quiet_from=first, quiet_to=last, time_zone="America/New_York"
    )
    said = _said(chosen)
    soon, later = _part(said, "not read them here by then:"), _part(said, "In the digest, if")
    never = _part(said, "Not by mail:") + _part(said, "because you chose no digest:")
    for group in CHOOSABLE:
        name = in_words.NAMES[group]
        assert (name in soon) == channels.is_mailed_at_once(chosen, group)
        in_digest = mails[group] is Mail.DIGEST and channels.next_digest(START, digest, "UTC") is not None
        assert (name in later) == in_digest
        assert (name in never) == (name not in soon and name not in later)
    assert due.wait(Group.ANSWERS) == timedelta(hours=1) and due.wait(Group.MODERATION) == timedelta(0)
    next_one = channels.next_digest(START, digest, chosen.time_zone)
    assert ("at 7:00 (New York)" in said) == (next_one is not None)
    ends = {due.quiet_until(chosen, _at(chosen, hour)) for hour in range(24)} - {None}
    for end in ends:
        assert end is not None
        assert f"it waits until {end.astimezone(channels.zone(chosen.time_zone)).hour}:00." in said
    assert (f"From {first}:00 to {last}:00 (New York)" in said) == bool(ends)


def _at(chosen: Chosen, hour: int) -> datetime:
    return datetime(2026, 11, 10, hour, 30, tzinfo=channels.zone(chosen.time_zone)).astimezone(UTC)
