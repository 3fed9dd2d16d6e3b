"""The public log of what moderators decided, as a page and as a feed."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from forum.discussion.wording import one_line
from forum.languages.words import _
from forum.moderation import community_rules, log
from forum.moderation.log import LogView
from forum.moderation.log_choice import GROUPS, Choice
from forum.moderation.rules import Rule
from forum.web import feeding
from forum.web.endpoint import Visit
from forum.web.feeding import Entry, Feed

PAGE = 50
#: What an address of the log may ask for.
QUERIES = ("after", "act", "rule", "automatic")


def listing(visit: Visit) -> Response:
    rules = community_rules.in_the_log(visit.db)
    after, choice = visit.query.get("after", ""), _choice(visit, rules)
    for_moderators = visit.actor is not None and visit.actor.is_moderator
    page = log.entries(visit.db, after, PAGE, choice, for_moderators=for_moderators)
    return visit.page(
        "log/log.html",
        page=page,
        after=after,
        choice=choice,
        query=urlencode(choice.query),
        groups=GROUPS,
        rules=rules,
    )


def feed(visit: Visit) -> Response:
    """The newest lines, redacted for everybody alike."""
    choice = _choice(visit, community_rules.in_the_log(visit.db))
    page = log.entries(visit.db, None, feeding.MOST, choice)
    query = urlencode(choice.query)
    title, entries = _("What moderators decided"), [_entry(line) for line in page.items]
    told = Feed("/log", f"/log?{query}" if query else "/log", title, entries, query)
    return feeding.answer(told, visit.path["form"], visit.settings)


def _entry(line: LogView) -> Entry:
    who = line.actor or _("The forum, automatically,")
    # XML has no place for control characters, and a reason may be years old.
    reason = one_line(line.reason)
    return Entry(
        f"/log#line{line.id}",
        line.path or "/log",
        _("{who} {did}").format(who=who, did=line.words),
        line.actor or _("The forum"),
        line.at,
        line.at,
        text=" ".join(filter(None, (f"{line.rule}." if line.rule else "", reason))) or who,
    )


def _choice(visit: Visit, rules: Sequence[Rule]) -> Choice:
    asked, keys = visit.query, {rule.key for rule in rules}
    return Choice.of(asked.get("act", ""), asked.get("rule", ""), asked.get("automatic", ""), keys)
