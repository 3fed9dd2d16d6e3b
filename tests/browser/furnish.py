"""What the sample community has not: mailed links, second factors, a question without a name."""

from datetime import timedelta
from pathlib import Path

from makers import make_account
from sqlalchemy import select, update

from forum.accounts import history, mail_tokens, people
from forum.accounts.factor_tables import OneTimeCode, Passkey
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Actor, SignIn
from forum.actions import flagging, posting
from forum.clock import now
from forum.db import Database, Session
from forum.discussion.tables import Tag

#: What a sign-up is to become.
WANTED = {"name": "nell", "answer": "", "invitation": "", "next": "/"}


def furnish(path: Path, guarded: str) -> dict[str, object]:
    """`guarded` has a passkey and one-time codes; answers the parts of the addresses of what is new."""
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        places: dict[str, object] = {"unnamed": _unnamed(db), "account": _actor(db, "tidewater").id}
        # Those of the sample have no address.
        forgetful = make_account(db, "forgetful")
        places["recover"] = _linked(db, Kind.RESET_PASSWORD, forgetful.id)
        places["confirm"] = _linked(db, Kind.SIGN_UP, None, **WANTED)
        _guard(db, _actor(db, guarded).id)
    database.close()
    return places


def forget_proofs(path: Path, name: str) -> None:
    """Whoever is signed in by this name has shown long ago who they are."""
    database = Database(f"sqlite:///{path}")
    with database.writing() as db:
        theirs = SignIn.account_id == _actor(db, name).id
        db.execute(update(SignIn).where(theirs).values(proved_at=now() - timedelta(days=1)))
    database.close()


def _actor(db: Session, name: str) -> Actor:
    person = people.named(db, name)
    assert person is not None, name
    return people.acting(db, person.id)


def _linked(db: Session, kind: Kind, account_id: int | None, **wanted: str) -> str:
    """The token of a mailed link."""
    row = mail_tokens.issue(db, kind, "forgetful@example.org", account_id, **wanted)
    found = mail_tokens.draw(db, row.id)
    assert found is not None
    return found[1]


def _unnamed(db: Session) -> int:
    """A question without a name, flagged."""
    db.scalars(select(Tag).where(Tag.name == "sleep")).one().allows_anonymous = True
    post = posting.ask(
        db, _actor(db, "wren"), "question", "Something that is hard to ask about", "sleep",
        "I would rather not say who I am. What helps with this?", key="", held_posts=0, anonymous=True,
    )  # fmt: skip
    flagging.flag(db, _actor(db, "mira"), post.id, "other", "I am worried about whoever wrote this.")
    return post.id


def _guard(db: Session, account_id: int) -> None:
    moment = now()
    db.add(
        Passkey(
            account_id=account_id, credential_id=b"1", public_key=b"1", sign_count=0, name="Phone",
            created_at=moment,
        )
    )  # fmt: skip
    db.add(OneTimeCode(account_id=account_id, secret=b"sealed", created_at=moment, confirmed_at=moment))
    history.note(db, account_id, "passkey-added", device="Firefox on Linux", detail="Phone")
