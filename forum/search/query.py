"""What a search asks for, once its text was read: words, conditions, an order. Pure values."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Within(StrEnum):
    """What is searched."""

    THREADS = "threads"
    REFERENCES = "references"
    PEOPLE = "people"


class Order(StrEnum):
    """What comes first. NEWEST: when the matching post was written; SCORE: the score of its thread."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    SCORE = "score"


class Field(StrEnum):
    """What a condition is about, as it is typed before the colon."""

    TAG = "tag"
    AUTHOR = "author"
    IS = "is"
    HAS = "has"
    CITES = "cites"
    EVIDENCE = "evidence"
    BEFORE = "before"
    AFTER = "after"
    SCORE = "score"
    ANSWERS = "answers"


class Comparison(StrEnum):
    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


class Term(NamedTuple):
    """Folded words, separated by one space, that stand one after the other: a word or a phrase.

    `needed`: only what has it is found (a phrase in quotes, `title:`). `in_title`: looked for there only.
    """

    text: str
    needed: bool = False
    in_title: bool = False


class Condition(NamedTuple):
    """One condition on a thread or one of its posts; all conditions of a query must hold.

    The value is a str (TAG: as tags are written; AUTHOR: a name without @; IS, HAS and EVIDENCE: one of
    `fields.VALUES`; CITES: an identifier that `identifiers.recognise` reads, else folded words), a midnight
    in UTC (BEFORE: earlier than it; AFTER: at it or later) or an int (SCORE, ANSWERS); only ints have another
    comparison than EQUAL. `negated`: it must not hold.
    """

    field: Field
    value: str | int | datetime
    comparison: Comparison = Comparison.EQUAL
    negated: bool = False


class Remark(NamedTuple):
    """Something in the text that was not understood, or otherwise than typed: a sentence, and what to try."""

    words: str
    instead: str = ""


class Query(NamedTuple):
    """Terms of which any is enough, the more the better; what is excluded; conditions.

    Needed terms come first. Excluded ones are never `needed`; a query may have only them, or only conditions.
    With `titles_only` all terms are common words (the, of), looked for in titles. `text` is what was typed,
    without control characters.
    """

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()
    within: Within = Within.THREADS
    titles_only: bool = False
    remarks: tuple[Remark, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.terms or self.excluded or self.conditions)
