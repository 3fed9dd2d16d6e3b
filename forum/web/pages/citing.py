"""The cite picker: a source is found while typing or looked up when pasted, and confirmed to be cited."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from forum.actions import finding
from forum.clock import now
from forum.errors import Invalid
from forum.languages.words import N_, _
from forum.markup.citations import spelled
from forum.references import pasted, proposals
from forum.references.identifiers import Kind, recognise
from forum.references.notices import Level
from forum.references.pasted import Entry, Part, State
from forum.references.policy_rules import Rule
from forum.references.proposals import Proposal
from forum.references.tables import SourceVerdict
from forum.web.endpoint import Visit

#: Seconds after which nobody should wait for the registries any more.
PATIENCE = 25
_LEVELS = {
    Level.RETRACTED: N_("This work was retracted."),
    Level.PARTIAL: N_("This work was retracted in part."),
    Level.CONCERN: N_("The publisher has expressed concern about this work."),
}
_VERDICTS = {
    SourceVerdict.BLOCKED: N_("“{name}” cannot be cited in this forum."),
    SourceVerdict.DISCOURAGED: N_("“{name}” is discouraged as a source in this forum."),
    SourceVerdict.REVIEW: N_("“{name}” is read by a moderator first when a post cites it."),
}


class Choice(NamedTuple):
    """One work to confirm: what cites it, and what to know before; `is_free` unless it cannot be cited."""

    work: Proposal
    cite: str
    cautions: Sequence[str]
    is_free: bool


class Shown(NamedTuple):
    """One entry as the page shows it. `is_exact`: its one work is known by the very identifier."""

    text: str
    state: str
    words: str
    choices: Sequence[Choice]
    spellings: Sequence[str]
    is_exact: bool


def read(visit: Visit) -> Response:
    """The page, or the picker that our script opens over a text."""
    if "part" in visit.query:
        return visit.fragment("citing/_picker.html")
    query = visit.query.get("q", "").strip()[: pasted.LONGEST]
    return _page(visit, query, found=_typed(visit, query))


def find(visit: Visit) -> Response:
    """What the table knows of what is being typed."""
    query = visit.query.get("q", "").strip()[: pasted.LONGEST]
    found = _typed(visit, query)
    return visit.fragment("citing/_found.html", q=query, found=found, kind=_kind(query))


def paste(visit: Visit) -> Response:
    """What was pasted is looked up, on a page of its own."""
    query = visit.form.get("q", "").strip()
    try:
        entries, since = _look(visit, query)
    except Invalid as error:
        return _page(visit, query, error.status, errors=error.fields)
    is_known = any(entry.choices for entry in entries)
    return _page(visit, query, entries=entries, since=since, found=() if is_known else _typed(visit, query))


def look(visit: Visit) -> Response:
    """The same for our script."""
    query = visit.form.get("q", "").strip()
    try:
        entries, since = _look(visit, query)
    except Invalid as error:
        return visit.fragment("citing/_refused.html", error.status, words=error.words)
    return visit.fragment("citing/_entries.html", entries=entries, since=since, copied=False)


def _look(visit: Visit, query: str) -> tuple[Sequence[Shown], int]:
    """What is known of what was pasted, and since when it is looked up (0: nothing is)."""
    since = _moment(visit.form.get("since", ""))
    shown = _entries(visit, query, is_late=bool(since) and now().timestamp() - since > PATIENCE)
    if not since and any(entry.state == State.WAITING for entry in shown):
        visit.act(finding.look, query)
        since = int(now().timestamp())
        shown = _entries(visit, query, is_late=False)
    return shown, since if any(entry.state == State.WAITING for entry in shown) else 0


def _entries(visit: Visit, query: str, *, is_late: bool) -> Sequence[Shown]:
    finding.check(query)
    parts = pasted.parts(query)
    db, kept, settings = visit.db, visit.site.database, visit.settings
    shown = [
        _shown(part, pasted.read(db, kept, settings, part, is_late=is_late)) for part in parts[: pasted.MOST]
    ]
    if len(parts) > pasted.MOST:
        words = _("Only the first {most} sources are looked up. Paste the others afterwards.").format(
            most=pasted.MOST
        )
        shown.append(Shown("", State.UNCLEAR, words, (), (), is_exact=False))
    return shown


def _typed(visit: Visit, query: str) -> Sequence[Choice]:
    return [_choice(each) for each in proposals.typed(visit.db, query)]


def _kind(query: str) -> str:
    """How to go on with what the table does not have: look "up" an identifier, "search" for words, or not."""
    kind = recognise(query).kind
    if kind == Kind.TEXT:
        return "search" if len(query) > 2 else ""
    return "up"


def _shown(part: Part, entry: Entry) -> Shown:
    choices = [choice for each in entry.proposals if (choice := _choice(each)).cite]
    is_exact = part.cut is None
    return Shown(entry.text, entry.state, entry.words, choices, entry.choices, is_exact)


def _choice(work: Proposal) -> Choice:
    cite = next((typed for each in work.identifiers if (typed := spelled(each))), "")
    if not cite and work.reference_id:
        cite = f"[@ref:{work.reference_id}]"
    blocked = work.rule is not None and work.rule.verdict == SourceVerdict.BLOCKED
    return Choice(work, cite, _cautions(work.notice_level, work.rule), not blocked)


def _cautions(level: str, rule: Rule | None) -> Sequence[str]:
    told = [_(_LEVELS[Level(level)])] if level in _LEVELS else []
    if rule:
        sentence = _(_VERDICTS[SourceVerdict(rule.verdict)]).format(name=rule.name)
        told.append(f"{sentence} {rule.words}")
    return told


def _moment(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 12 else 0


def _page(visit: Visit, query: str, status: int = 200, **more: object) -> Response:
    context = {
        "form": {"q": query},
        "found": (),
        "entries": None,
        "kind": _kind(query),
        "since": 0,
        "q": query,
        "longest": pasted.LONGEST,
        **more,
    }
    return visit.page("citing/read.html", status, **context)
