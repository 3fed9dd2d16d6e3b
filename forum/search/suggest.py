"""What somebody may mean who has typed the first letters: threads, tags, references, people.

Only what readers see. Every part reads a bounded number of rows, in the order of an index.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from forum.accounts import names
from forum.accounts.tables import Account
from forum.db import AnySelect, rows
from forum.discussion.tables import Tag, Thread
from forum.references import wordindex
from forum.references.tables import Reference
from forum.search import beginnings, postgres
from forum.search.analysis import COMMON, forms, stem, words
from forum.search.tables import SearchDocument

#: So much of what is typed counts, and without so many letters nothing is suggested.
LONGEST, SHORTEST = 100, 2
#: Suggestions besides threads, of each kind.
TAGS, REFERENCES, PEOPLE = 2, 2, 1
#: Endings that a stem may lack.
_ENDING = 4
#: Tokens that the last word may become; threads that are looked at; names that begin alike.
_TOKENS, _THREADS, _NAMES = 8, 200, 300
#: So many entries of the index are read at most: of what is commoner, those of the newest posts.
_ENTRIES = 5_000


class ThreadHit(NamedTuple):
    id: int
    slug: str
    title: str
    kind: str
    score: int


class TagHit(NamedTuple):
    name: str
    thread_count: int


class ReferenceHit(NamedTuple):
    id: int
    slug: str
    title: str
    label: str


class PersonHit(NamedTuple):
    name: str


class Suggestions(NamedTuple):
    """What begins so, of each kind the likeliest first."""

    threads: Sequence[ThreadHit] = ()
    tags: Sequence[TagHit] = ()
    references: Sequence[ReferenceHit] = ()
    people: Sequence[PersonHit] = ()


_SQLITE = text(
    "SELECT d.thread_id FROM search_fts JOIN search_document d ON d.post_id = search_fts.rowid"
    " WHERE search_fts MATCH :query AND search_fts.rowid > :since ORDER BY search_fts.rowid LIMIT :most"
)
# No index has these sums: posts are found by their titles, and not tried one by one.
_POSTGRES = text(
    "SELECT thread_id FROM search_document WHERE vector @@ CAST(:query AS tsquery) AND post_id + 0 > :since"
    " ORDER BY post_id + 0 LIMIT :most"
)
# Said in this way, SQLite reads these threads and not all that are shown, by the index of a list.
_HITS: AnySelect = select(Thread.id, Thread.slug, Thread.title, Thread.kind, Thread.score).where(
    Thread.id.in_(bindparam("thread_ids", expanding=True)), Thread.shown.is_not(False)
)
_REFERENCES: AnySelect = select(Reference.id, Reference.slug, Reference.title, Reference.label).where(
    Reference.id.in_(bindparam("ids", expanding=True)), Reference.citation_count > 0
)


def _beginning(column: InstrumentedAttribute[str], weight: InstrumentedAttribute[int]) -> AnySelect:
    """The names that begin with :letters and weigh something, the weightiest first."""
    letters = bindparam("letters", type_=column.type)
    begins: ColumnElement[bool] = and_(column >= letters, column < bindparam("end", type_=column.type))
    alike = select(column.label("name"), weight.label("weight"), column.class_.id).where(begins)
    found = alike.order_by(column).limit(_NAMES).subquery()
    return (
        select(found.c.id, found.c.name, found.c.weight)
        .where(found.c.weight > 0)
        .order_by(found.c.weight.desc(), found.c.name)
        .limit(bindparam("most"))
    )


_TAGS = _beginning(Tag.name, Tag.thread_count)
_PEOPLE = _beginning(Account.name_key, Account.shown_posts)
_NAME: AnySelect = select(Account.name).where(Account.id.in_(bindparam("ids", expanding=True)))


def suggestions(db: Session, letters: str, most: int) -> Suggestions:
    """At most `most` things for what is typed so far; none for fewer than two letters."""
    typed = " ".join(letters[:LONGEST].split())
    asked = [word for word in words(typed) if len(word) >= SHORTEST]
    if not asked:
        return Suggestions()
    tags, references, people = _tags(db, asked), _references(db, typed), _people(db, typed)
    left = most - len(tags) - len(references) - len(people)
    return Suggestions(_threads(db, asked)[:left], tags, references, people)


def _threads(db: Session, asked: Sequence[str]) -> list[ThreadHit]:
    """Threads with all the words in their titles, of the last one only its beginning."""
    *whole, last = asked
    whole = [word for word in whole if word not in COMMON]
    continued = _continued(db, last)
    if not continued:
        return []
    entries = sum(known.documents for known in continued)
    groups = [*(forms(word) for word in whole), [known.token for known in continued]]
    ids = _titled(db, groups, _since(db, entries))
    hits = [ThreadHit(*hit) for hit in rows(db, _HITS, thread_ids=ids)]
    begun = {hit.id: words(hit.title) for hit in hits}
    fitting = [hit for hit in hits if any(word.startswith(last) for word in begun[hit.id])]
    return sorted(fitting, key=lambda hit: (begun[hit.id][: len(asked)] != asked, -hit.score, -hit.id))


def _since(db: Session, entries: int) -> int:
    """After this post there are no more entries than are to be read, if they are spread evenly."""
    if entries <= _ENTRIES:
        return 0
    newest = db.scalar(select(func.max(SearchDocument.post_id))) or 0
    return newest - newest * _ENTRIES // entries


def _titled(db: Session, groups: Sequence[Sequence[str]], since: int) -> list[int]:
    """Threads with a token of each group in their titles, begun after the post `since`."""
    # In the order of the posts: backwards, SQLite would look for a title before `since` too.
    # Tokens are letters and digits only and quoted, so none is an operator.
    if db.get_bind().dialect.name == "sqlite":
        every = " AND ".join("(" + " OR ".join(f'"{each}"' for each in group) + ")" for group in groups)
        found = rows(db, _SQLITE, query=f"{{title}} : ({every})", since=since, most=_THREADS)
    else:
        every = " & ".join(
            "(" + " | ".join(f"'{postgres.titled(each)}'" for each in group) + ")" for group in groups
        )
        found = rows(db, _POSTGRES, query=every, since=since, most=_THREADS)
    return [thread_id for (thread_id,) in found]


def _continued(db: Session, last: str) -> list[beginnings.Known]:
    """The commonest tokens that a word which begins so can have: longer ones, and stems that are shorter."""
    shorter = [last[:cut] for cut in range(max(SHORTEST + 1, len(last) - _ENDING), len(last))]
    exactly = [stem(last), *shorter, *(f"{each[:-1]}i" for each in [*shorter, last])] if shorter else []
    return beginnings.tokens(db, [last], exactly, _TOKENS)


def _tags(db: Session, asked: Sequence[str]) -> list[TagHit]:
    letters = "-".join(asked)
    found = rows(db, _TAGS, letters=letters, end=letters + beginnings.LAST, most=TAGS)
    return [TagHit(tag.name, tag.weight) for tag in found if tag.name.startswith(letters)]


def _references(db: Session, typed: str) -> list[ReferenceHit]:
    ids = wordindex.find(db, typed, REFERENCES)
    found = {hit.id: ReferenceHit(*hit) for hit in rows(db, _REFERENCES, ids=ids)} if ids else {}
    return [found[each] for each in ids if each in found]


def _people(db: Session, typed: str) -> list[PersonHit]:
    letters = names.key(typed.removeprefix("@"))
    if len(letters) < SHORTEST or not letters.replace("-", "").replace("_", "").isalnum():
        return []
    found = rows(db, _PEOPLE, letters=letters, end=letters + beginnings.LAST, most=PEOPLE)
    ids = [person.id for person in found if person.name.startswith(letters)]
    return [PersonHit(*person) for person in rows(db, _NAME, ids=ids)] if ids else []
