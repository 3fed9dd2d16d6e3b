"""What admins do with accounts: roles, levels, and help for who has lost the way in, or fears a thief."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts import admin_log, directory, factors, history, mail_tokens, sessions
from forum.accounts.directory import Sheet
from forum.accounts.mail_tokens import Kind
from forum.accounts.tables import Account, Actor, Level, Role
from forum.actions import effects, trusting
from forum.discussion import tags, wording
from forum.errors import Invalid, NotFound
from forum.inbox import browsers, messages
from forum.inbox.letters import compose
from forum.languages.words import N_, _
from forum.moderation.statement import within
from forum.policy import Permit

REASON_LENGTH = 500
#: So many tags one account moderates at most: their ids have to fit into one column.
MOST_TAGS = 20

LAST_ADMIN = N_("This is the only admin who can sign in. Make somebody else an admin first.")
OWN_ROLE = N_("You would no longer be an admin. Tick the box below to say that you mean it.")
NO_ADDRESS = N_("This account has no mail address, so no mail can be sent.")
NO_WAY_IN = N_("This account has neither a password nor a mail address: nothing else would open it.")
CLOSED = N_("This account was closed for good.")


def set_role(
    db: Session, actor: Actor, account_id: int, role: str, tag_names: str, *, is_sure: bool = False
) -> None:
    """The account has this role from its next click on; a member moderates threads with these tags.

    Invalid (`role`, `tags`): no such role or tag, the last admin, or one's own role without `is_sure`.
    """
    account = _open(db, actor, account_id)
    form = wording.Form()
    wanted = form.take("role", _role, role)
    tended = form.take("tags", lambda typed: _tags(db, typed), tag_names) or ()
    if account.role == Role.ADMIN and wanted != Role.ADMIN:
        if not directory.has_other_admin(db, account_id):
            form.complaints["role"] = _(LAST_ADMIN)
        elif account_id == actor.id and not is_sure:
            form.complaints["role"] = _(OWN_ROLE)
    if tended and wanted in (Role.MODERATOR, Role.ADMIN):
        form.complaints["tags"] = _("Who moderates the whole forum needs no tags. Leave this empty.")
    form.done()
    tends = frozenset(tag.id for tag in tended)
    if wanted is None or (account.role == wanted and account.tends == tends):
        return
    _put(db, account_id, role=wanted, tends=" ".join(map(str, sorted(tends))))
    what = f"{wanted} of {', '.join(tag.name for tag in tended)}" if tended else str(wanted)
    _note(db, actor, account_id, "role", "role-changed", what)
    _tell(db, account_id, "role", role=str(wanted), tags=[tag.name for tag in tended])
    # Beside each of their posts stands who keeps house.
    effects.publish_person(db)


def set_level(db: Session, actor: Actor, account_id: int, level: str, *, is_fixed: bool) -> None:
    """The account has this level: for good if `is_fixed`, else until the worker sees what it has earned."""
    account = _open(db, actor, account_id)
    if level not in tuple(Level):
        raise Invalid({"level": _("Choose one of the levels.")})
    if (account.level, account.is_level_fixed) == (level, is_fixed):
        return
    _put(db, account_id, level=level, is_level_fixed=is_fixed)
    if not is_fixed:
        trusting.look_again(db, [account_id])
    admin_log.write(db, actor.id, "level", account_id, f"{level}, {'fixed' if is_fixed else 'free'}")
    # A person's page says who is trusted.
    freshness.touch(db, "threads", "people")


def sign_out(db: Session, actor: Actor, account_id: int) -> None:
    """Nobody is signed in to the account any more, nor told by web push; its owner is told."""
    _open(db, actor, account_id)
    sessions.end_others(db, account_id)
    browsers.forget(db, account_id)
    _note(db, actor, account_id, "signed-out", "sessions-ended", "by an admin")
    _tell(db, account_id, "signed_out")


def reset_factors(db: Session, actor: Actor, account_id: int, reason: str) -> None:
    """Only the password, or a mail to choose a new one, opens the account from now on; nobody is signed in.

    Passkeys, one-time codes, recovery codes, the provider and links that were mailed are worth nothing.
    Invalid (`reason`) without one; the owner reads it. Invalid, too, if nothing at all would open it.
    """
    account = _open(db, actor, account_id)
    if not account.has_password and not account.email:
        raise Invalid({"": _(NO_WAY_IN)})
    form = wording.Form()
    words = form.take("reason", reason_of, reason) or ""
    form.done()
    factors.end_all(db, account_id)
    sessions.end_others(db, account_id)
    browsers.forget(db, account_id)
    mail_tokens.end_all(db, account_id)
    _note(db, actor, account_id, "factors-reset", "reset-by-admin", words)
    _tell(db, account_id, "factors", why=words)


def send_password_mail(db: Session, actor: Actor, account_id: int) -> None:
    """The owner gets a mail with a link to choose a new password. Invalid without a mail address."""
    account = _open(db, actor, account_id)
    if not account.email or account.is_sample:
        raise Invalid({"": _(NO_ADDRESS)})
    mail_tokens.issue(db, Kind.RESET_PASSWORD, account.email, account_id)
    _note(db, actor, account_id, "password-mail", "recovery-asked", "by an admin")


def reason_of(typed: str) -> str:
    """Why an admin does it. ValueError with a sentence if nothing is said, or too much."""
    words = within(typed, REASON_LENGTH)
    if not words:
        raise ValueError(_("Say in a sentence why."))
    return words


def _open(db: Session, actor: Actor, account_id: int) -> Sheet:
    policy.require(Permit.ADMINISTER, actor)
    found = directory.read(db, account_id)
    if found is None:
        raise NotFound
    if found.closed_at is not None:
        raise Invalid({"": _(CLOSED)})
    return found


def _put(db: Session, account_id: int, **values: object) -> None:
    db.execute(
        update(Account).where(Account.id == account_id).values(values),
        execution_options={"synchronize_session": "fetch"},
    )


def _role(typed: str) -> Role:
    if typed not in tuple(Role):
        raise ValueError(_("Choose one of the roles."))
    return Role(typed)


def _tags(db: Session, typed: str) -> Sequence[tags.TagRow]:
    """The tags that were typed, in the order of their ids; none is one that does not exist yet."""
    names = list(dict.fromkeys(typed.casefold().replace(",", " ").replace("#", " ").split()))
    if len(names) > MOST_TAGS:
        raise ValueError(
            _("At most {most_tags} tags, please; this has {count}.").format(
                most_tags=MOST_TAGS, count=len(names)
            )
        )
    meant = tags.resolved(db, names) if names else []
    found = tags.all_named(db, meant)
    if unknown := [name for name in meant if name not in found]:
        raise ValueError(_("There is no tag “{name}”.").format(name=unknown[0][:40]))
    return sorted(found.values(), key=lambda tag: tag.id)


def _note(db: Session, actor: Actor, account_id: int, act: str, kind: str, words: str) -> None:
    """The log of the admins and the security history of the account both have it."""
    admin_log.write(db, actor.id, act, account_id, words)
    history.note(db, account_id, kind, detail=words)


def _tell(db: Session, account_id: int, what_happened: str, **facts: object) -> None:
    letter = compose(f"admin_{what_happened}", **facts)
    messages.send(db, account_id, "security", letter, "/account/history")
