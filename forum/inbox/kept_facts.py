"""The facts of a letter as JSON, so that it can be written again: they come back as they were for a template.

Words, numbers, yes and no, None, days and moments, members of a StrEnum or IntEnum (as what they print), and
lists and mappings of these. JSON has no days: one is a mapping with a mark that no fact is called by.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

_DAY, _MOMENT = "$day", "$moment"
_PLAIN = (str, int, bool, type(None))


class Unknown(Exception):
    """A value of a kind that is not kept, such as an object whose properties a template asks."""


def kept(facts: Mapping[str, object]) -> dict[str, Any] | None:
    """The facts as JSON; None if there is one among them that cannot be kept."""
    try:
        return _mapping(facts)
    except Unknown:
        return None


def facts(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of which `kept` was made, for a template the same."""
    return {name: _fact(value) for name, value in kept.items()}


def _kept(value: object) -> Any:
    # By its very type: a kind of str or tuple may print something else, or have properties.
    if type(value) in _PLAIN:
        return value
    if isinstance(value, StrEnum | IntEnum):
        return value.value
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if type(value) in (list, tuple):
        return [_kept(one) for one in value]  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return _mapping(value)
    raise Unknown(type(value).__name__)


def _mapping(value: Mapping[Any, object]) -> dict[str, Any]:
    if any(type(name) is not str or name in (_DAY, _MOMENT) for name in value):
        raise Unknown("a name of a fact")
    return {name: _kept(one) for name, one in value.items()}


def _fact(kept: Any) -> Any:
    match kept:
        case {"$day": day}:
            return date.fromisoformat(day)
        case {"$moment": moment}:
            return datetime.fromisoformat(moment)
        case dict():
            return facts(kept)
        case list():
            return [_fact(one) for one in kept]
        case _:
            return kept
