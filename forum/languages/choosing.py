"""Which language a reader gets: the chosen one, else the first of the browser's that we have."""

from functools import lru_cache

from forum.languages.speaking import ENGLISH, LANGUAGES


def best(*chosen: str, accepted: bytes = b"", usual: str = ENGLISH) -> str:
    """The first choice that we have, else the browser's by its Accept-Language, else the usual one."""
    return next((code for code in chosen if code in LANGUAGES), "") or _accepted(accepted) or usual


@lru_cache(1024)
def _accepted(header: bytes) -> str:
    """The language that the header of RFC 9110, section 12.5.4, likes best of ours; "" for none."""
    weighed = []
    for number, part in enumerate(header[:500].decode("latin-1").lower().split(",")):
        name, _, weight = part.strip().partition(";q=")
        code = name.strip().partition("-")[0]
        if code in LANGUAGES and (liking := _weight(weight)) > 0:
            weighed.append((-liking, number, code))
    return min(weighed)[2] if weighed else ""


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0
