"""What a look-up brought, as tests ask for it."""

from collections.abc import Callable
from typing import Any

from references.fake_services import FakeServices

from forum.references.lookup import Looked
from forum.references.resolvers import Record

#: Takes what is written as `doi:10.…`, and the keywords of `look_up`.
LookUp = Callable[..., Looked]


def sources(looked: Looked) -> list[str]:
    return [source for source, _ in looked.records]


def of(looked: Looked, source: str) -> Record:
    return dict(looked.records)[source]


def title(looked: Looked) -> str:
    titles = (record.csl.get("title", "") for _, record in looked.records)
    return next(filter(None, titles), "")


def known(looked: Looked) -> set[str]:
    return {identifier.value for _, record in looked.records for identifier in record.identifiers}


def services_asked(fake: FakeServices) -> list[str]:
    return [target.split("/")[1] for target in fake.asked]


def a_work(doi: str, name: str = "A work of many words") -> dict[str, Any]:
    return {"DOI": doi, "type": "journal-article", "title": [name], "issued": {"date-parts": [[2020]]}}
