"""Texts in the language that is spoken now. English is the text itself; see catalogues.py for the others.

`_("Sign in")` is translated where it is called, so it stands inside functions. `N_("Sign in")` only marks a
text that is made before anybody asks for it, such as a constant: who shows it calls `_` on it. Values go in
after that, by name: `_("At most {count} tags.").format(count=5)`. A text with a number is
`ngettext("{count} tag", "{count} tags", count).format(count=count)`.
"""

from forum.languages import catalogues
from forum.languages.speaking import ENGLISH, home, spoken


def gettext(text: str) -> str:
    """The text in the language spoken now."""
    language = spoken()
    # An empty msgid is the head of a catalogue.
    return text if language == ENGLISH or not text else catalogues.of(language).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text that fits the count."""
    if spoken() == ENGLISH:
        return one if count == 1 else many
    return catalogues.of(spoken()).ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """The text where it means what `context` says: "Open" of a door is not "Open" of a question."""
    return text if spoken() == ENGLISH else catalogues.of(spoken()).pgettext(context, text)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """The form that fits the count of a text that means what `context` says."""
    if spoken() == ENGLISH:
        return one if count == 1 else many
    return catalogues.of(spoken()).npgettext(context, one, many, count)


def lasting(text: str) -> str:
    """The text in the forum's own language, whoever is spoken to now: it stays in a post, for all readers."""
    return text if home() == ENGLISH else catalogues.of(home()).gettext(text)


def marked(text: str) -> str:
    """The text as it is; the extraction finds it."""
    return text


_ = gettext
N_ = marked
