"""What screening looks at, and what it finds: each check answers findings, each with its words."""

from enum import StrEnum
from typing import NamedTuple

from forum.markup import Page


class Outcome(StrEnum):
    """What a finding asks for."""

    HOLD = "hold"
    REFUSE = "refuse"


class Finding(NamedTuple):
    """`words` tell moderators why a post waits; those of a refusal tell its author what to change.

    `rule_id` is the word rule that found it, `silences` whether its author is to pause for a day.
    """

    check: str
    outcome: Outcome
    words: str
    rule_id: int | None = None
    silences: bool = False


class Draft(NamedTuple):
    """A text that somebody wants to publish; only an opening post has a title."""

    page: Page
    title: str = ""

    @property
    def words(self) -> str:
        """All that readers would read, as plain text."""
        return f"{self.title}\n{self.page.text}".strip()

    @property
    def source(self) -> str:
        """All that was typed, the addresses of links with it."""
        return f"{self.title}\n{self.page.source}".strip()


def hold(check: str, words: str) -> Finding:
    return Finding(check, Outcome.HOLD, words)


def refuse(check: str, words: str) -> Finding:
    return Finding(check, Outcome.REFUSE, words)
