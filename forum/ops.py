"""Is everything in order? What the owner is told by `forum check`, and a load balancer by /readyz."""

import os
import smtplib
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from forum import schema
from forum.config import Settings
from forum.db import Database
from forum.errors import Busy, NotReady
from forum.search import index


class Check(NamedTuple):
    """One thing looked at: `words` say what was found, and what to do if it is not `ok`."""

    name: str
    ok: bool
    words: str


def checks(settings: Settings, database: Database) -> Iterator[Check]:
    """All checks, one after the other; the later ones need the earlier ones."""
    yield _settings(settings)
    reached = _database(database)
    yield reached
    if reached.ok:
        version = _schema(database)
        yield version
        if version.ok:
            yield _search(database)
    yield _mail(settings)


def ready(database: Database) -> list[str]:
    """What keeps this process from answering, one sentence each."""
    for look in (_database, _schema):
        check = look(database)
        if not check.ok:
            return [f"{check.name}: {check.words}"]
    return []


def need_ready(database: Database) -> None:
    """NotReady, with a sentence that says what to run, if this process could not answer."""
    problems = ready(database)
    if problems:
        raise NotReady(f"{problems[0][0].upper()}{problems[0][1:]}")


def _settings(settings: Settings) -> Check:
    if not settings.contact:
        words = "FORUM_CONTACT is empty: registries are not told whom to ask about this forum"
        return Check("settings", True, f"{settings.base_url}; {words}")
    return Check("settings", True, settings.base_url)


def _database(database: Database) -> Check:
    address = database.url.render_as_string(hide_password=True)
    try:
        with database.reading() as db:
            db.execute(text("SELECT 1"))
    except (SQLAlchemyError, Busy, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        return Check("database", False, f"{address} cannot be used: {reason}")
    return Check("database", True, address)


@cache
def _newest() -> str | None:
    return schema.newest()


def _schema(database: Database) -> Check:
    present, newest = schema.present(database), _newest()
    if present == newest:
        return Check("schema", True, f"version {present}")
    found = f"version {present}" if present else "no tables"
    return Check("schema", False, f"{found}, this program needs version {newest}; run: forum migrate")


def _search(database: Database) -> Check:
    with database.reading() as db:
        missing, extra = index.faults(db)
        engine = index.engine_of(db).__name__.rpartition(".")[2]
    if missing or extra:
        words = f"{missing} posts are not in the search index, and {extra} are that should not be;"
        words += " run: forum search reindex"
        return Check("search", False, words)
    return Check("search", True, f"{engine}, all shown posts are in the index")


def _mail(settings: Settings) -> Check:
    look: Callable[[Settings], Check] = _mail_server if settings.mail_url else _mail_folder
    return look(settings)


def _mail_folder(settings: Settings) -> Check:
    folder = settings.data_dir / "mail"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return Check("mail", False, f"{folder} cannot be made: {error.strerror}")
    if not os.access(folder, os.W_OK):
        return Check("mail", False, f"{folder} cannot be written to")
    return Check("mail", True, f"kept as files in {folder}, because FORUM_MAIL_URL is empty")


def _mail_server(settings: Settings) -> Check:
    server = urlsplit(settings.mail_url)
    host = server.hostname or "localhost"
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    port = server.port or (465 if server.scheme == "smtps" else 587 if server.username else 25)
    try:
        with kind(host, port, timeout=5) as smtp:
            smtp.noop()
    except OSError as error:
        return Check("mail", False, f"{host}:{port} does not answer: {error}")
    return Check("mail", True, f"{host}:{port} answers")
