"""What there is to decide about a reference: one item gathers it, it is settled once, its bringer is told."""

from datetime import timedelta

import pytest
from conftest import Clock
from makers import make_account, make_answer, make_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.tables import Actor, Role
from forum.actions import settling
from forum.discussion import cited
from forum.errors import Conflict, Forbidden, Invalid, NotFound
from forum.inbox.tables import Message
from forum.moderation import cases, claims, queue, reference_file
from forum.moderation.tables import CaseKind, CaseState, ReviewItem
from forum.references import catalogue
from forum.references.tables import Reference

CSL = {"type": "article-journal", "title": "A study of sleep in people who dose", "volume": "1"}


def references(db: Session, *dois: str) -> list[int]:
    text = " and ".join(f"[@doi:{doi}]" for doi in dois)
    post = make_answer(db, make_thread(db), text=f"It is so {text}.")
    ids = [use.reference_id for use in cited.by_post(db, post.id)]
    for reference_id in ids:
        catalogue.record(db, reference_id, CSL, "crossref")
    return ids


def moderator(db: Session) -> Actor:
    return make_account(db, role=Role.MODERATOR)


def told(db: Session, account_id: int) -> list[str]:
    wanted = select(Message.text).where(Message.account_id == account_id, Message.kind == "case")
    return list(db.scalars(wanted.order_by(Message.id)))


def test_one_item_gathers_the_cases_of_a_reference(db: Session, frozen: Clock) -> None:
    one, two = references(db, "10.5555/one", "10.5555/two")
    member = make_account(db)
    first = cases.open_case(db, one, CaseKind.DUPLICATE, other_id=two)
    assert cases.open_case(db, one, CaseKind.DUPLICATE, other_id=two) is first, "the same is one case"
    frozen.forward(minutes=1)
    cases.open_case(db, one, CaseKind.CORRECTION, proposal={"volume": "2"}, account_id=member.id)
    cases.open_case(db, two, CaseKind.RETRACTION, words="It was retracted.")
    found = queue.listing(db, moderator(db), None, 10).items
    assert [(item.reference_id, item.kind, item.title) for item in found] == [
        (two, "reference", CSL["title"]),
        (one, "reference", CSL["title"]),
    ], "the most urgent first"
    assert {given.label for given in found[1].reasons} == {"Possible duplicate", "Proposed correction"}
    assert queue.open_count(db) == 2


def test_an_accepted_correction_is_made_and_its_bringer_told(db: Session) -> None:
    (one,) = references(db, "10.5555/one")
    member = make_account(db)
    case = cases.open_case(db, one, CaseKind.CORRECTION, proposal={"volume": "2"}, account_id=member.id)
    settling.settle(db, moderator(db), case.id, "accepted", "")
    assert db.get_one(Reference, one, populate_existing=True).csl["volume"] == "2"
    assert "stands on the page" in told(db, member.id)[0]
    assert queue.open_count(db) == 0


def test_declining_needs_a_word_to_whoever_brought_it(db: Session) -> None:
    (one,) = references(db, "10.5555/one")
    member, judge = make_account(db), moderator(db)
    case = cases.open_case(db, one, CaseKind.CORRECTION, proposal={"volume": "2"}, account_id=member.id)
    for verdict, answer, field in (
        ("declined", " ", "answer"),
        ("merge", "", "verdict"),
        ("open", "", "verdict"),
    ):
        with pytest.raises(Invalid) as error:
            settling.settle(db, judge, case.id, verdict, answer)
        assert set(error.value.fields) == {field}
    settling.settle(db, judge, case.id, "declined", "The journal prints 1.")
    assert db.get_one(Reference, one, populate_existing=True).csl["volume"] == "1"
    assert "The journal prints 1." in told(db, member.id)[0]


def test_two_that_are_one_are_merged(db: Session) -> None:
    one, two = references(db, "10.5555/one", "10.5555/two")
    case = cases.open_case(db, one, CaseKind.DUPLICATE, other_id=two)
    settling.settle(db, moderator(db), case.id, "accepted", "", stays=one)
    assert db.get_one(Reference, two, populate_existing=True).merged_into_id == one
    assert cases.was_settled(db, two, CaseKind.DUPLICATE, one)


def test_two_that_are_two_stay_apart(db: Session) -> None:
    one, two = references(db, "10.5555/one", "10.5555/two")
    case = cases.open_case(db, one, CaseKind.DUPLICATE, other_id=two)
    assert not cases.was_settled(db, one, CaseKind.DUPLICATE, two)
    settling.settle(db, moderator(db), case.id, "declined", "")
    assert db.get_one(Reference, two, populate_existing=True).merged_into_id is None
    assert cases.was_settled(db, one, CaseKind.DUPLICATE, two)


def test_a_case_is_settled_once_and_by_whoever_holds_it(db: Session, frozen: Clock) -> None:
    (one,) = references(db, "10.5555/one")
    first, second = moderator(db), moderator(db)
    case = cases.open_case(db, one, CaseKind.RETRACTION, words="Look.")
    claims.claim(db, case.item_id, first.id)
    with pytest.raises(claims.Claimed):
        settling.settle(db, second, case.id, "accepted", "")
    item = reference_file.read(db, case.item_id, second)
    assert item is not None
    assert (item.claimed_by, item.is_mine) == (first.name, False)
    frozen.forward(minutes=21)
    settling.settle(db, second, case.id, "accepted", "All three say so.")
    with pytest.raises(Conflict):
        settling.settle(db, first, case.id, "accepted", "")
    assert db.get_one(ReviewItem, case.item_id, populate_existing=True).claimed_by_id is None
    assert timedelta(0) < frozen.moment - case.created_at


def test_a_settled_item_opens_again(db: Session) -> None:
    (one,) = references(db, "10.5555/one")
    case = cases.open_case(db, one, CaseKind.RETRACTION, words="A concern.")
    settling.settle(db, moderator(db), case.id, "accepted", "")
    again = cases.open_case(db, one, CaseKind.RETRACTION, words="Now retracted.")
    assert (again.item_id, again.id != case.id) == (case.item_id, True)
    item = reference_file.read(db, case.item_id, moderator(db))
    assert item is not None
    assert [view.state for view in item.cases] == [CaseState.OPEN, CaseState.ACCEPTED]


def test_only_moderators_and_only_what_there_is(db: Session) -> None:
    (one,) = references(db, "10.5555/one")
    case = cases.open_case(db, one, CaseKind.RETRACTION)
    with pytest.raises(Forbidden):
        settling.settle(db, make_account(db), case.id, "accepted", "")
    with pytest.raises(NotFound):
        settling.settle(db, moderator(db), case.id + 9, "accepted", "")
    assert reference_file.read(db, case.item_id + 9, moderator(db)) is None
