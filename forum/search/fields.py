"""The fields of the search language: their names, what else people call them, and their values."""

from collections.abc import Mapping
from typing import NamedTuple

from rapidfuzz.distance import OSA

from forum.languages.words import N_
from forum.references.evidence import Kind
from forum.search.query import Field, Within

TITLE, WITHIN = "title", "in"
#: All names, as they are written. `title` makes a term and `in` a place to look; the others are conditions.
NAMES: tuple[str, ...] = (TITLE, *Field, WITHIN)
_ALSO: Mapping[str, str] = {
    TITLE: "titles intitle headline subject",
    Field.TAG: "tags tagged label labels",
    Field.AUTHOR: "authors user users by from writer poster",
    Field.IS: "status state type kind",
    Field.HAS: "have having",
    Field.CITES: "cite cited citing citation citations reference references ref refs source sources",
    Field.EVIDENCE: "evidences study",
    Field.BEFORE: "until till older",
    Field.AFTER: "since newer",
    Field.SCORE: "scores votes vote points",
    Field.ANSWERS: "answer replies reply",
    WITHIN: "within",
}
_NAMED = {
    **{str(name): str(name) for name in NAMES},
    **{other: str(name) for name, others in _ALSO.items() for other in others.split()},
}
#: Not every other name: “order” is near “older”, and nobody meant it.
_SPELLINGS = {f"{name}{plural}": str(name) for name in NAMES for plural in ("", "s")}
_TRIED = {"date": str(Field.AFTER), "year": str(Field.AFTER)}
NUMBERS = frozenset((Field.SCORE, Field.ANSWERS))
#: Something of more letters is no misspelt name or value.
_LONGEST = 32

#: What can stand after the colon, where only some words can.
VALUES: Mapping[str, tuple[str, ...]] = {
    Field.IS: ("question", "discussion", "answered", "unanswered", "accepted", "open", "closed"),
    Field.HAS: ("references", "retracted"),
    Field.EVIDENCE: tuple(str(kind) for kind in Kind if kind),
    WITHIN: tuple(Within),
}
_ACCEPTED = "accepted solved resolved accepted-answer"
_REFERENCES = "references reference refs sources source citations citation footnotes"
_SAME: Mapping[str, Mapping[str, str]] = {
    Field.IS: {
        "question": "questions",
        "discussion": "discussions",
        "answered": "with-answers",
        "unanswered": "no-answers not-answered without-answers",
        "accepted": _ACCEPTED,
    },
    Field.HAS: {
        "references": _REFERENCES,
        "retracted": "retraction retractions retracted-references withdrawn",
    },
    Field.EVIDENCE: {
        Kind.SYSTEMATIC_REVIEW: "review reviews systematic-reviews systematic meta-analysis meta-analyses"
        " metaanalysis meta network-meta-analysis",
        Kind.RANDOMIZED_TRIAL: "trial trials rct rcts randomised-trial randomized-trials randomised-trials"
        " randomised randomized randomized-controlled-trial randomised-controlled-trial clinical-trial"
        " controlled-trial experiment",
        Kind.OBSERVATIONAL: "observational-study cohort cohorts cohort-study case-control case-control-study"
        " cross-sectional cross-sectional-study survey surveys epidemiology longitudinal",
        Kind.QUALITATIVE: "qualitative-study interview interviews interview-study focus-group focus-groups",
        Kind.CASE_REPORT: "case cases case-reports case-study case-series casereport",
        Kind.PREPRINT: "preprints working-paper biorxiv medrxiv",
        Kind.GUIDELINE: "guidelines clinical-guideline practice-guideline guidance",
        Kind.BOOK: "books chapter chapters book-chapter textbook monograph",
        Kind.NEWS: "newspaper newspapers magazine article-newspaper",
        Kind.OTHER: "others",
    },
    WITHIN: {
        Within.THREADS: "thread posts post questions discussions answers forum",
        Within.REFERENCES: f"{_REFERENCES} studies papers works",
        Within.PEOPLE: "person users user members member authors author",
    },
}
#: Values that belong to another field: (that field, its value, whether it must not hold).
_ELSEWHERE: Mapping[tuple[str, str], tuple[Field, str, bool]] = {
    (Field.IS, "retracted"): (Field.HAS, "retracted", False),
    (Field.IS, "referenced"): (Field.HAS, "references", False),
    (Field.IS, "unaccepted"): (Field.IS, "accepted", True),
    (Field.IS, "unsolved"): (Field.IS, "accepted", True),
    (Field.IS, "unresolved"): (Field.IS, "accepted", True),
    (Field.HAS, "answer"): (Field.IS, "answered", False),
    (Field.HAS, "answers"): (Field.IS, "answered", False),
    (Field.HAS, "accepted"): (Field.IS, "accepted", False),
    (Field.HAS, "accepted-answer"): (Field.IS, "accepted", False),
}
_MEANT = {
    (str(field), word): value
    for field, values in _SAME.items()
    for value, words in values.items()
    for word in words.split()
}


class Example(NamedTuple):
    """A line of the help beside the box: what to type, and what that finds."""

    text: str
    finds: str


EXAMPLES: tuple[Example, ...] = (
    Example("magnesium sleep", N_("either word; what has both comes first")),
    Example('"lions mane"', N_("these words one after the other, nothing else")),
    Example("sleep -melatonin", N_("no post with this word; also before a field: -tag:mice")),
    Example("title:dosing", N_('the word in a title; several in quotes: title:"lions mane"')),
    Example("tag:nutrition", N_("threads with this tag")),
    Example("author:mira", N_("what this person wrote; also @mira, and author:me for what you wrote")),
    Example("is:unanswered", N_("also is:question, discussion, answered, accepted, open, closed")),
    Example(
        "has:retracted", N_("a post of the thread cites something that was retracted; also has:references")
    ),
    Example(
        "cites:10.1371/journal.pone.0211023",
        N_("a post of the thread cites this; also a PMID, ISBN or address"),
    ),
    Example('cites:"vitamin D"', N_("cites something with these words in its title")),
    Example(
        "evidence:trial", N_("cites a randomised trial; also review, observational, guideline, preprint …")
    ),
    Example("after:2024-05 before:2025", N_("from May 2024 on, and not in 2025; also after:6m, 2w, 10d, 1y")),
    Example("score:>3", N_("threads with more than three votes; also score:<0, score:3..10")),
    Example("answers:0", N_("without an answer; also answers:>2")),
    Example("in:references sleep", N_("sources, also with evidence: or has:retracted; or in:people")),
)


def named(name: str) -> str | None:
    """The field that people call `name`, in any case; None if nobody does."""
    return _NAMED.get(name.casefold())


def nearest_name(name: str) -> str | None:
    """The field of which `name` is probably a misspelling."""
    return _TRIED.get(name.casefold()) or nearest(name.casefold(), _SPELLINGS)


def choice(name: str, word: str) -> tuple[str, str, bool] | None:
    """What `word` chooses after `name:`: field, value, whether it must not hold. None if it is no choice."""
    if (name, word) in _ELSEWHERE:
        return _ELSEWHERE[name, word]
    value = word if word in VALUES[name] else _MEANT.get((name, word))
    return None if value is None else (name, str(value), False)


def nearest_choice(name: str, word: str) -> str | None:
    """The value of `name` that was probably meant by a misspelt `word`."""
    meant = {value: value for value in VALUES[name]}
    meant |= {also: value for (field, also), value in _MEANT.items() if field == name}
    return nearest(word, meant)


def nearest(word: str, known: Mapping[str, str]) -> str | None:
    """What the known spelling nearest to `word` stands for, if it is near.

    One letter too many, missing, wrong or changed with its neighbour; two in a word of five or more.
    """
    if not 2 < len(word) <= _LONGEST:
        return None
    most = 1 if len(word) < 5 else 2
    near = [(OSA.distance(word, each, score_cutoff=most), each) for each in known if len(each) > 2]
    distance, nearest = min(near, default=(most + 1, ""))
    return str(known[nearest]) if nearest and distance <= most else None
