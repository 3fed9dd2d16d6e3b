"""One-time codes of an authenticator app (TOTP, RFC 6238: six digits, a new one every 30 seconds).

The secret is sealed, because it has to be read to check a code. It counts once its owner has shown a code.
"""

import io
import re

import pyotp
import segno
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from forum import sealing
from forum.accounts.factor_tables import OneTimeCode
from forum.clock import now
from forum.errors import Conflict
from forum.languages.words import N_, _

#: A code of one step earlier or later is taken too: clocks differ, and people type slowly.
WINDOW = 1
ON_ALREADY = N_("One-time codes are switched on already. Switch them off first to use another app.")

_NOT_A_DIGIT = re.compile(r"[\s-]+")


def begin(db: Session, account_id: int) -> None:
    """The account has a new secret that counts for nothing yet. Conflict if one counts already."""
    if is_on(db, account_id):
        raise Conflict(_(ON_ALREADY))
    end(db, account_id)
    secret = sealing.seal(pyotp.random_base32())
    db.add(OneTimeCode(account_id=account_id, secret=secret, created_at=now(), confirmed_at=None))
    db.flush()


def is_on(db: Session, account_id: int) -> bool:
    """Whether signing in to the account asks for a code."""
    mine = OneTimeCode.account_id == account_id, OneTimeCode.confirmed_at.is_not(None)
    return bool(db.scalar(select(exists().where(*mine))))


def begun(db: Session, account_id: int) -> str | None:
    """The secret (base32) that waits for its first code; None if there is none."""
    mine = OneTimeCode.account_id == account_id, OneTimeCode.confirmed_at.is_(None)
    sealed = db.scalar(select(OneTimeCode.secret).where(*mine))
    return None if sealed is None else sealing.unseal(sealed)


def confirm(db: Session, account_id: int, code: str) -> bool:
    """The begun secret counts from now on, if this is a code of it; answers whether it is."""
    return _take(db, account_id, code, confirming=True)


def take(db: Session, account_id: int, code: str) -> bool:
    """Whether this is a code of the account, of now, and no such or later one was ever taken."""
    return _take(db, account_id, code, confirming=False)


def end(db: Session, account_id: int) -> bool:
    """The account has no secret; answers whether it had one that counted."""
    gone = delete(OneTimeCode).where(OneTimeCode.account_id == account_id).returning(OneTimeCode.confirmed_at)
    return db.scalar(gone) is not None


def address(secret: str, account: str, forum: str) -> str:
    """The otpauth: address that tells an app all it needs."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=forum)


def picture(secret: str, account: str, forum: str) -> str:
    """The address as a QR code: an SVG element, dark on light whatever the page’s colours, without styles."""
    drawn = io.BytesIO()
    code = segno.make(address(secret, account, forum), error="m", micro=False)
    code.save(drawn, "svg", scale=5, dark="#000", light="#fff", xmldecl=False, svgns=False, nl=False)
    return drawn.getvalue().decode()


def _take(db: Session, account_id: int, code: str, *, confirming: bool) -> bool:
    confirmed = OneTimeCode.confirmed_at
    mine = OneTimeCode.account_id == account_id, confirmed.is_(None) if confirming else confirmed.is_not(None)
    sealed = db.scalar(select(OneTimeCode.secret).where(*mine))
    step = None if sealed is None else _step_of(sealing.unseal(sealed), code)
    if step is None:
        return False
    values = {"last_step": step, **({"confirmed_at": now()} if confirming else {})}
    # Of two that come with one code at once, the second finds it taken.
    taken = update(OneTimeCode).where(*mine, OneTimeCode.last_step < step).values(values)
    done = taken.returning(OneTimeCode.account_id).execution_options(synchronize_session=False)
    return db.scalar(done) is not None


def _step_of(secret: str, code: str) -> int | None:
    typed = _NOT_A_DIGIT.sub("", code)
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(typed, for_time=now(), valid_window=WINDOW)
    except pyotp.exceptions.OTPVerificationError:
        return None
