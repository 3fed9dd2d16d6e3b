"""Invitations: who may invite, and who comes with one."""

from collections.abc import Iterator

import pytest
from browsing import Browser, make_app
from conftest import Clock
from doors import PASSWORD, link_of
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import choices
from forum.accounts import invitations, people
from forum.accounts.door_tables import Invitation
from forum.accounts.tables import Actor, Role
from forum.actions import inviting, joining
from forum.db import Database
from forum.errors import Forbidden, Invalid, NotFound


def choose(db: Session, **values: str) -> None:
    admin = make_account(db, role=Role.ADMIN)
    for key, value in values.items():
        choices.choose(db, key, value, admin.id)


def invitation(db: Session, by: Actor) -> int:
    """The id of a new invitation."""
    found = invitations.find(db, inviting.invite(db, by, ""))
    assert found is not None
    return found.id


@pytest.mark.parametrize(
    ("choice", "who", "may"),
    [("admins", Role.ADMIN, True), ("admins", Role.MODERATOR, False), ("moderators", Role.MODERATOR, True),
     ("moderators", Role.MEMBER, False), ("trusted", Role.MEMBER, True)],
)  # fmt: skip
def test_who_may_invite_is_a_choice(db: Session, choice: str, who: Role, may: bool) -> None:
    choose(db, invitations=choice)
    actor = make_account(db, role=who, shown_posts=20)
    assert (inviting.why_not(db, actor) == "") is may
    if may:
        assert invitations.find(db, inviting.invite(db, actor, "for Ada")) is not None
    else:
        with pytest.raises(Forbidden):
            inviting.invite(db, actor, "for Ada")


def test_newcomers_never_invite(db: Session) -> None:
    choose(db, invitations="trusted")
    with pytest.raises(Forbidden):
        inviting.invite(db, make_account(db, shown_posts=0), "")


def test_an_invitation_is_for_one_person_for_two_weeks(db: Session, frozen: Clock) -> None:
    choose(db, sign_up="invitation")
    moderator = make_account(db, role=Role.MODERATOR)
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "Ada", "ada@example.org", PASSWORD)
    assert error.value.fields == {"": joining.UNINVITED}
    one, late = invitation(db, moderator), invitation(db, moderator)
    for name in ("Ada", "Eve"):
        joining.sign_up(db, None, name, f"{name}@example.org", PASSWORD, invitation=one)
    joining.confirm(db, None, link_of(db, "Ada@example.org"))
    with pytest.raises(Invalid) as error, db.begin_nested():
        joining.confirm(db, None, link_of(db, "Eve@example.org"))
    assert error.value.fields == {"": joining.OUTWORN}
    found = {each.id: (each.state, each.joined) for each in invitations.latest(db, moderator.id, 9)}
    assert found == {one: ("used", "Ada"), late: ("open", None)}
    frozen.forward(days=14)
    with pytest.raises(Invalid) as error:
        joining.sign_up(db, None, "Joan", "joan@example.org", PASSWORD, invitation=late)
    assert error.value.fields == {"": joining.OUTWORN}
    assert invitations.latest(db, moderator.id, 1)[0].state == "over"


def test_what_is_taken_back_lets_nobody_in(db: Session) -> None:
    moderator, other = make_account(db, role=Role.MODERATOR), make_account(db, role=Role.MODERATOR)
    one = invitation(db, moderator)
    with pytest.raises(NotFound):
        inviting.revoke(db, other, one)
    inviting.revoke(db, moderator, one)
    assert not invitations.is_open(db, one) and not invitations.spend(db, one, moderator.id)
    with pytest.raises(NotFound):
        inviting.revoke(db, moderator, one)


def test_only_so_many_are_open_at_once(db: Session, frozen: Clock) -> None:
    moderator = make_account(db, role=Role.MODERATOR)
    made = [invitation(db, moderator) for _ in range(invitations.MOST_OPEN)]
    with pytest.raises(Invalid):
        inviting.invite(db, moderator, "")
    inviting.revoke(db, moderator, made[0])
    inviting.invite(db, moderator, "")
    frozen.forward(days=15)
    inviting.invite(db, moderator, "")


# --- pages -------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(database: Database) -> Iterator[Browser]:
    with Browser(make_app(database)) as browser:
        yield browser


def test_an_invitation_from_its_making_to_the_welcome(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        moderator = make_account(db, "moderator", Role.MODERATOR)
        choose(db, sign_up="invitation")
    assert "is joined by invitation" in browser.get("/sign-up").text
    form = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
    refused = browser.post("/sign-up", form)
    assert refused.status_code == 422 and joining.UNINVITED in refused.text
    made = browser.signed_in(moderator).post("/account/invitations", {"note": "Ada <from the club>"})
    assert "Ada &lt;from the club&gt;" in made.text
    link = made.text.partition('value="http://forum.test/invite/')[2].partition('"')[0]
    assert len(link) == 43
    listed = browser.get("/account/invitations").text
    assert link not in listed and "Take it back" in listed
    with database.reading() as db:
        assert link.encode() not in db.scalars(select(Invitation.token_hash)).one()
    page = browser.signed_out().get(f"/invite/{link}").text
    assert "<strong>moderator</strong> invites you" in page and f'value="{link}"' in page
    assert browser.post("/sign-up", form | {"invitation": link}).headers["location"] == "/sign-up/sent"
    with database.writing() as db:
        token = link_of(db, "ada@example.org")
    assert browser.post(f"/confirm/{token}", {"password": PASSWORD}).headers["location"] == "/welcome"
    used = browser.signed_out().get(f"/invite/{link}")
    assert used.status_code == 404 and "no longer works" in used.text
    again = browser.post("/sign-up", form | {"name": "Eve", "email": "eve@example.org", "invitation": link})
    assert again.status_code == 422 and joining.OUTWORN in again.text
    assert "joined" in browser.signed_in(moderator).get("/account/invitations").text


def test_one_is_taken_back_on_the_page(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        moderator, other = make_account(db, role=Role.MODERATOR), make_account(db, role=Role.MODERATOR)
        one = invitation(db, moderator)
    assert browser.signed_in(other).post("/account/invitations", {"revoke": str(one)}).status_code == 404
    taken = browser.signed_in(moderator).post("/account/invitations", {"revoke": str(one)})
    assert taken.headers["location"] == "/account/invitations?told=invitation-revoked"
    assert "taken back" in browser.get("/account/invitations").text


def test_who_may_not_invite_reads_who_may(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        member = make_account(db)
    assert browser.get("/account/invitations").status_code in (303, 401)
    page = browser.signed_in(member).get("/account/invitations").text
    assert inviting.WHO["moderators"] in page and "Make an invitation" not in page
    assert browser.post("/account/invitations", {"note": ""}).status_code == 403


def test_a_closed_forum_says_so_kindly(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        choose(db, sign_up="closed")
        people.add(db, "Ada", None, None)
    page = browser.get("/sign-up")
    assert (page.status_code, "takes nobody in just now" in page.text) == (200, True)
    form = {"name": "Eve", "email": "eve@example.org", "password": PASSWORD}
    assert browser.post("/sign-up", form).status_code == 422
    assert browser.get(f"/invite/{'x' * 43}").status_code == 404


def test_the_question_is_asked_and_its_answer_comes_back(browser: Browser, database: Database) -> None:
    with database.writing() as db:
        choose(db, sign_up="approval", sign_up_question="What <brings> you?")
    page = browser.get("/sign-up").text
    assert "What &lt;brings&gt; you?" in page and 'name="answer"' in page
    form = {"name": "a b", "email": "eve@example.org", "password": PASSWORD, "answer": "Much to <learn>."}
    failed = browser.post("/sign-up", form)
    assert failed.status_code == 422 and "Much to &lt;learn&gt;." in failed.text
    assert browser.post("/sign-up", form | {"name": "Eve"}).status_code == 303
    with database.writing() as db:
        token = link_of(db, "eve@example.org")
    browser.post(f"/confirm/{token}", {"password": PASSWORD})
    assert "What you can do while you wait" in browser.get("/welcome").text
