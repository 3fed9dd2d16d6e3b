"""Admins keep the reasons for which people flag: add, change, retire, offer again."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from forum import freshness, policy
from forum.accounts.tables import Actor
from forum.discussion.wording import Form, one_line
from forum.errors import Invalid, NotFound
from forum.languages.words import N_, _
from forum.moderation import community_rules, log, reasons
from forum.moderation.reasons import FLAGGABLE, HELP_LENGTH, LABEL_LENGTH, NEEDS, Terms
from forum.moderation.rules import Urgency
from forum.moderation.tables import FlagReason
from forum.policy import Permit

#: What can be flagged, as people call it.
SUBJECTS = {
    "post": N_("a post"),
    "account": N_("an account"),
    "reference": N_("a source"),
    "message": N_("a message"),
}
FIELDS = ("label", "help", "rule", "urgency", "needs", "place")
#: More than these nobody reads before choosing.
MOST_OFFERED = 20


def keep(db: Session, actor: Actor, key: str, typed: Mapping[str, str]) -> FlagReason:
    """The reason with this key says what was typed; "" makes a new one. NotFound for an unknown key.

    Fields: label, help, rule, urgency, needs, place; and hides_at_once, shows_help, post, account,
    reference, message, which are "" for no. Invalid says what is wrong with them. Flags raised already keep
    their reason, as it reads from now on.
    """
    policy.require(Permit.ADMINISTER, actor)
    if key and key not in reasons.every(db):
        raise NotFound
    terms = _checked(db, typed)
    if not key and len(_offered(db)) >= MOST_OFFERED:
        raise Invalid(
            {
                "label": _(
                    "There are {most_offered} reasons. Please retire one before you add another."
                ).format(most_offered=MOST_OFFERED)
            }
        )
    reason = reasons.put(db, key, terms)
    _finish(db, actor, reason, "")
    return reason


def retire(db: Session, actor: Actor, key: str) -> FlagReason:
    """The reason is no longer offered; flags raised for it stay. Invalid if it is needed."""
    return _offer(db, actor, key, is_retired=True)


def offer_again(db: Session, actor: Actor, key: str) -> FlagReason:
    """The reason is offered as before it was retired."""
    return _offer(db, actor, key, is_retired=False)


def _offer(db: Session, actor: Actor, key: str, *, is_retired: bool) -> FlagReason:
    policy.require(Permit.ADMINISTER, actor)
    reason = db.get(FlagReason, key)
    if reason is None:
        raise NotFound
    if not is_retired and reason.is_retired and len(_offered(db)) >= MOST_OFFERED:
        raise Invalid(
            {
                "": _(
                    "There are {most_offered} reasons. Please retire one before you bring one back."
                ).format(most_offered=MOST_OFFERED)
            }
        )
    reason.is_retired = is_retired
    db.flush()
    _finish(db, actor, reason, " It is no longer offered." if is_retired else "")
    return reason


def _offered(db: Session) -> list[str]:
    return [key for key, reason in reasons.every(db).items() if not reason.is_retired]


def _finish(db: Session, actor: Actor, reason: FlagReason, more: str) -> None:
    """Everything can still be flagged for something, and the public log has the change."""
    if lacking := reasons.missing(db):
        what = _(" or ").join(_(SUBJECTS[kind]) for kind in lacking)
        raise Invalid(
            {
                "": _("Then nobody could flag {what} for anything. Please make another reason first.").format(
                    what=what
                )
            }
        )
    log.write_act(db, "reason-kept", actor.id, reason=f"“{reason.label}”.{more}")
    freshness.touch(db, "log")


# --- what was typed ----------------------------------------------------------------------------------------


def _checked(db: Session, typed: Mapping[str, str]) -> Terms:
    form, said = Form(), {name: typed.get(name, "") for name in FIELDS}
    label, help_ = form.take("label", _label, said["label"]), form.take("help", _help, said["help"])
    rule = form.take("rule", lambda key: _rule(db, key), said["rule"])
    needs = form.take("needs", _needs, said["needs"])
    urgency, place = (
        form.take("urgency", _urgency, said["urgency"]),
        form.take("place", _place, said["place"]),
    )
    subjects = [kind for kind in FLAGGABLE if typed.get(kind)]
    if not subjects:
        form.complaints["subjects"] = _("Choose what can be flagged for it.")
    elif needs == "link" and subjects != ["post"]:
        form.complaints["subjects"] = _("Only a post can have been asked before in another thread.")
    form.done()
    flags = {name: bool(typed.get(name)) for name in ("hides_at_once", "shows_help")}
    return Terms(
        label or "", help_ or "", rule or "", urgency or 0, needs or "", **flags,
        subjects=" ".join(subjects), place=place or 0,
    )  # fmt: skip


def _label(typed: str) -> str:
    line = _help(typed, LABEL_LENGTH)
    if not line:
        raise ValueError(_("Name it in a few words, as the flagger would say it."))
    return line


def _help(typed: str, longest: int = HELP_LENGTH) -> str:
    line = one_line(typed)
    if len(line) > longest:
        raise ValueError(
            _("At most {most} characters, please; this has {count}.").format(most=longest, count=len(line))
        )
    return line


def _rule(db: Session, typed: str) -> str:
    if typed and typed not in {rule.key for rule in community_rules.in_force(db)}:
        raise ValueError(_("Choose one of the rules, or none."))
    return typed


def _urgency(typed: str) -> int:
    if typed not in [str(int(urgency)) for urgency in Urgency]:
        raise ValueError(_("Choose how soon a moderator should look."))
    return int(typed)


def _needs(typed: str) -> str:
    if typed not in NEEDS:
        raise ValueError(_("Choose what the flagger has to add."))
    return typed


def _place(typed: str) -> int:
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 0
    if not number:
        raise ValueError(_("Which place in the list? A number from 1 to 99."))
    return number
