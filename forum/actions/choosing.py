"""What admins choose while the forum runs: each choice is checked, kept with its history, and made public."""

import re
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from forum import choices, freshness, policy
from forum.accounts import admin_log
from forum.accounts.tables import Actor
from forum.choices import Choice
from forum.discussion.wording import Form
from forum.errors import NotFound
from forum.languages.words import _
from forum.moderation import log
from forum.policy import Permit

#: Letters of all languages: an address is compared as it is read, not as it is sent.
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")


def choose(db: Session, actor: Actor, group: str, typed: Mapping[str, str]) -> None:
    """All choices of the group are as typed from now on; what was left out stays, what is none is ignored.

    Invalid, by the key of each choice that cannot be so, and then nothing is changed. NotFound for a group.
    """
    policy.require(Permit.ADMINISTER, actor)
    offered = [choice for choice in choices.CHOICES if choice.group == group]
    if not offered:
        raise NotFound
    form = Form()
    wanted = {
        choice: form.take(choice.key, _check_of(choice), typed[choice.key])
        for choice in offered
        if choice.key in typed
    }
    form.done()
    before = choices.several(db, [choice.key for choice in wanted])
    for choice, value in wanted.items():
        if value is not None and value != before[choice.key]:
            _keep(db, actor, choice, value)


def _keep(db: Session, actor: Actor, choice: Choice, value: str) -> None:
    choices.choose(db, choice.key, value, actor.id)
    # A text may be a list that is better not public, such as that of the blocked domains.
    words = f"{choice.label}: {choice.label_of(value)}" if choice.options or choice.most else choice.label
    log.write_act(db, "setting", actor.id, reason=words)
    admin_log.write(db, actor.id, "setting", words=words)
    freshness.touch(db, "log", "threads")


def _check_of(choice: Choice) -> Callable[[str], str]:
    return _CHECKS.get(choice.key, choice.checked)


def _domains(typed: str) -> str:
    """One mail domain a line, in small letters."""
    value = choices.BY_KEY["sign_up_blocked"].checked(typed)
    found = list(dict.fromkeys(line.strip().lower().lstrip("@") for line in value.splitlines()))
    found = [domain for domain in found if domain]
    for domain in found:
        if not _DOMAIN.fullmatch(domain):
            raise ValueError(
                _("“{domain}” is no domain. Write one on a line, such as example.org.").format(
                    domain=domain[:60]
                )
            )
    return "\n".join(found)


def _question(typed: str) -> str:
    value = choices.BY_KEY["sign_up_question"].checked(" ".join(typed.split()))
    if not value:
        raise ValueError(_("Write the question, in a sentence."))
    return value


_CHECKS: Mapping[str, Callable[[str], str]] = {"sign_up_blocked": _domains, "sign_up_question": _question}
