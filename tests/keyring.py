"""What opens accounts in tests: a password, an authenticator app, and the mails that the worker writes."""

import email
import re
from email.policy import default
from functools import cache
from pathlib import Path

import pyotp
from sqlalchemy import update
from sqlalchemy.orm import Session

from forum import worker
from forum.accounts import one_time_codes, passwords, recovery_codes
from forum.accounts.tables import Account, Actor
from forum.clock import now
from forum.config import Settings
from forum.db import Database

PASSWORD = "a sentence of my own"


@cache
def _hash(password: str) -> str:
    return passwords.make_hash(password)


def give_password(db: Session, who: Actor, password: str = PASSWORD) -> None:
    """They sign in with it from now on."""
    db.execute(update(Account).where(Account.id == who.id).values(password_hash=_hash(password)))
    db.flush()


def give_codes(db: Session, who: Actor) -> pyotp.TOTP:
    """Their app, whose codes are asked for from now on; the one of the moment is taken already."""
    one_time_codes.begin(db, who.id)
    app = pyotp.TOTP(one_time_codes.begun(db, who.id) or "")
    assert one_time_codes.confirm(db, who.id, app.at(now()))
    return app


def give_recovery_codes(db: Session, who: Actor) -> list[str]:
    """Ten codes that open the account, beside the password."""
    return list(recovery_codes.make(db, who.id))


def do_jobs(database: Database, folder: Path, **settings: object) -> list[str]:
    """The worker has done what waits; answers all mails ever written to this folder."""
    chosen = Settings(data_dir=folder, base_url="http://forum.test", **settings)
    while worker.step(database, chosen):
        pass
    written = sorted((folder / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [_text(path) for path in written]


def _text(path: Path) -> str:
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    body = mail.get_body(("plain",))
    assert body is not None
    return f"To: {mail['to']}\nSubject: {mail['subject']}\n\n{body.get_content()}"


def link_in(mail: str) -> str:
    """The address in a mail."""
    return re.findall(r"https?://\S+", mail)[0]
