"""Titles of notices, comments and replies, which repeat the title of the work that they are about."""

import re

from forum.references.freetext.comparable import LONGEST
from forum.references.resolvers.plain import plain

#: The work itself, when its title tells of its retraction.
MARKED = "retracted"
_COLON = r"\s?[:—–]\s*"
_PREFIXES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (MARKED, r"[\[(]?(?:retracted|withdrawn|removed)(?: article| chapter| paper)?(?:[\])]|\s?[:—–-])\s*"),
        ("retraction", rf"(?:retraction|withdrawal|removal)(?: note| notice)?(?: to| of| for)?{_COLON}"),
        ("retraction", r"(?:retraction|withdrawal|removal) notice (?:to|of|for)\s"),
        ("correction", rf"(?:(?:author|publisher) )?corrections?(?: to| for)?{_COLON}"),
        (
            "correction",
            rf"(?:erratum|errata|corrigend(?:um|a)|addendum)(?:(?: to| for)?{_COLON}| to\s| for\s)",
        ),
        ("expression of concern", rf"(?:editorial )?expression of concern(?: on| for| to)?(?:{_COLON}|\s)"),
        ("comment", rf"comments? on\s|(?:invited )?commentary(?: on)?{_COLON}|re\s?:\s*"),
        (
            "reply",
            rf"(?:author['’]?s?['’]? )?(?:reply|response)(?: to)?{_COLON}|reply to\s|response to (?=[\"“‘])",
        ),
    )
)


def prefixed(title: str) -> tuple[str, str]:
    """The kind of notice or comment with which the title begins, "" for none; and the title behind it."""
    title = plain(title, LONGEST)
    for kind, pattern in _PREFIXES:
        found = pattern.match(title)
        if found and found.end() < len(title):
            return kind, title[found.end() :]
    return "", title
