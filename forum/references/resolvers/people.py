"""Names as registries write them, made into the names of CSL-JSON."""

import re

from forum.references.resolvers.plain import plain

AUTHORS = 500
NAME = 120
_SUFFIXES = frozenset({"Jr", "Sr", "2nd", "3rd", "4th"})
#: Words that come before a family name and belong to it.
_PARTICLE = re.compile(
    "af|al|av|bin|da|dal|de|del|della|den|der|des|di|do|dos|du|el|ibn|la|le|ten|ter|van|von|zu|zur"
)
#: A name with one of these words is that of many people.
_GROUP = re.compile(
    r"\b(?:association|academy|agency|bank|cent(?:er|re)s?|club|collaborat\w+|college|commission|committee"
    r"|consortium|council|department|foundation|group|initiative|institutes?|investigators|library|ministry"
    r"|museum|network|office|organi[sz]ation|press|project|school|service|society|staff|team|union|university)\b",
    re.IGNORECASE,
)

Name = dict[str, str]


def named(family: str, given: str = "", suffix: str = "", group: str = "") -> Name:
    """The name from its parts; `group` stands for people without a family name. {} without either."""
    if not family:
        literal = group or given
        return {"literal": literal} if literal else {}
    pieces = {"family": family, "given": given, "suffix": suffix}
    return {key: value for key, value in pieces.items() if value}


def indexed(text: str, *, person: bool = False) -> Name:
    """“van der Berg JA 3rd”, as medical indexes write names. Who is a `person` has initials for certain."""
    words = plain(text, 2 * NAME).split()
    suffix = words.pop() if len(words) > 2 and words[-1] in _SUFFIXES else ""
    if len(words) > 1 and (person or _initials(words[-1])):
        return named(" ".join(words[:-1])[:NAME], words[-1][:NAME], suffix)
    return named("", group=" ".join([*words, suffix]).strip())


def spoken(text: str) -> Name:
    """“Ludwig van Beethoven” or “Beethoven, Ludwig van”; groups and single names stay as they are."""
    name = plain(text, 2 * NAME)
    family, comma, given = name.partition(", ")
    if comma and not _GROUP.search(name):
        return named(family[:NAME], given[:NAME])
    words = name.split()
    suffix = words.pop() if len(words) > 2 and words[-1].rstrip(".") in _SUFFIXES else ""
    if len(words) < 2 or _GROUP.search(name):
        return named("", group=name)
    start = len(words) - 1
    while start > 1 and _PARTICLE.fullmatch(words[start - 1]):
        start -= 1
    return named(" ".join(words[start:])[:NAME], " ".join(words[:start])[:NAME], suffix)


def _initials(word: str) -> bool:
    letters = word.replace("-", "").replace(".", "")
    # Two, because Cyrillic letters may need them: Iu, Kh.
    return (
        letters.isalpha()
        and letters[0].isupper()
        and (len(letters) <= 2 or letters.isupper())
        and len(letters) < 6
    )
