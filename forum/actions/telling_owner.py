"""Who owns an account is told of each new way into it, and of each that is gone."""

from sqlalchemy.orm import Session

from forum.accounts import people
from forum.inbox import messages
from forum.inbox.letters import compose

KIND = "way_changed"


def of_way(db: Session, account_id: int, *, is_added: bool, passkey: str = "") -> None:
    """The owner has a message, and a mail, that there is another way in, or one less.

    It is the passkey of this name or, without one, the provider.
    """
    letter = compose(KIND, known_as=people.name_of(db, account_id), passkey=passkey, is_added=is_added)
    messages.send(db, account_id, KIND, letter, "/account/history")
