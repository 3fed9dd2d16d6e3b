"""The log: one line of JSON for each event, on standard error. What people typed appears as values only.

JSON escapes whatever is not ASCII or is a control character, so no line can end early, colour a terminal or
turn text around. What opens a door, or says who somebody is, is masked wherever it stands.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

#: Values under these names are never told.
_SECRET_NAMES = re.compile("password|token|cookie|secret|authorization|session|^code$|^mail$|^email$|^to$")
_WORD = r"[^\s@<>\"'(),;:=/\[\]]"
_FIELDS = "session|step|code|state|token|password|secret|credential|invitation"
_DOORS = "begin|confirm|recover|keep-address|confirm-address|invite|report|unsubscribe"
#: In texts: a token in the path of a page or in a query, a mail address, and whatever looks like a token.
_MASKS = (
    (re.compile(rf"(/(?:{_DOORS})/)[^\s?#\"',)]+"), r"\1[token]"),
    (re.compile(rf"\b((?:__Host-)?(?:{_FIELDS})=)[^\s&;\"']*", re.IGNORECASE), r"\1[hidden]"),
    # As Python shows a form: {'password': '…'}.
    (re.compile(rf"(['\"](?:{_FIELDS})['\"]: ?)(?:'[^']*'|\"[^\"]*\"|[^\s,}}]+)"), r"\1[hidden]"),
    (re.compile(rf"{_WORD}{{1,64}}@{_WORD}{{1,190}}\.{_WORD}{{1,63}}"), "[mail address]"),
    (re.compile(r"\$argon2\S+"), "[hash]"),
    # 32 random bytes in base64: both cases and a digit, as no name in our code has.
    (
        re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{40,}(?![\w-])", re.ASCII),
        "[token]",
    ),
)
#: What a stranger sends must not fill the disk.
_USUAL_LENGTH = 1000
_LONGEST = {"exception": 50_000}
_MARGIN = 1000


def mask(value: Any, name: str = "") -> Any:
    """`value` without secrets: passwords, tokens, cookies, codes, mail addresses."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if value and _SECRET_NAMES.search(name.lower()):
        return "[hidden]"
    if isinstance(value, Mapping):
        return {mask(str(key)): mask(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(inner, name) for inner in value]
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    longest = _LONGEST.get(name, _USUAL_LENGTH)
    # Cut before, because to look for secrets in all that a stranger sends takes time from readers; and later
    # than where the line ends, so that no half of a secret is left there.
    text = text[: longest + _MARGIN]
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text[:longest]


def _masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: mask(value, name) for name, value in event.items()}


_LAST = (_masked, structlog.processors.JSONRenderer(sort_keys=False))


class Lines(logging.Formatter):
    """What other programs' parts (the server, libraries) log, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, Any] = {"event": record.getMessage(), "logger": record.name}
        event["level"] = record.levelname.lower()
        if record.exc_info and record.exc_info[0] is not None:
            event["exception"] = "".join(traceback.format_exception(*record.exc_info))
        stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", event)
        masked = _masked(None, "", stamped)
        return str(_LAST[1](None, "", masked))


def configure() -> None:
    """From now on this process logs lines of JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *_LAST,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Asked anew for each line, because a program may put another stream in place of standard error.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Lines())
