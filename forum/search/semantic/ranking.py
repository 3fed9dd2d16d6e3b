"""What was found by its words, put in order by its meaning too. Off unless the setting `semantic` is on."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from forum.config import settings
from forum.search import analysis
from forum.search.choosing import ABOVE
from forum.search.places import Candidate
from forum.search.query import Query
from forum.search.semantic import vectors
from forum.search.semantic.fusing import fused

#: Scores are whole numbers: so many parts of one are told apart.
_PARTS = 10**9


def fuse(db: Session, query: Query, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates, the best first, by words and by meaning alike; unchanged where the setting is off.

    Those that have all the words stay above the others. What words did not find is not found: so nothing
    comes of it that readers cannot see, or that does not meet the query's conditions.
    """
    if not settings().semantic or len(candidates) < 2 or not _has_meaning(query):
        return candidates
    by_words = [each.post_id for each in candidates]
    scores = fused([by_words, _by_meaning(by_words, _likeness(db, query, by_words))])
    return sorted((_scored(each, scores[each.post_id]) for each in candidates), reverse=True)


def _scored(candidate: Candidate, score: float) -> Candidate:
    above = ABOVE if candidate.score >= ABOVE else 0
    return candidate._replace(score=above + round(score * _PARTS))


def _by_meaning(by_words: Sequence[int], likeness: Mapping[int, float]) -> list[int]:
    """The posts in the order of their likeness; one whose vector is not made yet keeps its place."""
    ordered = iter(sorted(likeness, key=lambda post_id: -likeness[post_id]))
    return [next(ordered) if post_id in likeness else post_id for post_id in by_words]


def _likeness(db: Session, query: Query, post_ids: Sequence[int]) -> Mapping[int, float]:
    """The cosine between the query and each post that has a vector."""
    found = vectors.of(db, post_ids)
    if not found:
        return {}
    # Imported here, because a forum without the extra has no numpy.
    import numpy as np

    from forum.search.semantic import model

    known = np.stack([np.frombuffer(vector, "<f2") for vector in found.values()]).astype(np.float32)
    likeness = known @ model.embed([asked(query)])[0]
    return dict(zip(found, likeness.tolist(), strict=True))


def _has_meaning(query: Query) -> bool:
    """Whether the model, which was made for English, may know what is asked."""
    return bool(query.terms) and analysis.is_english(analysis.words(asked(query)))


def asked(query: Query) -> str:
    """What the query means, as a text: as it was typed, or only its words if there is more to it."""
    plain = not (query.conditions or query.excluded or any(term.in_title for term in query.terms))
    return query.text if plain else " ".join(term.text for term in query.terms)
