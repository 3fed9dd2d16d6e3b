"""Message-IDs that nobody can guess: each has the key of its mail and a seal that only this forum makes.

They are always the same for the same key, so that mails of one thread hang together. Who sends a report about
a mail that they never saw does not know its Message-ID, however well they count.
"""

import hmac
import re

from forum import sealing

_ID = re.compile(r"<([A-Za-z0-9.-]{1,80})\.([0-9a-f]{32})@([^<>@\s]{1,255})>")


def made(key: str, host: str) -> str:
    """The Message-ID of the mail with this key: letters, digits, "." and "-"."""
    return f"<{key}.{_seal(key)}@{host}>"


def key_in(words: str, host: str) -> str:
    """The key in the first Message-ID of these words; "" if there is none, or this forum has not made it."""
    found = _ID.search(words)
    if found is None or found.group(3).lower() != host:
        return ""
    key, seal = found.group(1), found.group(2)
    return key if hmac.compare_digest(seal, _seal(key)) else ""


def _seal(key: str) -> str:
    return sealing.digest("message-id", key).hex()
