"""The public log of what moderators decided, as a page and as a feed."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from feedgen.feed import FeedGenerator
from starlette.responses import Response

from forum.discussion.wording import one_line
from forum.moderation import log
from forum.moderation.log import LogView
from forum.moderation.log_choice import GROUPS, Choice
from forum.moderation.rules import RULES
from forum.web.endpoint import Visit

PAGE = 50
#: What an address of the log may ask for.
QUERIES = ("after", "act", "rule", "automatic")
#: A feed without entries must say when it changed, too.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def listing(visit: Visit) -> Response:
    after, choice = visit.query.get("after", ""), _choice(visit)
    for_moderators = visit.actor is not None and visit.actor.is_moderator
    page = log.entries(visit.db, after, PAGE, choice, for_moderators=for_moderators)
    return visit.page(
        "log/log.html",
        page=page,
        after=after,
        choice=choice,
        query=urlencode(choice.query),
        groups=GROUPS,
        rules=RULES,
    )


def feed(visit: Visit) -> Response:
    """The newest lines, redacted for everybody alike, as Atom (RFC 4287)."""
    choice = _choice(visit)
    page = log.entries(visit.db, None, PAGE, choice)
    query = f"?{urlencode(choice.query)}" if choice.query else ""
    base, name = visit.settings.base_url, visit.settings.name
    atom = FeedGenerator()
    atom.id(f"{base}/log.atom{query}")
    atom.title(f"What moderators decided – {name}")
    atom.author({"name": name})
    atom.link(href=f"{base}/log.atom{query}", rel="self", type="application/atom+xml")
    atom.link(href=f"{base}/log{query}", rel="alternate", type="text/html")
    atom.updated(page.items[0].at if page.items else _LONG_AGO)
    for line in page.items:
        _add(atom, base, line)
    return Response(atom.atom_str(), media_type="application/atom+xml; charset=utf-8")


def _add(atom: FeedGenerator, base: str, line: LogView) -> None:
    entry = atom.add_entry(order="append")
    entry.id(f"{base}/log#line{line.id}")
    who = line.actor or "The forum, automatically,"
    entry.title(f"{who} {line.words}")
    entry.author({"name": line.actor or "The forum"})
    entry.link(href=f"{base}{line.path or '/log'}")
    entry.updated(line.at)
    entry.published(line.at)
    # XML has no place for control characters, and a reason may be years old.
    reason = one_line(line.reason)
    entry.content(" ".join(filter(None, (f"{line.rule}." if line.rule else "", reason))) or who, type="text")


def _choice(visit: Visit) -> Choice:
    asked = visit.query
    return Choice.of(asked.get("act", ""), asked.get("rule", ""), asked.get("automatic", ""))
