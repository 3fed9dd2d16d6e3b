"""What a flag counts, and how many are enough."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import make_account
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forum.accounts.tables import Account, Role, Standing
from forum.choices import Setting
from forum.moderation import flags, sensitivity, subjects, thresholds
from forum.moderation.rules import Urgency
from forum.moderation.sensitivity import Sensitivity
from forum.moderation.thresholds import ENOUGH, LITTLE, MEMBERS, TRUSTED, WITH_ANSWERS, Raised

MEMBER = Raised("Rude", Urgency.SOON, False, 0, 0, False, False, False, True)


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, MEMBERS),
        ({"is_trusted": True}, TRUSTED),
        ({"is_newcomer": True}, LITTLE),
        ({"is_newcomer": True, "is_moderator": True}, TRUSTED),
        ({"upheld": 4}, TRUSTED),
        ({"upheld": 3}, MEMBERS),
        ({"declined": 4}, LITTLE),
        ({"declined": 4, "is_newcomer": False}, LITTLE),
        ({"is_in_order": False, "is_trusted": True}, LITTLE),
        ({"urgency": Urgency.AT_ONCE}, MEMBERS * 2),
        ({"urgency": Urgency.WHEN_QUIET}, MEMBERS // 2),
        ({"urgency": Urgency.WHEN_QUIET, "is_newcomer": True}, LITTLE),
    ],
)
def test_what_a_flag_counts(facts: dict[str, object], counts: int) -> None:
    assert thresholds.weight(MEMBER._replace(**facts)) == counts  # type: ignore[arg-type]


raised = st.builds(
    Raised,
    label=st.just("Rude"),
    urgency=st.sampled_from(Urgency),
    hides_at_once=st.booleans(),
    upheld=st.integers(0, 9),
    declined=st.integers(0, 9),
    is_newcomer=st.booleans(),
    is_moderator=st.booleans(),
    is_in_order=st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(raised, max_size=9), raised, st.sampled_from(Sensitivity))
def test_one_flag_more_never_makes_it_less(there: list[Raised], more: Raised, chosen: Sensitivity) -> None:
    for has_answers in (False, True):
        if thresholds.judge(there, chosen, has_answers=has_answers):
            assert thresholds.judge([*there, more], chosen, has_answers=has_answers)
    if thresholds.judge(there, chosen, has_answers=True):
        assert thresholds.judge(there, chosen, has_answers=False)


@pytest.mark.parametrize("chosen", list(Sensitivity))
def test_enough_is_enough(chosen: Sensitivity) -> None:
    few = [MEMBER] * (ENOUGH[chosen] // MEMBERS - 1)
    assert thresholds.judge(few, chosen, has_answers=False) is None
    enough = [*few, MEMBER]
    assert thresholds.judge(enough, chosen, has_answers=False) is not None
    assert thresholds.judge(enough, chosen, has_answers=True) is None
    assert thresholds.judge(enough * WITH_ANSWERS, chosen, has_answers=True) is not None


def test_no_one_person_hides_a_post_alone_but_for_what_hides_at_once() -> None:
    strongest = MEMBER._replace(urgency=Urgency.AT_ONCE, is_moderator=True, upheld=9)
    assert thresholds.judge([strongest], Sensitivity.MIDDLE, has_answers=False) is None
    held = thresholds.judge([strongest._replace(hides_at_once=True)], Sensitivity.LOW, has_answers=False)
    assert held is not None and "hides a post at once" in held.because


def test_what_is_read_of_flags_and_flaggers(db: Session) -> None:
    subject = subjects.account(make_account(db).id)
    plain, silenced = make_account(db), make_account(db, shown_posts=0)
    keeper = make_account(db, role=Role.MODERATOR)
    db.execute(update(Account).where(Account.id == silenced.id).values(standing=Standing.SILENCED))
    db.execute(update(Account).where(Account.id == plain.id).values(flags_upheld=3, flags_declined=1))
    for actor, reason in ((plain, "rude"), (silenced, "self-harm"), (keeper, "other")):
        item = flags.add(db, subject, actor.id, reason, "")
    assert thresholds.raised(db, item.id) == [
        Raised("Rude or unkind", Urgency.SOON, False, 3, 1, False, False, False, True),
        Raised("Somebody may be in danger", Urgency.AT_ONCE, False, 0, 0, True, False, False, False),
        Raised("Something else", Urgency.IN_TURN, False, 0, 0, False, True, False, True),
    ]


def test_the_choice_is_kept(db: Session) -> None:
    actor = make_account(db)
    assert sensitivity.of(db) == Sensitivity.MIDDLE
    for chosen in (Sensitivity.HIGH, Sensitivity.LOW):
        sensitivity.choose(db, chosen, actor.id)
        assert sensitivity.of(db) == chosen
    (setting,) = db.scalars(select(Setting))
    assert setting.changed_by_id == actor.id
