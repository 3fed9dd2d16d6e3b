"""What the index is asked for: the terms of a query in all their forms, and how common each is."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from forum.search import analysis, vocabulary
from forum.search.query import Query, Term


class Sought(NamedTuple):
    """A word or a phrase: the forms in which it may stand in the index, and in how many documents at most.

    `words` names the words that it is made of, as keys of `Asked.words`.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...]
    in_title: bool
    documents: int


class Ask(NamedTuple):
    """Posts in which all of `every` stand, one of `some` if there are any, and none of `none`."""

    every: tuple[Sought, ...] = ()
    some: tuple[Sought, ...] = ()
    none: tuple[Sought, ...] = ()

    @property
    def is_hopeless(self) -> bool:
        """Whether a word that must be there is nowhere, or there is none to look for."""
        return not (self.every or self.some) or not all(term.documents for term in self.every)

    @property
    def entries(self) -> int:
        """How many entries of the index are read for it at most."""
        return sum(term.documents for term in {*self.every, *self.some})


class Asked(NamedTuple):
    """A query as the index understands it, in a forum of `total` documents of `length` tokens on average.

    `words` are the single words of all terms, in the order in which they were typed, by their stems: one that
    was typed in two ways is one word.
    """

    terms: tuple[Sought, ...]
    needed: tuple[Sought, ...]
    excluded: tuple[Sought, ...]
    words: Mapping[str, Sought]
    total: int
    length: float


def asked(db: Session, query: Query) -> Asked:
    """The words of the query, with the counts of this moment."""
    texts = [term.text for term in (*query.terms, *query.excluded)]
    tokens = {token for text in texts for form in analysis.forms(text) for token in form.split()}
    counts = vocabulary.documents(db, {*tokens, vocabulary.DOCUMENTS, vocabulary.LENGTHS})
    total = counts.get(vocabulary.DOCUMENTS, 0)
    length = counts.get(vocabulary.LENGTHS, 0) / total if total else 1.0
    terms = tuple(_sought(term, query, counts) for term in query.terms)
    needed = tuple(sought for sought, term in zip(terms, query.terms, strict=True) if term.needed)
    excluded = tuple(_sought(term, query, counts) for term in query.excluded)
    return Asked(terms, needed, excluded, _words(query, counts), total, length)


def _words(query: Query, counts: Mapping[str, int]) -> Mapping[str, Sought]:
    found: dict[str, Sought] = {}
    for term in query.terms:
        for word in term.text.split():
            one = _sought(Term(word, in_title=term.in_title), query, counts)
            (stem,) = one.words
            forms = tuple(dict.fromkeys((*found.get(stem, one).forms, *one.forms)))
            documents = sum(counts.get(form, 0) for form in forms)
            found[stem] = found.get(stem, one)._replace(forms=forms, documents=documents)
    return found


def _sought(term: Term, query: Query, counts: Mapping[str, int]) -> Sought:
    """Forms of which a word is nowhere are left out: most words stand there by their stem alone."""
    forms = analysis.forms(term.text)
    standing = {form: min(counts.get(token, 0) for token in form.split()) for form in forms}
    there = tuple(form for form, count in standing.items() if count)
    stems = tuple(analysis.stem(word) for word in term.text.split())
    return Sought(stems, there or forms, term.in_title or query.titles_only, sum(standing.values()))
