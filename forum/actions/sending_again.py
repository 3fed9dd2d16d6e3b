"""What an admin does about a mail of which nobody knows whether the mail server took it."""

from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import admin_log
from forum.accounts.tables import Actor
from forum.errors import NotFound
from forum.inbox import due, outgoing, sent
from forum.languages.words import N_, _
from forum.policy import Permit

SETTLED = N_("This mail is not unsure any more.")


def send_again(db: Session, actor: Actor, sent_id: int) -> None:
    """The unsure mail about a message is sent once more; it may come twice. NotFound if there is none."""
    policy.require(Permit.ADMINISTER, actor)
    key = sent.forget_unsure(db, sent_id)
    message_id = outgoing.message_of(key) if key is not None else None
    if key is None or message_id is None:
        raise NotFound(_(SETTLED))
    jobs.put(db, due.DELIVER, message_id=message_id)
    admin_log.write(db, actor.id, "mail-sent-again", words=key)
