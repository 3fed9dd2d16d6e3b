"""Sessions: the token is in the cookie only, and ends."""

from conftest import Clock
from makers import make_account
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import sessions
from forum.accounts.tables import Role, SignIn


def test_a_token_says_who_is_signed_in(db: Session) -> None:
    ada = make_account(db, "Ada", Role.MODERATOR, shown_posts=3)
    token = sessions.start(db, ada.id)
    db.flush()
    assert len(token) == sessions.TOKEN_LENGTH
    assert sessions.actor(db, token) == ada
    assert sessions.actor(db, sessions.start(db, ada.id)[:-1] + "!") is None
    assert sessions.actor(db, "") is None
    assert sessions.actor(db, token + token) is None


def test_only_the_hash_is_stored(db: Session) -> None:
    token = sessions.start(db, make_account(db).id)
    db.flush()
    stored = db.scalars(select(SignIn.token_hash)).all()
    assert [len(found) for found in stored] == [32]
    assert token.encode() not in stored[0]


def test_a_session_ends_when_told_to(db: Session) -> None:
    ada = make_account(db)
    first, second = sessions.start(db, ada.id), sessions.start(db, ada.id)
    db.flush()
    sessions.end(db, first)
    assert sessions.actor(db, first) is None
    assert sessions.actor(db, second) == ada


def test_a_session_ends_after_thirty_days(db: Session, frozen: Clock) -> None:
    ada = make_account(db)
    token = sessions.start(db, ada.id)
    db.flush()
    frozen.forward(days=29, hours=23)
    assert sessions.actor(db, token) == ada
    frozen.forward(hours=1)
    assert sessions.actor(db, token) is None
    sessions.start(db, ada.id)
    db.flush()
    assert len(db.scalars(select(SignIn.id)).all()) == 1, "the outworn session is gone"


def test_a_fresh_proof_is_worth_another_token(db: Session) -> None:
    ada = make_account(db, "Ada")
    old = sessions.start(db, ada.id)
    db.flush()
    found = sessions.presence(db, old)
    assert found is not None
    sessions.prove(db, found.session_id, "code")
    new = sessions.renewed_token(db)
    assert new is not None
    assert sessions.presence(db, old) is None
    again = sessions.presence(db, new)
    assert again is not None
    assert (again.session_id, again.method, again.is_strong) == (found.session_id, "code", True)
