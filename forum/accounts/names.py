"""Names of accounts: what they may look like, and when two are the same."""

import unicodedata

from forum.languages.words import _

SHORTEST = 3
LONGEST = 30
LONGEST_KEY = 60
#: Characters of what was typed that can become a name at all; each may stand for up to eighteen others.
_LOOKED_AT = 200

#: Names that would speak for the forum; only its owner can give them.
RESERVED = frozenset(
    ("admin", "administrator", "anonymous", "anonymous-member", "anonymous_member",
     "anonymousmember", "deleted", "everyone", "footnote", "guest", "help", "mod",
     "moderator", "moderators", "nobody", "official", "owner", "root", "security", "staff", "suggest",
     "support", "system")
)  # fmt: skip


#: Letters by their category that nobody sees: fillers of Hangul.
_UNSEEN = "\u115f\u1160\u3164\uffa0"


def normal(name: str) -> str:
    """The one spelling of a typed name: compatible characters unified, spaces around it gone.

    Of one that is far too long, the beginning.
    """
    return unicodedata.normalize("NFKC", name.strip()[:_LOOKED_AT]).strip()


def key(name: str) -> str:
    """What two spellings of the same name have in common; unique among accounts."""
    return unicodedata.normalize("NFKC", normal(name).casefold())


def problem(name: str) -> str:
    """Why this cannot be the name of an account, in one sentence; "" if it can."""
    if not name:
        return _("Please choose a name.")
    if not SHORTEST <= len(name) <= LONGEST or len(key(name)) > LONGEST_KEY:
        return _("A name has {least} to {most} characters.").format(least=SHORTEST, most=LONGEST)
    if not all(_allowed(character) for character in name):
        return _("A name is made of letters, digits, “-” and “_”, without spaces.")
    if name[0] in "-_" or name[-1] in "-_":
        return _("A name begins and ends with a letter or a digit.")
    return ""


def is_reserved(name: str) -> bool:
    return key(name) in RESERVED


def _allowed(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] == "L" and character not in _UNSEEN) or category == "Nd" or character in "-_"
