"""Cited web pages are looked at now and then: is there still anything at the address, or a copy?

Only a clear no counts, and only if it comes twice, at least a day apart: the page is not there (404, 410), or
there is no site of that name. Whatever else comes, such as a wall against machines, changes nothing.
"""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from forum import fetch
from forum.actions import effects
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.freshness import touch
from forum.references import asking, catalogue
from forum.references.catalogue import ReferenceView
from forum.references.identifiers import Scheme
from forum.references.resolvers import Found, page, wayback
from forum.references.tables import LinkState, Reference

MONTH, WEEK, DAY = timedelta(days=30), timedelta(days=7), timedelta(days=1)
#: The name stands for nothing, as against: nobody can be asked just now.
_NO_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class Seen(Enum):
    """What one look at an address tells."""

    THERE = "there"
    GONE = "gone"
    UNCLEAR = "unclear"


def check_link(
    database: Database, settings: Settings, reference_id: int, *, web: fetch.Guarded | None = None
) -> None:
    """It is known whether the cited page is there, and where a copy is if not. Job `references.check_link`.

    `web` looks at pages, in tests from another place.
    """
    with database.reading() as db:
        reference = catalogue.read(db, reference_id)
    if reference is None or not (url := _address(reference)):
        return
    seen = look(web or fetch.guarded(settings), url)
    state = judged(LinkState(reference.link_state), reference.link_checked_at, seen, now())
    archived = ""
    if state is LinkState.DEAD:
        archived = reference.archived or _copy(database, settings, reference, url)
    with database.writing() as db:
        _keep(db, reference, seen, state, archived)


def look(web: fetch.Guarded, url: str) -> Seen:
    """What is at the address now."""
    try:
        status = web.check(url)
    except fetch.Refused:
        return Seen.UNCLEAR
    except fetch.Unreachable as error:
        return Seen.GONE if _has_no_name(error) else Seen.UNCLEAR
    if page.is_dead(status, ""):
        return Seen.GONE
    return Seen.THERE if status // 100 == 2 else Seen.UNCLEAR


def judged(before: LinkState, since: datetime | None, seen: Seen, moment: datetime) -> LinkState:
    """What is known of a page after one more look; `since` is when the last clear one was."""
    if seen is Seen.THERE:
        return LinkState.ALIVE
    if seen is Seen.UNCLEAR or before is LinkState.DEAD:
        return before
    confirmed = before is LinkState.DOUBTFUL and since is not None and moment - since >= DAY
    return LinkState.DEAD if confirmed else LinkState.DOUBTFUL


def _address(reference: ReferenceView) -> str:
    """The address of a page that visible posts cite; "" for a work that is known by more than that."""
    schemes = {each.scheme for each in reference.identifiers}
    is_page = schemes == {Scheme.URL} and reference.merged_into_id is None and reference.citation_count > 0
    return reference.identifiers[0].value if is_page else ""


def _has_no_name(error: fetch.Unreachable) -> bool:
    return any(isinstance(cause, socket.gaierror) and cause.errno in _NO_NAME for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _copy(database: Database, settings: Settings, reference: ReferenceView, url: str) -> str:
    """Where the Wayback Machine keeps the page as it was when it was first cited; "" if it tells of none."""
    question = wayback.question(settings, url, reference.created_at.date())
    with fetch.known(settings) as client:
        told = asking.ask(
            database, settings, client, question, lambda answer: wayback.read(answer, url), fresh=True
        )
    return told.record.about.get("archived_url", "") if isinstance(told, Found) else ""


def _keep(db: Session, reference: ReferenceView, seen: Seen, state: LinkState, archived: str) -> None:
    values: dict[str, Any] = {
        "link_state": state,
        "archived": archived,
        "check_at": now() + _pause(seen, state, archived),
    }
    # How old the first sight of a doubtful one is decides what the second one means.
    if seen is not Seen.UNCLEAR and not state == reference.link_state == LinkState.DOUBTFUL:
        values["link_checked_at"] = now()
    db.execute(update(Reference).where(Reference.id == reference.id).values(values))
    if (state, archived) != (reference.link_state, reference.archived):
        effects.publish_references(db, reference.id)
    else:
        touch(db, f"reference:{reference.id}")


def _pause(seen: Seen, state: LinkState, archived: str) -> timedelta:
    if state is LinkState.DOUBTFUL:
        return DAY
    # That there is no copy is not for ever, and what is unclear may become clear.
    waits = seen is Seen.UNCLEAR or (state is LinkState.DEAD and not archived)
    return WEEK if waits else MONTH
