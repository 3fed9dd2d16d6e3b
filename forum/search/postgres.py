"""The search index on PostgreSQL: a weighted tsvector beside each document."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from forum.db import rows
from forum.search.language import COMMON, Query, spaced
from forum.search.marking import CLOSE, OPEN, Marked, between_marks
from forum.search.places import ABOVE, NEWEST, Candidate, Document, Found

_DELETE = text("DELETE FROM search_document WHERE post_id IN :post_ids").bindparams(
    bindparam("post_ids", expanding=True)
)
# Folded and spaced by us, so that both databases see the same words whatever their parsers think of
# addresses, hyphens and accents. `english` leaves out common words: those of a title are kept as they stand.
_INSERT = text(
    "INSERT INTO search_document (post_id, thread_id, title, body, tags, sources, vector)"
    " VALUES (:post_id, :thread_id, :title, :body, :tags, :sources,"
    " setweight(to_tsvector('english', :title_words), 'A') || setweight(to_tsvector('simple', :common), 'A')"
    " || setweight(to_tsvector('english', :tags_words), 'B')"
    " || setweight(to_tsvector('english', :sources_words), 'C')"
    " || setweight(to_tsvector('english', :body_words), 'D'))"
)
# Each word is weighed by how rare it is among the posts that match, which ts_rank alone does not do.
_CANDIDATES = text(
    """
    WITH term AS (
        SELECT n, to_tsquery(CAST(:config AS regconfig), word) AS query
        FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS wanted (word, n)
    ), newest AS (
        (SELECT post_id, thread_id, vector, CAST(:above AS bigint) AS above FROM search_document
         WHERE vector @@ to_tsquery(CAST(:config AS regconfig), :every) ORDER BY post_id DESC LIMIT :newest)
        UNION ALL
        (SELECT post_id, thread_id, vector, 0 FROM search_document
         WHERE vector @@ to_tsquery(CAST(:config AS regconfig), :some) ORDER BY post_id DESC LIMIT :newest)
    ), matched AS MATERIALIZED (
        SELECT n, thread_id, post_id, above, ts_rank('{0.125, 0.25, 0.5, 1.0}', vector, query, 1) AS rank
        FROM newest JOIN term ON vector @@ query
    ), worth AS (
        SELECT n, ln(1 + (SELECT count(DISTINCT post_id) FROM matched) / CAST(count(*) AS float)) AS weight
        FROM matched GROUP BY n
    ), post AS (
        SELECT thread_id, post_id,
               above + CAST(round(CAST(sum(rank * weight) * 1e9 AS numeric)) AS bigint) AS score
        FROM matched JOIN worth USING (n) GROUP BY thread_id, post_id, above
    ), best AS (
        SELECT DISTINCT ON (thread_id) score, thread_id, post_id
        FROM post ORDER BY thread_id, score DESC, post_id
    )
    SELECT score, thread_id, post_id FROM best ORDER BY score DESC, thread_id DESC LIMIT :most
    """
)
_TEXTS = text(
    "SELECT post_id, title, body, sources FROM search_document WHERE post_id IN :post_ids"
).bindparams(bindparam("post_ids", expanding=True))
_HEADLINES = text(
    "SELECT ts_headline(CAST(:config AS regconfig), words, query, :options)"
    " FROM to_tsquery(CAST(:config AS regconfig), :query) AS query,"
    " unnest(CAST(:texts AS text[])) WITH ORDINALITY AS given (words, n) ORDER BY n"
)
_OPTIONS = f"HighlightAll=true, StartSel={OPEN}, StopSel={CLOSE}"


def put(db: Session, documents: Sequence[Document]) -> None:
    """Documents that the index does not have yet are in it."""
    db.execute(_INSERT, [_row(document) for document in documents])


def drop(db: Session, post_ids: Sequence[int]) -> None:
    """No document of the posts is in the index."""
    db.execute(_DELETE, {"post_ids": post_ids})


def clear(db: Session) -> None:
    """The index is empty."""
    db.execute(text("DELETE FROM search_document"))


def candidates(db: Session, query: Query, most: int) -> list[Candidate]:
    """The best post of each thread that matches, at most `most` threads; those with all words are above."""
    every = " & ".join(_phrase(word) for word in query.words)
    needed = "".join(f"{_phrase(phrase)} & " for phrase in query.phrases)
    found = rows(
        db,
        _CANDIDATES,
        config=_config(query),
        words=[_phrase(word) for word in query.words],
        every=every,
        some=f"{needed}({_any(query)}) & !({every})",
        above=ABOVE,
        newest=NEWEST,
        most=most,
    )
    return [Candidate(*each) for each in found]


def marked(db: Session, query: Query, post_ids: Sequence[int]) -> Mapping[int, Found]:
    """The posts, and where in them something was found."""
    documents = rows(db, _TEXTS, post_ids=post_ids)
    texts = [part for document in documents for part in document[1:]]
    spans = iter(_spans(db, query, texts))
    return {document.post_id: Found(next(spans), next(spans), next(spans)) for document in documents}


def _spans(db: Session, query: Query, texts: Sequence[str]) -> list[Marked]:
    """The headlines are of the spaced texts, which have the same places as the texts."""
    found = rows(
        db,
        _HEADLINES,
        config=_config(query),
        query=_any(query),
        options=_OPTIONS,
        texts=[spaced(each) for each in texts],
    )
    return [Marked(each, between_marks(line).spans) for each, (line,) in zip(texts, found, strict=True)]


def _row(document: Document) -> dict[str, object]:
    parts = {name: getattr(document, name) for name in ("title", "body", "tags", "sources")}
    words = {f"{name}_words": spaced(part) for name, part in parts.items()}
    common = " ".join(word for word in words["title_words"].split() if word in COMMON)
    return {**document._asdict(), **words, "common": common}


def _phrase(word: str) -> str:
    """Letters and digits only, and quoted: no operator of tsquery's language can come through."""
    return " <-> ".join(f"'{part}'" for part in word.split())


def _any(query: Query) -> str:
    return " | ".join(_phrase(word) for word in query.words)


def _config(query: Query) -> str:
    return "simple" if query.titles_only else "english"
