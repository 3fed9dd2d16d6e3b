"""An account that an admin makes for somebody, who gets a mail and chooses the password alone."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts import addresses, admin_log, history, mail_tokens, names, passwords, people, sessions
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Actor
from forum.errors import Invalid, NotFound
from forum.inbox import building
from forum.languages.words import N_, _
from forum.policy import Permit

NO_MAIL = N_("No mail can be sent to this address. Please give another one.")
DEAD = N_("This link was used, or is too old. Ask who invited you for a new one.")


def ask(db: Session, actor: Actor, name: str, email: str) -> None:
    """A mail is on its way whose link makes this account, whoever else may join just now.

    Invalid (`name`, `email`) says what is wrong with them.
    """
    policy.require(Permit.ADMINISTER, actor)
    wanted, address = names.normal(name), addresses.normal(email) or ""
    problems = {"name": people.name_problem(db, wanted), "email": _address_problem(db, email, address)}
    if any(problems.values()):
        raise Invalid({field: words for field, words in problems.items() if words})
    mail_tokens.issue(db, Kind.MADE, address, known_as=wanted, by=actor.name)
    admin_log.write(db, actor.id, "account-made", words=wanted)


def waiting(db: Session, token: str) -> MailToken:
    """What the link makes; NotFound for one that is used, too old, or never was."""
    found = mail_tokens.find(db, Kind.MADE, token)
    if found is None:
        raise NotFound(_(DEAD))
    return found


def prepare(db: Session, token: str, password: str) -> str:
    """The hash of a password that is good enough for this account; slow on purpose, and only reads.

    Invalid (`password`), NotFound.
    """
    found = waiting(db, token)
    if problem := passwords.problem(password, found.wanted["known_as"], found.email):
        raise Invalid({"password": problem})
    return passwords.make_hash(password)


def begin(db: Session, _actor: Actor | None, token: str, prepared: str, device: str = "") -> str:
    """The account is there, with its address and a `prepared` password; the token of its first session.

    NotFound if the link was used. Invalid (`name`, `email`) if somebody has one of them meanwhile.
    """
    found = mail_tokens.spend(db, Kind.MADE, token)
    if found is None:
        raise NotFound(_(DEAD))
    account = people.add(db, found.wanted["known_as"], found.email, prepared)
    history.note(db, account.id, "signed-up", device=device, detail="invited by an admin")
    return sessions.start(db, account.id, "password", device)


def _address_problem(db: Session, typed: str, address: str) -> str:
    if problem := addresses.problem(typed):
        return problem
    if not building.can_reach(address):
        return _(NO_MAIL)
    return people.ADDRESS_TAKEN if people.owner_of_address(db, address) is not None else ""
