"""The one box: threads by words and conditions; references and people by their names."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from forum import patience
from forum.errors import TooMuch
from forum.languages.words import N_, _
from forum.paging import Page
from forum.references import catalogue
from forum.references.evidence import LABELS
from forum.references.identifiers import recognise
from forum.search import (
    building,
    facets,
    fields,
    find,
    loosening,
    meaning,
    people,
    scanning,
    sources,
    spelling,
    unknown,
)
from forum.search.language import LONGEST, parse, spelled
from forum.search.query import Condition, Field, Order, Query, Remark, Within
from forum.search.reading import ONLY_EXCLUDED
from forum.web.endpoint import Visit

PAGE = 20
#: A search that reads for longer is ended: two of them could keep everybody waiting.
SECONDS = 1.5
#: References above the threads found, and people on the one page of them.
SOURCES, PEOPLE = 3, 50
#: A name of more letters browsers do not show (github.com/dewitt/opensearch, ShortName).
SHORT_NAME = 16
#: What no page may hold: control characters beyond ASCII, and what is no character (infra.spec.whatwg.org).
_ENDS = (plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NONE = re.compile(f"[\x80-\x9f\ufdd0-\ufdef{''.join(chr(end) for end in _ENDS)}]")
#: The form beside the box: each field's label and what it takes; a list of choices, or None for text.
NARROWED: Sequence[tuple[str, str, str, Mapping[str, str] | None]] = (
    (building.PHRASE, N_("Exactly these words together"), "lions mane", None),
    (building.WITHOUT, N_("None of these words"), "", None),
    (building.TITLE, N_("In the title"), "", None),
    (building.TAGS, N_("Tags"), "sleep nutrition", None),
    (Field.AUTHOR, N_("Written by"), N_("a name"), None),
    (building.KIND, N_("Kind of thread"), "", {"question": N_("questions"), "discussion": N_("discussions")}),
    (
        building.STATE,
        N_("State"),
        "",
        {
            "answered": N_("answered"),
            "unanswered": N_("not answered"),
            "accepted": N_("with an accepted answer"),
            "open": N_("open"),
            "closed": N_("closed"),
        },
    ),
    (
        Field.HAS,
        N_("Sources"),
        "",
        {"references": N_("cites any source"), "retracted": N_("cites a retracted source")},
    ),
    (Field.CITES, N_("Cites"), N_("DOI, PMID or words of the title"), None),
    (Field.EVIDENCE, N_("Kind of source"), "", {kind: label for kind, label in LABELS.items() if kind}),
    (Field.AFTER, N_("Written from"), N_("2024-05, or 6m"), None),
    (Field.BEFORE, N_("Written before"), N_("2025, or 2w"), None),
    (Field.SCORE, N_("Votes, at least"), "3", None),
    (Field.ANSWERS, N_("Answers, at least"), "1", None),
    (building.MORE, N_("Anything else"), N_("as in the box: -tag:mice"), None),
)


def search(visit: Visit) -> Response:
    if "narrow" in visit.query:
        return _narrowed(visit)
    q = _NONE.sub(" ", visit.query.get("q", "")).strip()[: LONGEST + 1]
    query = meaning.meant(visit.db, parse(q), visit.actor.name if visit.actor else None)
    try:
        with patience.within(visit.db, SECONDS):
            found = _FINDS[query.within](visit, query, visit.query.get("after", ""), _order(visit))
    except TooMuch as error:
        remarks = [*query.remarks, Remark(error.said())]
        form = building.fields_of(query)
        return _page(visit, q, query, error.status, remarks=remarks, form=form, too_much=True)
    shown = found["results"].items if "results" in found else ()
    remarks = [each for each in query.remarks if not (shown and each.words == _(ONLY_EXCLUDED))]
    remarks += found.pop("missing", ())
    return _page(visit, q, query, remarks=remarks, form=building.fields_of(query), **found)


def _narrowed(visit: Visit) -> Response:
    """The search that the form asks for, in the box; or the form again, with what is wrong."""
    typed = {name: _NONE.sub(" ", visit.query.get(name, ""))[: LONGEST + 1] for name in building.FIELDS}
    if errors := building.problems(typed):
        return _page(visit, "", Query(), 422, remarks=(), form=typed, errors=errors)
    return visit.redirect(_address(building.built(typed), _order(visit)))


def _page(visit: Visit, q: str, query: Query, status: int = 200, **more: Any) -> Response:
    holding = [each for each in query.conditions if _HOLDS[query.within](each)]
    return visit.page(
        "search/find.html",
        status,
        q=q,
        query=query,
        after=visit.query.get("after", ""),
        order=_order(visit),
        address=_address,
        tabs=[(place, spelled(query._replace(within=place))) for place in Within],
        chips=[chip for chip in facets.chips(query) if chip.condition in holding],
        elsewhere=[chip for chip in facets.chips(query) if chip.condition not in holding],
        # A feed knows nobody's own name, and takes an identifier for words.
        feed=q if query.text and parse(q).conditions == query.conditions else spelled(query),
        narrowed=NARROWED,
        examples=[each._replace(finds=_(each.finds)) for each in fields.EXAMPLES],
        **more,
    )


#: Which conditions make a difference where something is searched.
_HOLDS: Mapping[Within, Callable[[Condition], bool]] = {
    Within.THREADS: lambda _each: True,
    Within.REFERENCES: sources.holds,
    Within.PEOPLE: lambda each: each.field is Field.AUTHOR,
}


def opensearch(visit: Visit) -> Response:
    """How browsers search here (github.com/dewitt/opensearch, 1.1)."""
    name = visit.settings.name[:SHORT_NAME].strip()
    text = visit.site.pages.render("search/opensearch.xml", {"name": name, "base": visit.settings.base_url})
    return Response(text, media_type="application/opensearchdescription+xml")


def _threads(visit: Visit, query: Query, after: str, order: Order) -> dict[str, Any]:
    results = find.page(visit.db, query, after, PAGE, order)
    total, narrower = facets.of(visit.db, query, results.found)
    first = bool(query) and not after
    missing = unknown.of(visit.db, query) if first else []
    return {
        "results": results,
        "total": total,
        "facets": narrower,
        "sources": catalogue.matching(visit.db, _named(query), SOURCES) if first and _named(query) else [],
        "suggestion": spelling.corrected(visit.db, query) if first and query.terms else None,
        "looser": loosening.looser(visit.db, query, missing) if first and not total else [],
        "missing": unknown.remarks(visit.db, query, missing),
        "words": _words(query),
        # Then an order shows only what has them all, if anything has.
        "every": len(query.terms) > 1 and not all(term.needed for term in query.terms),
    }


def _references(visit: Visit, query: Query, after: str, _order: Order) -> dict[str, Any]:
    words = _named(query)
    if recognise(words).identifier:
        return {"page": Page(catalogue.matching(visit.db, words, SOURCES), None), "words": words}
    return {"page": sources.listing(visit.db, query, words, after, PAGE), "words": words}


def _people(visit: Visit, query: Query, _after: str, _order: Order) -> dict[str, Any]:
    names = " ".join(str(each.value) for each in query.conditions if each.field is Field.AUTHOR)
    words = " ".join(filter(None, (_words(query), names)))
    return {"people": people.matching(visit.db, words, PEOPLE), "words": words}


_FINDS = {Within.THREADS: _threads, Within.REFERENCES: _references, Within.PEOPLE: _people}


def _order(visit: Visit) -> Order:
    """The order that is asked for; any other word asks for the best first."""
    asked = visit.query.get("order", "")
    return Order(asked) if asked in tuple(Order) else Order.RELEVANCE


def _address(text: str, order: Order = Order.RELEVANCE) -> str:
    """Where `text` is searched."""
    by = {} if order is Order.RELEVANCE else {"order": order}
    return f"/search?{urlencode({'q': text, **by})}"


def _words(query: Query) -> str:
    """The words and phrases of the query as they were typed, without conditions and what is excluded."""
    typed = (piece for piece in scanning.pieces(query.text) if not piece.negated)
    return " ".join(
        query.text[piece.start : piece.end] if piece.name else piece.value
        for piece in typed
        if not fields.named(piece.name)
    )


def _named(query: Query) -> str:
    """What references are looked for by: the words, or without any the source that must be cited."""
    cited = (str(each.value) for each in query.conditions if each.field is Field.CITES and not each.negated)
    return _words(query) or next(cited, "")
