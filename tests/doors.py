"""Ways in, as tests go them: the mailed link that makes an account."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts import addresses, mail_tokens
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account
from forum.actions import joining

PASSWORD = "a sentence of my own"


def link_of(db: Session, email: str, kind: Kind = Kind.SIGN_UP) -> str:
    """The token in the newest mail of this kind to the address, as the worker draws it."""
    wanted = select(MailToken.id).where(MailToken.kind == kind, MailToken.email_key == addresses.key(email))
    drawn = mail_tokens.draw(db, db.scalars(wanted.order_by(MailToken.id.desc())).first() or 0)
    assert drawn is not None, f"no link was mailed to {email}"
    db.flush()
    return drawn[1]


def join(
    db: Session, name: str = "Ada", email: str = "", password: str = PASSWORD, answer: str = ""
) -> Account:
    """Somebody signs up and opens the mailed link."""
    email = email or f"{name}@example.org"
    joining.sign_up(db, None, name, email, password, answer=answer)
    joining.confirm(db, None, link_of(db, email))
    return db.scalars(select(Account).where(Account.name == name)).one()
