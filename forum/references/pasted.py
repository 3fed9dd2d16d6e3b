"""What somebody pasted in order to cite it: one part for each source, and what is known of each so far."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.config import Settings
from forum.db import Database
from forum.languages.words import N_, _
from forum.references import formatting, lookup, proposals
from forum.references.citation_text import Cut, missing, split
from forum.references.identifiers import Identifier, Kind, Scheme, recognise
from forum.references.proposals import Proposal
from forum.references.resolvers import Missing
from forum.references.tables import Status

#: Characters that are read, and sources among them.
LONGEST, MOST = 4000, 20

_LOOKING = N_("Looking it up…")
_AWAY = N_("The registries do not answer just now.")
_FILLS_IN = N_("You can cite it all the same: the details fill in later.")
_NOTHING = N_("Nothing that fits was found. Check the title and the names, or look for its DOI.")


_ONLY_HERE = N_("Cited here already. To look in the registries too, add the title, the authors or a DOI.")
#: Fewer letters begin too many words.
_FEWEST_LETTERS = 3


class State(StrEnum):
    """What is known of a part: works that fit, nothing yet, nobody to ask, a no, or not what it means."""

    FOUND = "found"
    WAITING = "waiting"
    AWAY = "away"
    NOTHING = "nothing"
    UNCLEAR = "unclear"


class Part(NamedTuple):
    """One source: an identifier, a short DOI, or a citation in words. Else `problem` says what is wrong, and
    `choices` are spellings of which one may be meant.
    """

    text: str
    identifier: Identifier | None = None
    short: str = ""
    cut: Cut | None = None
    problem: str = ""
    choices: Sequence[str] = ()


class Entry(NamedTuple):
    """One part and what is known of it; `words` is a sentence for the member."""

    text: str
    state: State
    words: str = ""
    proposals: Sequence[Proposal] = ()
    choices: Sequence[str] = ()


def parts(text: str) -> list[Part]:
    """The sources in what was pasted, in its order; one more than MOST if there are more."""
    text = text[:LONGEST].strip()
    found = recognise(text)
    if found.identifier:
        return [Part(text, found.identifier)]
    match found.kind:
        case Kind.SHORTDOI:
            return [Part(text, short=found.value)]
        case Kind.AMBIGUOUS:
            either = (f"PMID:{found.value}", f"PMC{found.value}")
            return [Part(text, problem=found.explanation, choices=either)]
        case Kind.INVALID:
            return [Part(text, problem=found.explanation)]
        case _:
            return [Part(cut.text, cut=cut, problem=missing(cut)) for cut in split(text)[: MOST + 1]]


def is_searched(cut: Cut) -> bool:
    """Whether registries are asked for what the citation says, and not for its identifier alone."""
    return bool(cut.title) and not missing(cut)


def read(db: Session, database: Database, settings: Settings, part: Part, *, is_late: bool) -> Entry:
    """What is known of the part, without asking anybody. `is_late`: somebody has waited long enough."""
    if part.problem and (here := _of_words(db, part)):
        return Entry(part.text, State.FOUND, _ONLY_HERE, here)
    if part.problem:
        return Entry(part.text, State.UNCLEAR, part.problem, choices=part.choices)
    if part.cut:
        return _of_cut(db, database, settings, part.cut, is_late)
    if part.identifier:
        return _of_identifier(db, part.text, part.identifier, is_late)
    return _of_short(db, database, settings, part, is_late)


def _of_words(db: Session, part: Part) -> Sequence[Proposal]:
    """Works of the table for a word or two, such as a name, that are too few to ask a registry."""
    return proposals.typed(db, part.text) if part.cut and len(part.text) >= _FEWEST_LETTERS else ()


def _of_identifier(db: Session, text: str, identifier: Identifier, is_late: bool) -> Entry:
    mine = proposals.of_identifier(db, identifier)
    name = formatting.named(identifier)
    if mine is None:
        return Entry(text, State.WAITING, _("{name}: Looking it up…").format(name=name))
    if mine.status == Status.RESOLVED:
        return Entry(text, State.FOUND, proposals=[mine])
    if mine.status == Status.NOT_FOUND and identifier.scheme is not Scheme.URL:
        words = _("No registry knows {name}. Please check its letters and digits.")
        return Entry(text, State.NOTHING, words.format(name=name))
    if mine.status == Status.NOT_FOUND:
        words = _("The page could not be read. You can cite it by its address all the same.")
        return Entry(text, State.FOUND, words, [mine])
    if is_late or mine.asked_at:
        return Entry(text, State.AWAY, f"{_(_AWAY)} {_(_FILLS_IN)}", [mine])
    return Entry(text, State.WAITING, _("{name}: Looking it up…").format(name=name))


def _of_short(db: Session, database: Database, settings: Settings, part: Part, is_late: bool) -> Entry:
    long = lookup.expanded(database, settings, part.short)
    if isinstance(long, Missing):
        words = _("Nobody knows the short DOI {doi}. Please check its letters and digits.").format(
            doi=part.short
        )
        return Entry(part.text, State.NOTHING, words)
    if long:
        return _of_identifier(db, part.text, long, is_late)
    if is_late:
        advice = _("Paste the long DOI, which starts with 10., or look again later.")
        return Entry(part.text, State.AWAY, f"{_(_AWAY)} {advice}")
    return Entry(part.text, State.WAITING, _("Short DOI {doi}: Looking it up…").format(doi=part.short))


def _of_cut(db: Session, database: Database, settings: Settings, cut: Cut, is_late: bool) -> Entry:
    here = proposals.in_table(db, cut)
    if any(each.is_best for each in here):
        return Entry(cut.text, State.FOUND, proposals=here)
    named = _of_identifier(db, cut.text, cut.identifiers[0], is_late) if cut.identifiers else None
    if not is_searched(cut):
        return named or Entry(cut.text, State.NOTHING, _(_NOTHING))
    outside = lookup.searched(database, settings, cut.text)
    if outside is None:
        advice = _("Look again later, or cite it by its DOI.")
        words = f"{_(_AWAY)} {advice}" if is_late else _(_LOOKING)
        return Entry(cut.text, State.AWAY if is_late else State.WAITING, words, here)
    everything = {tuple(each.identifiers): each for each in (*here, *proposals.found_outside(db, outside))}
    fit = proposals.ranked(db, cut, list(everything.values()))
    if fit:
        return Entry(cut.text, State.FOUND, proposals=fit)
    if named and named.state is not State.NOTHING:
        return named
    return Entry(cut.text, State.NOTHING, _(_NOTHING))
