"""Which addresses may be linked, and what a link of ours carries."""

import re

#: Stands for the post's own anchor (`p12`) until the post has a number; no text of a person can contain it.
POST = "\ue000"

#: Told to search engines and to the page behind the link: not our word, and no access to our window.
OUTSIDE_REL = "nofollow ugc noopener"

_PLAIN = r"[^\s\\<>\"\x00-\x1f\x7f-\x9f]"
_ALLOWED = re.compile(
    rf"https?://(?![^/?#]*@){_PLAIN}+"  # a name before @ makes one host look like another
    rf"|mailto:{_PLAIN}+"
    rf"|/(?:(?!/){_PLAIN}+)?"  # our own paths; two slashes would be another host
    rf"|\#{_PLAIN}*",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"https?://", re.IGNORECASE)


_HOST = re.compile(r"(?:https?://|//)?(?:[^\s/@]*@)?((?:[\w-]+\.)+[^\W\d_]{2,})(?![\w.])", re.IGNORECASE)


def disguised(words: str, address: str) -> str:
    """The host behind a link whose words look like an address of another one; "" if they do not."""
    told, leads = _HOST.match(words.strip()), _HOST.match(address)
    if told is None or leads is None:
        return ""
    here, there = (found[1].casefold().removeprefix("www.") for found in (told, leads))
    return "" if here == there else leads[1]


def allowed(address: str) -> bool:
    """Whether a post may link to `address`: http, https, mailto, a path of ours or an anchor."""
    return _ALLOWED.fullmatch(address) is not None


def outside(address: str) -> bool:
    """Whether `address` leaves the forum."""
    return _OUTSIDE.match(address) is not None
