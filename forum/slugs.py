"""The readable part of an address."""

import re
import unicodedata


def slug(title: str, limit: int = 80) -> str:
    """Lower-case words joined by hyphens, accents folded, cut at a word; "-" for nothing readable."""
    folded = unicodedata.normalize("NFKD", title.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.findall(r"\w+", letters.replace("_", " ").replace("'", "").replace("’", ""))
    result = ""
    for word in words:
        if len(result) + len(word) + 1 > limit:
            break
        result = f"{result}-{word}" if result else word
    return result or (words[0][:limit] if words else "-")
