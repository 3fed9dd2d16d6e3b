"""Joining: sign up, confirm the address, enter; and the first admin of an empty forum.

Nothing here tells a stranger whether a mail address has an account. A sign-up is no account until the mailed
link is used; one with a known address looks like any other and sends a mail either way.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from forum import choices, freshness
from forum.accounts import (
    addresses,
    history,
    invitations,
    mail_tokens,
    names,
    ownership,
    passwords,
    people,
    sessions,
    steps,
)
from forum.accounts.door_tables import MailToken
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, Role
from forum.actions import sanctioning
from forum.clock import now
from forum.errors import Invalid, NotFound
from forum.inbox import building, messages
from forum.inbox.letters import compose
from forum.inbox.tables import Message
from forum.languages.speaking import chosen
from forum.languages.words import N_, _
from forum.moderation import blocks

RESERVED = people.NAME_RESERVED
BLOCKED = "It came with the mail address of an account that was removed for spam."
CLOSED = N_("Nobody can join at the moment. Who is here already can sign in.")
UNINVITED = N_("Only who is invited can join. Ask somebody who is here already for an invitation.")
OUTWORN = N_("This invitation was used, taken back, or is too old. Ask who sent it for a new one.")
UNANSWERED = N_("Please answer in a sentence or two: a moderator reads it.")
NO_MAIL = N_("No mail can be sent to this address. Please give another one.")
LONGEST_ANSWER = 1000
SECOND = "second_sign_up"
TOLD_AGAIN = timedelta(days=1)


class Terms(NamedTuple):
    """On which terms somebody can join just now. `mode`: open, approval, invitation or closed."""

    mode: str
    question: str
    blocked: str
    refuses_throw_away: bool


def terms(db: Session) -> Terms:
    """What the community has chosen about joining."""
    chosen = choices.several(db, ("sign_up", "sign_up_question", "sign_up_blocked", "sign_up_throw_away"))
    question = chosen["sign_up_question"].strip() or choices.BY_KEY["sign_up_question"].default
    refuses = chosen["sign_up_throw_away"] == "yes"
    return Terms(chosen["sign_up"], question, chosen["sign_up_blocked"], refuses)


def enter(
    db: Session,
    name: str,
    email: str | None,
    password_hash: str | None,
    *,
    method: str,
    invitation: int | None = None,
    answer: str = "",
    device: str = "",
) -> Account:
    """The person has an account, on the terms of this moment; Invalid says by field what is wrong: name,
    email, answer, or "" for the whole. Mails come in the language spoken now, which the person saw.

    `email`: an address that is known to be theirs. `method`: how they will sign in (password, passkey,
    provider). `invitation`: the id of one (`invitations.find`). With approval, or with the address of a
    removed spammer, the account waits for a moderator.
    """
    at = terms(db)
    if problems := _problems_to_enter(db, at, names.normal(name), email, invitation, answer):
        raise Invalid(problems)
    account = people.add(db, names.normal(name), addresses.normal(email) if email else None, password_hash)
    account.language = chosen()
    if invitation is not None and not invitations.spend(db, invitation, account.id):
        raise Invalid({"": _(OUTWORN)})
    history.note(db, account.id, "signed-up", device=device, detail=method)
    because = _because(db, at, email, invitation, answer)
    if because:
        sanctioning.hold(db, account.id, because)
    _welcome(db, account, is_held=bool(because))
    return account


def sign_up(
    db: Session,
    _actor: Actor | None,
    name: str,
    email: str,
    password: str,
    *,
    invitation: int | None = None,
    answer: str = "",
    next_path: str = "/",
) -> None:
    """A mail is on its way with the link that makes the account; Invalid says what is wrong with the form.

    If the address has an account already, its owner is told by mail instead.
    """
    name = names.normal(name)
    problems = _problems(name, email, password)
    # Slow, so before the first statement: from then on nobody else can write.
    password_hash = "" if problems else passwords.make_hash(password)
    problems = _problems_to_enter(db, terms(db), name, email, invitation, answer) | problems
    if problems:
        raise Invalid(problems)
    address = addresses.normal(email)
    assert address is not None, "just checked"
    if people.owner_of_address(db, address) is not None:
        _tell_owner(db, address)
    else:
        mail_tokens.issue(
            db, Kind.SIGN_UP, address, name=name, password_hash=password_hash, answer=answer.strip(),
            invitation=invitation, next=next_path,
        )  # fmt: skip


class Entered(NamedTuple):
    """Who has just joined: the token that signs the browser in, and where they wanted to go."""

    token: str
    next_path: str


def waiting(db: Session, token: str) -> MailToken | None:
    """The sign-up that this mailed link confirms; None for one that is used, too old, or never was."""
    return mail_tokens.find(db, Kind.SIGN_UP, token)


def is_who_signed_up(db: Session, token: str, password: str) -> bool:
    """Whether this is the password of the sign-up that the link is for; NotFound if the link works no more.

    Somebody may have signed up with the address of another: who owns it would make an account that the
    first one can sign in to. Slow on purpose; only reads.
    """
    found = mail_tokens.find(db, Kind.SIGN_UP, token)
    if found is None:
        raise NotFound
    return passwords.matches(found.wanted["password_hash"], password)


def confirm(
    db: Session, _actor: Actor | None, token: str, *, name: str = "", answer: str = "", device: str = ""
) -> Entered:
    """The sign-up is an account, and its browser signed in. NotFound if the link is used, or too old.

    `name` and `answer` are other ones than at first, where those no longer do. Invalid leaves the link alive.
    """
    found = mail_tokens.spend(db, Kind.SIGN_UP, token)
    if found is None:
        raise NotFound
    wanted = found.wanted
    account = enter(
        db, name or wanted["name"], found.email, wanted["password_hash"], method="password",
        invitation=wanted["invitation"], answer=answer or wanted["answer"], device=device,
    )  # fmt: skip
    return Entered(sessions.start(db, account.id, "password", device), wanted["next"])


def create_first_admin(
    db: Session, _actor: Actor | None, code: str, name: str, email: str, password: str
) -> str:
    """The owner is the forum's first admin and signed in; the code is spent. NotFound if it is not valid."""
    name = names.normal(name)
    problems = _problems(name, email, password)
    # Slow, so before the first statement: from then on nobody else can write.
    password_hash = "" if problems else passwords.make_hash(password)
    ownership.spend(db, code)
    if problems:
        raise Invalid(problems)
    account = _appoint(db, name, email, password_hash, Role.ADMIN)
    account.language = chosen()
    return sessions.start(db, account.id, "setup")


def create_account(
    db: Session, _actor: Actor | None, name: str, email: str | None, password: str, role: Role
) -> Account:
    """An account made by who runs the forum, of any role; Invalid says what is wrong."""
    name = names.normal(name)
    problems = _problems(name, email, password)
    if problems:
        raise Invalid(problems)
    return _appoint(db, name, email, passwords.make_hash(password), role)


def _appoint(db: Session, name: str, email: str | None, password_hash: str, role: Role) -> Account:
    account = people.add(db, name, addresses.normal(email) if email else None, password_hash, role)
    history.note(db, account.id, "signed-up")
    # An empty forum's start page tells how to become its admin, until there is one.
    freshness.touch(db, "threads")
    return account


# --- what is wrong with a form -----------------------------------------------------------------------------


def _problems(name: str, email: str | None, password: str) -> dict[str, str]:
    found = {
        "name": names.problem(name),
        "email": addresses.problem(email) if email is not None else "",
        "password": passwords.problem(password, name, email or ""),
    }
    return {field: problem for field, problem in found.items() if problem}


def _problems_to_enter(
    db: Session, at: Terms, name: str, email: str | None, invitation: int | None, answer: str
) -> dict[str, str]:
    found = {
        "": _door_problem(db, at, invitation),
        "name": people.name_problem(db, name),
        "email": _address_problem(at, email) if email is not None else "",
        "answer": _answer_problem(at, invitation, answer.strip()),
    }
    return {field: problem for field, problem in found.items() if problem}


def _door_problem(db: Session, at: Terms, invitation: int | None) -> str:
    if at.mode == "closed":
        return _(CLOSED)
    if invitation is not None:
        return "" if invitations.is_open(db, invitation) else _(OUTWORN)
    return _(UNINVITED) if at.mode == "invitation" else ""


def _address_problem(at: Terms, email: str) -> str:
    if problem := addresses.problem(email):
        return problem
    if not building.can_reach(addresses.normal(email) or ""):
        return _(NO_MAIL)
    return addresses.domain_problem(email, at.blocked, refuses_throw_away=at.refuses_throw_away)


def _answer_problem(at: Terms, invitation: int | None, answer: str) -> str:
    if len(answer) > LONGEST_ANSWER:
        words = _("At most {most} characters, please; this has {count}.")
        return words.format(most=LONGEST_ANSWER, count=len(answer))
    return _(UNANSWERED) if at.mode == "approval" and invitation is None and not answer else ""


def _because(db: Session, at: Terms, email: str | None, invitation: int | None, answer: str) -> str:
    """Why the account waits for a moderator, in words for moderators; "" if it does not."""
    reasons = [BLOCKED] if email and blocks.has_address(db, email) else []
    # Whom somebody from here has invited is known to somebody.
    if at.mode == "approval" and invitation is None:
        reasons.append(f"It wants to join. Asked “{at.question}”, it answered: “{answer.strip()}”")
    return " ".join(reasons)


# --- letters -----------------------------------------------------------------------------------------------


def _welcome(db: Session, account: Account, *, is_held: bool) -> None:
    letter = compose("welcome", known_as=account.name, is_held=is_held, has_email=account.email is not None)
    messages.send(db, account.id, "welcome", letter, "/welcome")


def _tell_owner(db: Session, email: str) -> None:
    """At most once a day, or a stranger could fill the owner's mailbox."""
    account_id = people.owner_of_address(db, email)
    if account_id is None:
        raise LookupError("nobody has the address that is taken")
    lately = exists().where(
        Message.account_id == account_id, Message.kind == SECOND, Message.created_at > now() - TOLD_AGAIN
    )
    if db.scalar(select(lately)):
        # A row that nobody can use is written all the same, or the time would tell which addresses are known.
        steps.begin(db, steps.Kind.FACTOR)
    else:
        letter = compose("second_sign_up", known_as=people.name_of(db, account_id))
        messages.send(db, account_id, SECOND, letter, "/sign-in")
