"""The Internet Archive's Wayback Machine: a kept copy of a web page that is gone."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from forum.config import Settings
from forum.fetch import Answer
from forum.references.resolvers import Found, Missing, Outcome, Question, Record, Unavailable
from forum.references.resolvers.answers import inner, json_object
from forum.references.resolvers.dates import checked, whole

WHO = "The Wayback Machine"
_COPY = re.compile(r"https?://(web\.archive\.org/web/[0-9]{14}/[!-~]{1,2000})")
_ORIGINAL = re.compile(r"^https://web\.archive\.org/web/[0-9]{14}/")
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{6}")


def question(settings: Settings, url: str, near: date | None = None) -> Question:
    """Asks for the copy of a page, the one closest to the day `near` (else the newest)."""
    query = {"url": url, **({"timestamp": f"{near:%Y%m%d}"} if near else {})}
    key = f"{url} {query.get('timestamp', '')}".strip()
    return Question("wayback", key, f"{settings.wayback_base}/wayback/available", query)


def read(answer: Answer, value: str) -> Outcome:
    """Where a copy of the page `value` is, and of which day, with an empty record.

    `about` has `archived_url` (https) and `archived_at` (ISO date).
    """
    told = json_object(answer, WHO)
    if not isinstance(told, dict):
        return told
    copies = told.get("archived_snapshots")
    if not isinstance(copies, dict):
        return Unavailable("The Wayback Machine's answer says nothing about copies")
    found = _copy(copies.get("closest"))
    same = found and _host(_ORIGINAL.sub("", found["archived_url"])) == _host(value)
    return Found(Record(csl={}, about=found)) if same else Missing()


def _host(url: str) -> str:
    """The site that the address is on; "" for what is not an address."""
    try:
        return (urlsplit(url if "://" in url else f"http://{url}").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _copy(told: Any) -> dict[str, str]:
    """{} for what is not the copy of a page that was there."""
    url, stamp, status = (inner(told, key) for key in ("url", "timestamp", "status"))
    there = inner(told, "available") is True and status in ("200", 200)
    place = _COPY.fullmatch(url) if isinstance(url, str) else None
    moment = _STAMP.fullmatch(stamp) if isinstance(stamp, str) else None
    day = whole(checked(*moment.groups())) if moment else None
    return (
        {"archived_url": f"https://{place[1]}", "archived_at": day.isoformat()}
        if there and place and day
        else {}
    )
