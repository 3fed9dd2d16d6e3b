"""What people change of their own account: names lead on, sessions end, addresses are proved."""

from datetime import timedelta

import pytest
from conftest import Clock
from makers import make_account, make_thread, opening
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum import choices, freshness
from forum.accounts import former_names, history, mail_tokens, open_sessions, people, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.factor_tables import OneTimeCode, Passkey, RecoveryCode
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, SignIn
from forum.actions import changing, posting, readdressing
from forum.clock import now
from forum.db import Database
from forum.errors import Invalid, NotFound
from forum.inbox.tables import Message
from forum.search import people as searched


def account_of(db: Session, actor: Actor) -> Account:
    db.flush()
    db.expire_all()
    return db.get_one(Account, actor.id)


def mailed(db: Session, kind: Kind, email: str) -> str:
    """The token in the last mail of this kind to the address, as the worker writes it."""
    wanted = select(MailToken.id).where(MailToken.kind == kind, MailToken.email == email)
    drawn = mail_tokens.draw(db, db.scalars(wanted.order_by(MailToken.id.desc())).first() or 0)
    assert drawn is not None, f"no {kind} went to {email}"
    db.flush()
    return drawn[1]


def addressed(db: Session, kind: Kind) -> list[str]:
    """To whom living links of this kind were mailed."""
    wanted = select(MailToken.email).where(MailToken.kind == kind).order_by(MailToken.id)
    return list(db.scalars(wanted))


def told(db: Session, actor: Actor) -> list[str]:
    return list(db.scalars(select(Message.kind).where(Message.account_id == actor.id).order_by(Message.id)))


def kinds(db: Session, actor: Actor) -> list[str]:
    db.flush()
    return [event.kind for event in history.listing(db, actor.id, None, 50).items]


def session_ids(db: Session, actor: Actor) -> list[int]:
    return sorted(found.id for found in open_sessions.listing(db, actor.id))


# --- names ----------------------------------------------------------------------------------------------


def test_an_old_name_leads_to_the_new_one_and_nobody_else_can_have_it(db: Session) -> None:
    mira, eve = make_account(db, "Mira"), make_account(db, "Eve")
    assert changing.rename(db, mira, " Miranda ") == "Miranda"
    found = people.named(db, "MIRA")
    assert found is not None and (found.id, found.name) == (mira.id, "Miranda")
    assert former_names.holder(db, "mira") == (mira.id, "Miranda")
    assert [former.name for former in former_names.of_account(db, mira.id)] == ["Mira"]
    with pytest.raises(Invalid) as refused:
        changing.rename(db, eve, "mira")
    assert refused.value.fields == {"name": people.NAME_TAKEN}
    with pytest.raises(Invalid):
        changing.rename(db, eve, "MIRANDA")
    with pytest.raises(Invalid) as refused:
        changing.rename(db, eve, "Mlranda")
    assert refused.value.fields == {"name": people.NAME_ALIKE}
    assert "renamed" in told(db, mira) and kinds(db, mira) == ["name-changed"]


def test_a_name_is_changed_once_in_thirty_days_and_can_be_taken_back(db: Session, frozen: Clock) -> None:
    mira = make_account(db, "Mira")
    changing.rename(db, mira, "Miranda")
    with pytest.raises(Invalid) as refused:
        changing.rename(db, mira, "Mira")
    assert "1 December 2026" in refused.value.fields["name"]
    frozen.forward(days=30)
    changing.rename(db, mira, "Mira")
    assert account_of(db, mira).name_key == "mira"
    assert [former.name for former in former_names.of_account(db, mira.id)] == ["Miranda"]
    frozen.forward(days=30)
    changing.rename(db, mira, "MIRA")
    assert account_of(db, mira).name == "MIRA", "another case of the same letters is a change too"
    assert changing.next_name_at(db, mira.id) == now() + timedelta(days=30)


@pytest.mark.parametrize(
    "name", ["", "Mira", "ad", "a b c", "moderator", "x\r\nBcc: y@example.org", "<b>x</b>"]
)
def test_what_cannot_be_a_name_is_refused(db: Session, name: str) -> None:
    mira = make_account(db, "Mira")
    with pytest.raises(Invalid) as refused:
        changing.rename(db, mira, name)
    assert list(refused.value.fields) == ["name"]
    assert account_of(db, mira).name == "Mira" and kinds(db, mira) == []


def test_whoever_is_called_or_looked_for_by_an_old_name_is_found(db: Session) -> None:
    mira, tomas = make_account(db, "Mira"), make_account(db, "Tomas")
    thread = make_thread(db, tomas)
    changing.rename(db, mira, "Miranda")
    posting.answer(db, tomas, thread.id, "@Mira may know more of this.", key="", held_posts=2)
    assert told(db, mira) == ["renamed", "mention"]
    posting.answer(db, tomas, thread.id, "So may @Miranda, who is @Mira.", key="", held_posts=2)
    assert told(db, mira) == ["renamed", "mention", "mention"], "once, although both names stand there"
    assert searched.ids(db, ["mira", "miranda", "nobody"]) == {"mira": mira.id, "miranda": mira.id}


def test_every_kept_page_is_out_of_date_after_a_change_of_name(db: Session) -> None:
    mira = make_account(db, "Mira")
    thread = make_thread(db, mira)
    names = ("cautions", "threads", "references", "tags", "log", "people")
    before = freshness.read(db, names)
    changing.rename(db, mira, "Miranda")
    after = freshness.read(db, names)
    assert all(after[name] > before[name] for name in names)
    assert opening(db, thread).author_id == mira.id


def test_of_two_who_want_one_name_at_once_one_gets_it(database: Database) -> None:
    with database.writing() as db:
        ada, eve = make_account(db, "Ada"), make_account(db, "Eve")
    wins = []
    for actor in (ada, eve):
        try:
            with database.writing() as db:
                wins.append(changing.rename(db, actor, "Grace"))
        except Invalid as refused:
            assert refused.fields == {"name": people.NAME_TAKEN}
    assert wins == ["Grace"]


# --- what people say of themselves ------------------------------------------------------------------------


def test_what_people_say_of_themselves_is_kept_up_to_its_length(db: Session) -> None:
    mira = make_account(db, "Mira")
    before = freshness.read(db, ["people"])["people"]
    changing.describe(db, mira, "  " + "ä" * 1000 + "\n")
    assert account_of(db, mira).about == "ä" * 1000
    assert freshness.read(db, ["people"])["people"] > before
    with pytest.raises(Invalid) as refused:
        changing.describe(db, mira, "ä" * 1001)
    assert list(refused.value.fields) == ["about"]
    changing.describe(db, mira, "")
    assert account_of(db, mira).about == ""


# --- sessions ---------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_ended_one_by_one_or_all(db: Session, frozen: Clock) -> None:
    mira, eve = make_account(db, "Mira"), make_account(db, "Eve")
    for device in ("Firefox on Linux", "Safari on iOS", "Chrome on Android"):
        sessions.start(db, mira.id, device=device)
        frozen.forward(minutes=1)
    sessions.start(db, eve.id)
    db.flush()
    found = open_sessions.listing(db, mira.id)
    assert [each.device for each in found] == ["Chrome on Android", "Safari on iOS", "Firefox on Linux"]
    changing.end_session(db, mira, found[1].id)
    assert session_ids(db, mira) == sorted([found[0].id, found[2].id])
    changing.end_other_sessions(db, mira, found[0].id)
    assert session_ids(db, mira) == [found[0].id]
    assert len(session_ids(db, eve)) == 1
    assert kinds(db, mira) == ["sessions-ended"] * 2
    details = [event.detail for event in history.listing(db, mira.id, None, 5).items]
    assert details == ["everywhere else", "Safari on iOS"]
    frozen.forward(days=40)
    assert open_sessions.listing(db, mira.id) == []


def test_another_ones_session_is_not_found(db: Session) -> None:
    mira, eve = make_account(db, "Mira"), make_account(db, "Eve")
    sessions.start(db, mira.id)
    db.flush()
    for session_id in (session_ids(db, mira)[0], 0, 2**31 - 1):
        with pytest.raises(NotFound):
            changing.end_session(db, eve, session_id)
    assert len(session_ids(db, mira)) == 1 and kinds(db, eve) == []


def test_the_history_goes_on_page_by_page(db: Session) -> None:
    mira = make_account(db, "Mira")
    for number in range(5):
        history.note(db, mira.id, "signed-in", device=f"device {number}")
        history.note(db, make_account(db).id, "signed-in")
    db.flush()
    first = history.listing(db, mira.id, None, 2)
    second = history.listing(db, mira.id, first.next, 2)
    last = history.listing(db, mira.id, second.next, 2)
    seen = [event.device for page in (first, second, last) for event in page.items]
    assert seen == [f"device {number}" for number in (4, 3, 2, 1, 0)]
    assert last.next is None


# --- another mail address ---------------------------------------------------------------------------------

OLD, NEW = "mira@example.org", "mira.new@example.org"


def test_nothing_changes_until_the_new_address_is_proved_and_both_are_told(db: Session) -> None:
    mira = make_account(db, "mira")
    readdressing.ask_for_address(db, mira, f" {NEW} ")
    assert account_of(db, mira).email == OLD
    assert addressed(db, Kind.CHANGE_EMAIL) == [NEW] and addressed(db, Kind.KEEP_EMAIL) == [OLD]
    mine, other = sessions.start(db, mira.id), sessions.start(db, mira.id)
    mail_tokens.issue(db, Kind.RESET_PASSWORD, OLD, mira.id)
    db.flush()
    presence = sessions.presence(db, mine)
    assert presence is not None
    token = mailed(db, Kind.CHANGE_EMAIL, NEW)
    assert readdressing.confirm_address(db, mira, token, presence.session_id) == mira.id
    account = account_of(db, mira)
    assert (account.email, account.email_key) == (NEW, NEW)
    assert sessions.actor(db, mine) is not None and sessions.actor(db, other) is None
    assert addressed(db, Kind.RESET_PASSWORD) == [], "what lies in the old mailbox opens nothing"
    kept = db.scalars(select(MailToken).where(MailToken.kind == Kind.KEEP_EMAIL)).one()
    assert (kept.email, kept.wanted) == (OLD, {"new_email": NEW, "is_changed": True})
    assert told(db, mira) == ["address_changed"]
    assert kinds(db, mira) == ["email-changed", "email-change-asked"]
    with pytest.raises(NotFound):
        readdressing.confirm_address(db, mira, token)


def test_a_link_that_is_too_old_or_for_something_else_changes_nothing(db: Session, frozen: Clock) -> None:
    mira = make_account(db, "mira")
    readdressing.ask_for_address(db, mira, NEW)
    token, keep = mailed(db, Kind.CHANGE_EMAIL, NEW), mailed(db, Kind.KEEP_EMAIL, OLD)
    for wrong in (keep, token[:-1], "", "x" * 43):
        with pytest.raises(NotFound):
            readdressing.confirm_address(db, None, wrong)
    with pytest.raises(NotFound):
        readdressing.keep_address(db, None, token)
    frozen.forward(hours=1)
    with pytest.raises(NotFound):
        readdressing.confirm_address(db, None, token)
    assert account_of(db, mira).email == OLD


def test_a_newer_wish_ends_the_older_one(db: Session) -> None:
    mira = make_account(db, "mira")
    readdressing.ask_for_address(db, mira, NEW)
    token = mailed(db, Kind.CHANGE_EMAIL, NEW)
    readdressing.ask_for_address(db, mira, "third@example.org")
    with pytest.raises(NotFound):
        readdressing.confirm_address(db, None, token)
    assert addressed(db, Kind.CHANGE_EMAIL) == ["third@example.org"]


def test_an_address_that_the_community_does_not_take_is_refused(db: Session) -> None:
    mira = make_account(db, "mira")
    choices.choose(db, "sign_up_blocked", "bad.example", mira.id)
    with pytest.raises(Invalid) as refused:
        readdressing.ask_for_address(db, mira, "mira@mail.bad.example")
    assert "mail.bad.example" in refused.value.fields["email"]


@pytest.mark.parametrize(
    "email", ["", "mira", "MIRA@example.org", "a@b@c", "x@example.org\r\nBcc: y@example.org"]
)
def test_what_cannot_be_another_address_is_refused(db: Session, email: str) -> None:
    mira = make_account(db, "mira")
    with pytest.raises(Invalid) as refused:
        readdressing.ask_for_address(db, mira, email)
    assert list(refused.value.fields) == ["email"]
    assert addressed(db, Kind.CHANGE_EMAIL) == []


def test_an_address_that_another_has_looks_like_any_and_its_owner_hears_once_a_day(
    db: Session, frozen: Clock
) -> None:
    mira, eve = make_account(db, "mira"), make_account(db, "eve")
    readdressing.ask_for_address(db, eve, NEW)
    stale = mailed(db, Kind.CHANGE_EMAIL, NEW)
    readdressing.ask_for_address(db, eve, OLD)
    readdressing.ask_for_address(db, eve, "Mira@Example.org")
    assert addressed(db, Kind.CHANGE_EMAIL) == [], "no link is mailed for it, and the older one is dead too"
    assert addressed(db, Kind.KEEP_EMAIL) == ["eve@example.org"], "as for any other address"
    assert told(db, mira) == ["second_address"]
    frozen.forward(days=1)
    readdressing.ask_for_address(db, eve, OLD)
    assert told(db, mira) == ["second_address"] * 2
    with pytest.raises(NotFound):
        readdressing.confirm_address(db, None, stale)


def test_an_address_that_was_taken_meanwhile_is_not_taken_over(db: Session) -> None:
    mira = make_account(db, "mira")
    readdressing.ask_for_address(db, mira, "eve@example.org")
    token = mailed(db, Kind.CHANGE_EMAIL, "eve@example.org")
    make_account(db, "eve")
    with pytest.raises(NotFound, match="Another account"):
        readdressing.confirm_address(db, None, token)
    assert account_of(db, mira).email == OLD


def test_an_account_without_an_address_gets_one_the_same_way(db: Session) -> None:
    mira = make_account(db, "mira")
    account = account_of(db, mira)
    account.email = account.email_key = None
    readdressing.ask_for_address(db, mira, NEW)
    assert addressed(db, Kind.KEEP_EMAIL) == []
    readdressing.confirm_address(db, None, mailed(db, Kind.CHANGE_EMAIL, NEW))
    assert account_of(db, mira).email == NEW


def test_the_old_address_stops_the_change_and_everybody_is_out(db: Session) -> None:
    mira = make_account(db, "mira")
    account_of(db, mira).password_hash = "known to somebody else"
    token = sessions.start(db, mira.id)
    readdressing.ask_for_address(db, mira, NEW)
    wanted = mailed(db, Kind.CHANGE_EMAIL, NEW)
    readdressing.keep_address(db, None, mailed(db, Kind.KEEP_EMAIL, OLD))
    account = account_of(db, mira)
    assert account.email == OLD and account.password_hash not in (None, "known to somebody else")
    assert sessions.actor(db, token) is None
    with pytest.raises(NotFound):
        readdressing.confirm_address(db, None, wanted)
    assert addressed(db, Kind.RESET_PASSWORD) == [OLD]
    assert kinds(db, mira)[0] == "email-kept" and told(db, mira) == ["address_kept"]


def test_the_old_address_is_put_back_after_the_change_and_later_ones_cannot_undo_that(db: Session) -> None:
    mira = make_account(db, "mira")
    for address in ("thief@example.org", "thief2@example.org"):
        readdressing.ask_for_address(db, mira, address)
        readdressing.confirm_address(db, None, mailed(db, Kind.CHANGE_EMAIL, address))
    first, second = (mailed(db, Kind.KEEP_EMAIL, address) for address in (OLD, "thief@example.org"))
    readdressing.keep_address(db, None, first)
    assert account_of(db, mira).email == OLD
    with pytest.raises(NotFound):
        readdressing.keep_address(db, None, second)
    with pytest.raises(NotFound):
        readdressing.keep_address(db, None, first)


def test_the_first_address_is_believed_more_than_the_second(db: Session) -> None:
    mira = make_account(db, "mira")
    for address in ("thief@example.org", "thief2@example.org"):
        readdressing.ask_for_address(db, mira, address)
        readdressing.confirm_address(db, None, mailed(db, Kind.CHANGE_EMAIL, address))
    first, second = (mailed(db, Kind.KEEP_EMAIL, address) for address in (OLD, "thief@example.org"))
    readdressing.keep_address(db, None, second)
    assert account_of(db, mira).email == "thief@example.org"
    readdressing.keep_address(db, None, first)
    assert account_of(db, mira).email == OLD
    assert addressed(db, Kind.RESET_PASSWORD) == [OLD]


def test_what_a_thief_added_to_come_in_again_is_gone_and_older_factors_stay(
    db: Session, frozen: Clock
) -> None:
    mira = make_account(db, "mira")
    add_passkey(db, mira, b"her own")
    frozen.forward(days=30)
    add_passkey(db, mira, b"a thief's")
    db.add(OneTimeCode(account_id=mira.id, secret=b"sealed", created_at=now()))
    db.add(RecoveryCode(account_id=mira.id, code_hash=b"x" * 32))
    frozen.forward(hours=2)
    readdressing.ask_for_address(db, mira, NEW)
    readdressing.confirm_address(db, None, mailed(db, Kind.CHANGE_EMAIL, NEW))
    # The link works for a week: what came shortly before the change is as old as that by then.
    frozen.forward(days=6, hours=23)
    readdressing.keep_address(db, None, mailed(db, Kind.KEEP_EMAIL, OLD))
    assert list(db.scalars(select(Passkey.credential_id))) == [b"her own"]
    assert db.scalars(select(OneTimeCode.account_id)).all() == []
    assert db.scalars(select(RecoveryCode.id)).all() == []


def add_passkey(db: Session, actor: Actor, credential_id: bytes) -> None:
    db.add(
        Passkey(
            account_id=actor.id, credential_id=credential_id, public_key=b"key", sign_count=0, name="Phone",
            created_at=now(),
        )
    )  # fmt: skip
    db.flush()


def test_an_old_address_that_somebody_else_has_by_now_still_stops_the_thief(db: Session) -> None:
    mira = make_account(db, "mira")
    readdressing.ask_for_address(db, mira, NEW)
    readdressing.confirm_address(db, None, mailed(db, Kind.CHANGE_EMAIL, NEW))
    token = mailed(db, Kind.KEEP_EMAIL, OLD)
    make_account(db, "Mira2")
    other = db.scalars(select(Account).where(Account.name == "Mira2")).one()
    other.email, other.email_key = OLD, OLD
    db.flush()
    readdressing.keep_address(db, None, token)
    assert account_of(db, mira).email is None
    assert other.email == OLD and addressed(db, Kind.RESET_PASSWORD) == [OLD]
    assert db.scalars(select(SignIn.id).where(SignIn.account_id == mira.id)).all() == []


def test_what_looks_like_a_former_name_is_kept_too(db: Session) -> None:
    ann = make_account(db, "Rosalind")
    former_names.move(db, ann.id, "Rosalind", "Rose")
    assert former_names.is_kept(db, "Rosa1ind")
    assert not former_names.is_kept(db, "Rosamund")
    assert not former_names.is_kept(db, "Rosa1ind", but=ann.id)
