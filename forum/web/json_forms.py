"""JSON that a script of ours put into a form's field: read strictly, because anybody can send anything."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from forum.errors import Invalid
from forum.languages.words import N_, _

LONGEST = 32 * 1024
DEEPEST = 8
DAMAGED = N_("That did not arrive as it should. Please try again.")


def read(text: str) -> dict[str, Any]:
    """The JSON object in `text`; Invalid for anything else.

    Also for NaN and infinite numbers, for a name that stands twice in one object, for more than 32 KiB and
    for more than eight levels: no browser sends these, and programs that read them differ in what they see.
    """
    if len(text) > LONGEST or _depth(text) > DEEPEST:
        raise Invalid({"": _(DAMAGED)})
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_number, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Invalid({"": _(DAMAGED)}) from None
    if not isinstance(found, dict):
        raise Invalid({"": _(DAMAGED)})
    return found


def credential(text: str, *parts: str) -> dict[str, Any]:
    """A passkey's answer with these parts, all of them text, and nothing else; Invalid if one is missing."""
    found = read(text)
    response = found.get("response")
    if not isinstance(response, dict) or found.get("type") != "public-key":
        raise Invalid({"": _(DAMAGED)})
    optional = {"userHandle": response["userHandle"]} if response.get("userHandle") is not None else {}
    wanted = {name: response.get(name) for name in parts} | optional
    return {**_texts({"id": found.get("id"), "rawId": found.get("rawId")}), "type": "public-key",
            "response": _texts(wanted)}  # fmt: skip


def _texts(values: Mapping[str, Any]) -> Mapping[str, str]:
    if not all(isinstance(value, str) and value for value in values.values()):
        raise Invalid({"": _(DAMAGED)})
    return values


def _depth(text: str) -> int:
    """How deep lists and objects stand in each other at most; brackets in strings count too."""
    deepest = depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _refuse(_name: str) -> None:
    raise ValueError("not a number of JSON's")


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("too large a number")
    return number


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found
