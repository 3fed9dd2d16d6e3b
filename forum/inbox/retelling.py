"""A message that was written in one language is told in another: it is written again from its letter.

What has no facts, and what its template has outgrown, stays in the words that it has.
"""

from typing import Any, NamedTuple

import structlog
from jinja2 import TemplateError

from forum.db import AnyRow
from forum.inbox import kept_facts
from forum.inbox.letters import Letter, Written
from forum.inbox.tables import Message
from forum.languages.speaking import spoken

log = structlog.get_logger()

#: What is selected of a message that is told, for `told`.
COLUMNS = (Message.subject, Message.text, Message.letter, Message.facts, Message.language)
#: What comes of facts that were kept for an older template: one is missing, or is of another kind.
_OUTGROWN = (TemplateError, LookupError, TypeError, ValueError, AttributeError)


class Stored(NamedTuple):
    """A message's words, their language, and what they were written from; see tables.py."""

    subject: str
    text: str
    letter: str
    facts: dict[str, Any] | None
    language: str

    def told(self) -> Written:
        """The message in the language that is spoken now."""
        if self.facts is None or self.language == spoken():
            return Written(self.subject, self.text)
        try:
            return Letter(self.letter, kept_facts.facts(self.facts)).written()
        except _OUTGROWN as error:
            # One old message must not take the inbox from its reader.
            log.warning("a message stays in its words", letter=self.letter, why=type(error).__name__)
            return Written(self.subject, self.text)


def stored(letter: Letter) -> Stored:
    """The letter as a message keeps it, written in the language that is spoken now."""
    facts = kept_facts.kept(letter.facts)
    return Stored(*letter.written(), "" if facts is None else letter.name, facts, spoken())


def of(found: AnyRow | Message) -> Stored:
    """What a message, or a row with COLUMNS, holds of them."""
    return Stored(found.subject, found.text, found.letter, found.facts, found.language)


def told(found: AnyRow) -> Written:
    """The message of a row with COLUMNS, in the language that is spoken now."""
    return of(found).told()
