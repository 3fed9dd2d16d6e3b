"""Pieces of a search text taken in one after the other, till the query is whole."""

from collections.abc import Iterable
from datetime import datetime

from forum.languages.words import N_, _
from forum.search import dates, fields, values
from forum.search.analysis import COMMON, words
from forum.search.query import Condition, Field, Query, Remark, Term, Within
from forum.search.scanning import Piece

#: Words or phrases of a query, as many excluded ones, and as many conditions.
WORDS = 16
#: More remarks help nobody.
REMARKS = 5
_TOO_MANY = N_("That is more than a search can hold; the first {most} words and conditions were used.")
#: A list of all else may be just what was wanted.
ONLY_EXCLUDED = N_("These are only words to leave out; add a word to look for.")
_RANGE = N_("A range cannot have a minus before it; write score:<3 or score:>10 instead.")
_UNCLOSED = N_("A quote has no partner, so everything behind it was taken for the phrase.")


class Reading:
    """A text, and what was read of it so far."""

    def __init__(self, text: str, at: datetime) -> None:
        self.text, self.at = text, at
        self.terms: list[Term] = []
        self.excluded: list[Term] = []
        self.conditions: list[Condition] = []
        self.within = Within.THREADS
        self.remarks: list[Remark] = []

    def take(self, piece: Piece) -> None:
        """The piece is part of the query, or a remark says why not."""
        name = self._name(piece)
        if not piece.closed and piece.value.strip():
            self._remark(_(_UNCLOSED), self._with(piece.at - 1, piece.at, ""))
        if not piece.name:
            self._term(piece)
            self._not(piece)
        elif not name:
            self._misspelt(piece)
        elif not piece.value.strip():
            self._remark(_("There is nothing to look for after “{field}:”.").format(field=name))
        elif name == fields.TITLE:
            self._term(piece, in_title=True)
        else:
            self._value(name, piece)

    def query(self) -> Query:
        """All that was taken, as much of it as a query can have, with remarks on what was left out."""
        terms, excluded = _telling(self.terms), _telling(self.excluded)
        conditions = list(dict.fromkeys(self.conditions))
        self._forgotten(self.excluded)
        if terms:
            self._forgotten(term for term in self.terms if term.needed)
        if max(len(terms), len(excluded), len(conditions)) > WORDS:
            self._remark(_(_TOO_MANY).format(most=WORDS))
        if excluded and not (terms or conditions):
            self._remark(_(ONLY_EXCLUDED))
        return Query(
            tuple((terms or _distinct(self.terms))[:WORDS]),
            tuple(excluded[:WORDS]),
            tuple(conditions[:WORDS]),
            self.within,
            remarks=tuple(dict.fromkeys(self.remarks))[:REMARKS],
            text=self.text,
        )

    def _name(self, piece: Piece) -> str | None:
        """The field that a piece is about; from:2024 is no person."""
        if piece.name.casefold() == "from" and dates.start_of(piece.value, self.at):
            return Field.AFTER
        return fields.named(piece.name)

    def _term(self, piece: Piece, in_title: bool = False) -> None:
        text = " ".join(words(piece.value))
        if text and piece.negated:
            self.excluded.append(Term(text, in_title=in_title))
        elif text:
            self.terms.append(Term(text, in_title or piece.quoted or piece.sign == "+", in_title))
            if not (in_title or piece.quoted):
                self._source(piece)

    def _not(self, piece: Piece) -> None:
        """Elsewhere NOT before a word leaves it out; here it would be looked for."""
        behind = self.text[piece.end :].lstrip()
        if piece.value == "NOT" and not piece.quoted and behind:
            instead = f"{self.text[: piece.start]}-{behind}"
            self._remark(_("To leave a word out, write a minus before it instead of NOT."), instead)

    def _source(self, piece: Piece) -> None:
        if cited := values.identifier_typed(piece.value):
            sentence = _("To find what cites {cited}, write “cites:” before it.").format(cited=cited)
            self._remark(sentence, self._with(piece.start, piece.end, f"{Field.CITES}:{cited}"))

    def _value(self, name: str, piece: Piece) -> None:
        try:
            if name == fields.WITHIN and piece.negated:
                raise values.NotAValue(_("“in:” cannot have a minus before it."))
            if name == fields.WITHIN:
                self.within = values.within(piece.value)
            else:
                self._conditions(piece, values.conditions(Field(name), piece.value, self.at))
        except values.NotAValue as wrong:
            end = piece.at + len(piece.value)
            self._remark(str(wrong), self._with(piece.at, end, wrong.instead) if wrong.instead else "")

    def _conditions(self, piece: Piece, found: list[Condition]) -> None:
        if piece.negated and len(found) > 1 and found[0].field in fields.NUMBERS:
            self._remark(_(_RANGE))
        else:
            self.conditions += [each._replace(negated=each.negated != piece.negated) for each in found]

    def _misspelt(self, piece: Piece) -> None:
        """Both the name and what stands behind it are words, as nobody knows which was meant."""
        name = fields.nearest_name(piece.name)
        begin = self.text.index(piece.name, piece.start)
        instead = self._with(begin, begin + len(piece.name), f"{name}")
        sentence = _("“{typed}:” is not a field; did you mean “{name}:”?")
        self._remark(sentence.format(typed=piece.name, name=name), instead)
        if not piece.negated:
            self._term(piece._replace(value=piece.name, quoted=False))
        self._term(piece)

    def _forgotten(self, terms: Iterable[Term]) -> None:
        for term in terms:
            if is_common(term) and not term.in_title:
                sentence = _("“{word}” is in almost every post, so it was left out.")
                self._remark(sentence.format(word=term.text))

    def _with(self, start: int, end: int, instead: str) -> str:
        """The whole text, with something else at a place."""
        return f"{self.text[:start]}{instead}{self.text[end:]}"

    def _remark(self, sentence: str, instead: str = "") -> None:
        self.remarks.append(Remark(sentence, instead))


def is_common(term: Term) -> bool:
    """Whether the term has no word that tells anything."""
    return all(word in COMMON for word in term.text.split())


def _telling(terms: Iterable[Term]) -> list[Term]:
    return [term for term in _distinct(terms) if term.in_title or not is_common(term)]


def _distinct(terms: Iterable[Term]) -> list[Term]:
    """Each once, needed ones first; what is needed is not listed as a mere word too."""
    found: dict[tuple[str, bool], Term] = {}
    for term in sorted(terms, key=lambda term: not term.needed):
        found.setdefault((term.text, term.in_title), term)
    return list(found.values())
