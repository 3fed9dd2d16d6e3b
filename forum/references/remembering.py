"""What registries answered, kept as it came: nobody asks twice, and a better reader can read it again."""

import gzip
from datetime import timedelta
from hashlib import sha256

import httpx
from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.orm import Session

from forum.clock import now
from forum.db import Database, row
from forum.fetch import Answer
from forum.references.resolvers import Question
from forum.references.tables import ServiceAnswer

#: Bytes; longer keys are kept as their hash, because indexes take no more.
LONGEST_KEY = 600
#: Outworn answers that go whenever a new one comes.
SWEPT = 20

_WANTED = select(ServiceAnswer.status, ServiceAnswer.content_type, ServiceAnswer.body).where(
    ServiceAnswer.service == bindparam("service"),
    ServiceAnswer.key == bindparam("key"),
    ServiceAnswer.good_until > bindparam("moment"),
)


def recall(database: Database, question: Question) -> Answer | None:
    """The answer that was given to this question before, while it is good; with its content type only."""
    with database.reading() as db:
        found = row(db, _WANTED, service=question.service, key=_key(question), moment=now())
    if found is None:
        return None
    headers = httpx.Headers({"Content-Type": found.content_type} if found.content_type else {})
    return Answer(found.status, headers, gzip.decompress(found.body))


def remember(database: Database, question: Question, answer: Answer, good_for: timedelta) -> None:
    """From now on the question has this answer, for so long."""
    # Compressed before the transaction begins: others wait for its end.
    kept = ServiceAnswer(
        service=question.service,
        key=_key(question),
        status=answer.status,
        content_type=_content_type(answer),
        body=gzip.compress(answer.body),
        at=now(),
        good_until=now() + good_for,
    )
    with database.writing() as db:
        db.merge(kept)
        _sweep(db)


def _sweep(db: Session) -> None:
    place = tuple_(ServiceAnswer.service, ServiceAnswer.key)
    outworn = select(ServiceAnswer.service, ServiceAnswer.key).where(ServiceAnswer.good_until <= now())
    oldest = db.execute(outworn.order_by(ServiceAnswer.good_until).limit(SWEPT)).all()
    if oldest:
        db.execute(delete(ServiceAnswer).where(place.in_([tuple(each) for each in oldest])))


def _key(question: Question) -> str:
    raw = question.key.encode("utf-8", "backslashreplace")
    plain = len(raw) <= LONGEST_KEY and question.key.isprintable()
    return raw.decode() if plain else sha256(raw).hexdigest()


def _content_type(answer: Answer) -> str:
    told = str(answer.headers.get("content-type", ""))[:100]
    return told if told.isascii() and told.isprintable() else ""
