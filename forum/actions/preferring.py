"""What a person prefers in all browsers: the language of the pages and of the mails."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Account, Actor
from forum.errors import Invalid
from forum.languages.speaking import LANGUAGES
from forum.languages.words import _
from forum.policy import Permit


def language(db: Session, actor: Actor, code: str) -> None:
    """The account has this language; "" for none: then the browser says it, and in mails the forum.

    Invalid (`language`) for one that we do not have.
    """
    policy.require(Permit.APPEARANCE, actor)
    if code and code not in LANGUAGES:
        raise Invalid({"language": _("Choose one of these.")})
    db.execute(update(Account).where(Account.id == actor.id).values(language=code))
