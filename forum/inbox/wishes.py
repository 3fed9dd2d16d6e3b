"""What somebody typed of how they want to be told, checked; and the same as a form shows it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from forum.discussion.wording import Form
from forum.inbox import channels
from forum.inbox.channels import Chosen, Digest, Wish
from forum.inbox.following import Level
from forum.inbox.kinds import CHOOSABLE, DEFAULT, Mail
from forum.languages.words import _

#: Levels at which one can follow what one writes in; "none": not.
OWN_THREADS = (str(Level.WATCH), str(Level.FOLLOW), "none")

HOURS = ("quiet_from", "quiet_to")

Choice = TypeVar("Choice", bound=StrEnum)


def read(typed: Mapping[str, str], before: Chosen) -> Wish:
    """The wish; pushes stay as they were before unless the form asked for them (`pushes`).

    `digest`, `time_zone`, `quiet_from`, `quiet_to`, `own_threads`, and `mail-…` and `push-…` for each group
    that can be chosen. Invalid says beside each field what is wrong with it.
    """
    form = Form()

    def of(name: str) -> str:
        return typed.get(name, "")

    digest = form.take("digest", _one_of(Digest), of("digest"))
    mails = {group: form.take(f"mail-{group}", _one_of(Mail), of(f"mail-{group}")) for group in CHOOSABLE}
    time_zone = form.take("time_zone", _time_zone, of("time_zone"))
    own_threads = form.take("own_threads", _own_threads, of("own_threads"))
    hours = tuple(form.take(name, _hour, of(name)) for name in HOURS)
    _check_hours(form, hours[0], hours[1])
    form.done()
    return Wish(
        digest or Digest.NONE,
        time_zone or "UTC",
        hours[0],
        hours[1],
        own_threads or "none",
        {group: mail or DEFAULT[group] for group, mail in mails.items()},
        {group for group in CHOOSABLE if of(f"push-{group}")} if of("pushes") else before.pushes,
    )


def as_typed(chosen: Chosen) -> dict[str, str]:
    """What the form has in its fields for somebody who chose so."""
    hours = {"quiet_from": chosen.quiet_from, "quiet_to": chosen.quiet_to}
    return {
        "digest": str(chosen.digest),
        "time_zone": chosen.time_zone,
        "own_threads": chosen.own_threads,
        **{name: "" if hour is None else str(hour) for name, hour in hours.items()},
        **{f"mail-{group}": str(chosen.mails[group]) for group in CHOOSABLE},
        **{f"push-{group}": "1" for group in chosen.pushes},
    }


def _one_of(kind: type[Choice]) -> Callable[[str], Choice]:
    def check(value: str) -> Choice:
        if value not in list(kind):
            raise ValueError(_("Choose one of these."))
        return kind(value)

    return check


def _time_zone(value: str) -> str:
    if value not in channels.time_zones():
        raise ValueError(_("Choose a time zone from the list."))
    return value


def _own_threads(value: str) -> str:
    if value not in OWN_THREADS:
        raise ValueError(_("Choose one of these."))
    return value


def _hour(value: str) -> int | None:
    if not value:
        return None
    if value not in map(str, range(24)):
        raise ValueError(_("Choose an hour from the list, or none."))
    return int(value)


def _check_hours(form: Form, first: int | None, last: int | None) -> None:
    """Both hours, or none; a span from an hour to itself would be a whole day, or nothing."""
    if form.complaints.keys() & set(HOURS):
        return
    if first is not None and last is None:
        form.complaints["quiet_to"] = _("Choose when they end, too.")
    elif first is None and last is not None:
        form.complaints["quiet_from"] = _("Choose when they begin, too.")
    elif first is not None and first == last:
        form.complaints["quiet_to"] = _("Choose another hour than the one at which they begin.")
