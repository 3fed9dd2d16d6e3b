"""Who may join: the community's choices, and what comes of each."""

import pytest
from doors import PASSWORD, join, link_of
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import choices
from forum.accounts import addresses, invitations, people, standing
from forum.accounts.tables import Actor, Role, Standing
from forum.actions import appealing, joining, reviewing
from forum.errors import Invalid
from forum.inbox import building
from forum.inbox.tables import Message
from forum.moderation import subjects, waiting
from forum.moderation.tables import ReviewItem

QUESTION = "Why here?"


def choose(db: Session, **values: str) -> Actor:
    """An admin has chosen this."""
    admin = make_account(db, role=Role.ADMIN)
    for key, value in values.items():
        choices.choose(db, key, value, admin.id)
    return admin


def wrong(db: Session, name: str = "Ada", email: str = "ada@example.org", **more: object) -> dict[str, str]:
    """What is wrong with this sign-up."""
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, name, email, PASSWORD, **more)  # type: ignore[arg-type]
    return error.value.fields


def item_of(db: Session, account_id: int) -> ReviewItem:
    item = waiting.existing(db, subjects.account(account_id))
    assert item is not None
    return item


def letters(db: Session, account_id: int) -> list[tuple[str, str]]:
    found = select(Message.kind, Message.subject).where(Message.account_id == account_id).order_by(Message.id)
    return [(kind, subject) for kind, subject in db.execute(found)]


def test_nobody_joins_a_closed_forum(db: Session) -> None:
    admin = choose(db, sign_up="closed")
    token = invitations.make(db, admin.id, "")
    found = invitations.find(db, token)
    assert found is not None
    assert wrong(db) == wrong(db, invitation=found.id) == {"": joining.CLOSED}


def test_who_signed_up_before_the_forum_was_closed_stays_out(db: Session) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    token = link_of(db, "ada@example.org")
    choose(db, sign_up="closed")
    with pytest.raises(Invalid) as error, db.begin_nested():
        joining.confirm(db, None, token)
    assert error.value.fields == {"": joining.CLOSED}
    choose(db, sign_up="open")
    joining.confirm(db, None, token)


def test_with_approval_an_account_waits_with_its_answer_and_is_let_in(db: Session) -> None:
    admin = choose(db, sign_up="approval", sign_up_question=QUESTION)
    assert wrong(db) == wrong(db, answer="  ") == {"answer": joining.UNANSWERED}
    assert "answer" in wrong(db, answer="x" * 1001)
    ada = join(db, "Ada", answer="To read and to learn.")
    assert standing.of(db, ada.id) == Standing.HELD
    item = item_of(db, ada.id)
    assert item.state == "open"
    assert QUESTION in item.held_because and "To read and to learn." in item.held_because
    assert letters(db, ada.id) == [("welcome", "Welcome, Ada")]
    text = db.scalars(select(Message.text).where(Message.account_id == ada.id)).one()
    assert "A moderator looks at it first" in text
    reviewing.decide(db, admin, item.id, "admit", "", "", item.version)
    assert standing.of(db, ada.id) == Standing.ACTIVE
    assert letters(db, ada.id)[1:] == [("decision", "Your account is open to you")]


def test_without_a_question_the_usual_one_is_asked(db: Session) -> None:
    choose(db, sign_up="approval", sign_up_question=" ")
    assert joining.terms(db).question == "What brings you here?"


def test_an_account_is_turned_away_and_can_appeal_and_be_let_in_later(db: Session) -> None:
    admin = choose(db, sign_up="approval")
    ada = join(db, "Ada", answer="To sell.")
    item = item_of(db, ada.id)
    because = item.held_because
    with pytest.raises(Invalid):
        reviewing.decide(db, admin, item.id, "turn-away", "", "", item.version)
    made = reviewing.decide(db, admin, item.id, "turn-away", "", "Nothing is sold here.", item.version)
    item = item_of(db, ada.id)
    assert (standing.of(db, ada.id), item.state) == (Standing.HELD, "decided")
    assert letters(db, ada.id)[1:] == [("decision", "Your account was not let in")]
    text = db.scalars(
        select(Message.text).where(Message.account_id == ada.id).order_by(Message.id.desc())
    ).first()
    assert "No machine took part" in (text or "")
    assert "Nothing is sold here." in (text or "") and "you can appeal" in (text or "")
    other = make_account(db, role=Role.MODERATOR)
    appeal = appealing.appeal(db, people.acting(db, ada.id), made.id, "I only meant to read.")
    of_appeal = waiting.existing(db, subjects.appeal(appeal.id))
    assert of_appeal is not None
    reviewing.decide(db, other, of_appeal.id, "grant", "", "", of_appeal.version)
    item = item_of(db, ada.id)
    assert (standing.of(db, ada.id), item.state, item.held_because) == (Standing.HELD, "open", because)
    reviewing.decide(db, other, item.id, "admit", "", "", item.version)
    assert standing.of(db, ada.id) == Standing.ACTIVE


def test_who_is_invited_needs_no_approval(db: Session) -> None:
    admin = choose(db, sign_up="approval")
    token = invitations.make(db, admin.id, "")
    found = invitations.find(db, token)
    assert found is not None
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD, invitation=found.id)
    joining.confirm(db, None, link_of(db, "ada@example.org"))
    known = people.login(db, "Ada")
    assert known is not None and standing.of(db, known.id) == Standing.ACTIVE
    assert invitations.find(db, token) is None


def test_an_answer_is_asked_for_when_approval_began_after_the_form(db: Session) -> None:
    joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    token = link_of(db, "ada@example.org")
    choose(db, sign_up="approval")
    with pytest.raises(Invalid) as error, db.begin_nested():
        joining.confirm(db, None, token)
    assert error.value.fields == {"answer": joining.UNANSWERED}
    joining.confirm(db, None, token, answer="To read.")
    known = people.login(db, "Ada")
    assert known is not None and "To read." in item_of(db, known.id).held_because


@pytest.mark.parametrize(
    ("address", "taken"),
    [("a@spam.example", False), ("a@deep.spam.example", False), ("a@SPAM.example", False),
     ("a@nospam.example", True),
     ("a@bücher.example", False), ("a@xn--bcher-kva.example", False), ("a@mailinator.com", False),
     ("a@x.yopmail.com", False), ("a@notyopmail.com", True), ("a@example.org", True)],
)  # fmt: skip
def test_domains_that_cannot_be_used(db: Session, address: str, taken: bool) -> None:
    choose(db, sign_up_blocked="spam.example\n\n @Bücher.example \n*.other.example")
    if taken:
        join(db, "Ada", address)
    else:
        assert set(wrong(db, email=address)) == {"email"}


def test_throw_away_addresses_can_be_taken(db: Session) -> None:
    choose(db, sign_up_throw_away="no")
    join(db, "Ada", "ada@mailinator.com")


def test_an_address_that_no_mail_can_be_built_for_is_refused(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "can_reach", lambda _to: False)
    assert wrong(db) == {"email": joining.NO_MAIL}


def test_the_list_of_throw_away_domains_is_well_kept() -> None:
    found = addresses.throw_away()
    assert len(found) > 150
    for domain in found:
        assert addresses.domain_problem(f"a@{domain}", "", refuses_throw_away=True)
        assert addresses.domain_problem(f"a@{domain}", "", refuses_throw_away=False) == ""
        assert addresses.problem(f"a@{domain}") == "", domain
    kept = (
        "gmail.com",
        "outlook.com",
        "gmx.de",
        "proton.me",
        "icloud.com",
        "posteo.de",
        "web.de",
        "duck.com",
    )
    assert not any(addresses.domain_problem(f"a@{domain}", "", refuses_throw_away=True) for domain in kept)


def test_other_ways_in_keep_to_the_same_terms(db: Session) -> None:
    make_account(db, "Taken")
    choose(db, sign_up="invitation", sign_up_blocked="spam.example")
    with pytest.raises(Invalid) as error:
        joining.enter(db, "Taken", "a@spam.example", None, method="provider")
    assert set(error.value.fields) == {"", "name", "email"}
    choose(db, sign_up="open")
    account = joining.enter(db, " Ada ", None, None, method="passkey", device="Firefox on Linux")
    assert (account.name, account.email, account.likeness) == ("Ada", None, "ada")
    with pytest.raises(Invalid) as error:
        joining.enter(db, "Eve", f"{people.name_of(db, account.id)}@", None, method="provider")
    assert set(error.value.fields) == {"email"}
