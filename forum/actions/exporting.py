"""A copy of all own data: asked for, made by a job, taken."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from sqlalchemy.orm import Session

from forum import jobs, policy
from forum.accounts import exports, history
from forum.accounts.tables import Account, Actor
from forum.actions import own_data
from forum.clock import now
from forum.config import Settings
from forum.db import Database
from forum.errors import NotFound, TooMany
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages import speaking, words
from forum.paths import TEMPLATES
from forum.policy import Permit
from forum.uploads import store

#: A new copy is made at most so often.
AGAIN = timedelta(days=1)
#: What is in a ZIP file is dated, and the format knows no time zones.
_JSON, _HTML = "data.json", "data.html"

Data = Mapping[str, Sequence[Mapping[str, Any]]]


def ask(db: Session, actor: Actor, device: str) -> None:
    """A copy of the actor's data is being made, and a message says when it is there. TooMany within a day."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    former = exports.latest(db, actor.id)
    if former is not None and (waited := now() - former.asked_at) < AGAIN:
        why = words.gettext("You asked for a copy within the last day.")
        raise TooMany(why, int((AGAIN - waited).total_seconds()))
    jobs.put(db, "accounts.export", export_id=exports.begin(db, actor.id))
    history.note(db, actor.id, "export-asked", device=device)


def take(db: Session, actor: Actor, device: str) -> bytes:
    """The copy as a ZIP file, and the history says it was taken; NotFound if there is none any longer."""
    policy.require(Permit.OWN_ACCOUNT, actor)
    content = exports.content(db, actor.id)
    if content is None:
        raise NotFound
    history.note(db, actor.id, "export-taken", device=device)
    return content


def make(database: Database, settings: Settings, export_id: int) -> None:
    """The copy is there and its owner told, unless nobody waits for it. The job `accounts.export`."""
    with database.reading() as db:
        account_id = exports.owner(db, export_id)
        if account_id is None:
            return
        language = db.get_one(Account, account_id).language or settings.language
        with speaking.speaking(language):
            data = own_data.gather(db, account_id)
            content = packed(data, settings.name, settings.base_url, store.files_of(db, account_id))
    with database.writing() as db:
        if exports.finish(db, export_id, content):
            letter = compose("export_made", days=exports.KEPT.days)
            messages.send(db, account_id, "account", letter, "/account/export")


def packed(data: Data, forum: str, base_url: str, images: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A ZIP file with the data twice: for programs as JSON, for people as one page of HTML.

    With the files of these images, which are pairs of name and content, in a folder.
    """
    whole = {"forum": base_url, "made_at": now(), **data}
    text = json.dumps(whole, default=_plain, ensure_ascii=False, indent=1)
    sections = [(section.title, data[section.key]) for section in own_data.SECTIONS]
    page = _page().render(forum=forum, base=base_url, made_at=now(), sections=sections, lang=speaking.tag())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(_JSON, text)
        folder.writestr(_HTML, page)
        for name, content in images:
            # They are as small as they get.
            folder.writestr(f"images/{name}", content, zipfile.ZIP_STORED)
    return file.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a copy")


@cache
def _page() -> Template:
    loader = FileSystemLoader(TEMPLATES / "leaving")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    pages.policies["ext.i18n.trimmed"] = True
    pages.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    pages.filters["said"] = words.gettext
    return pages.get_template("data.html")
