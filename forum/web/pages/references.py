"""The table of sources, and one source with all that is known of it and the posts that cite it."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from forum.actions import following
from forum.discussion import citations, verifications
from forum.errors import NotFound
from forum.inbox import following as followed
from forum.languages.words import N_, _
from forum.policy import Permit, allows
from forum.references import catalogue, merging, precedence, provenance, records, standing
from forum.references.export import Entry, csljson, embedding
from forum.references.identifiers import Identifier, Scheme
from forum.references.precedence import Kept
from forum.web import files
from forum.web.endpoint import Visit
from forum.web.pages import following as levels

PAGE = 30
LONGEST_QUERY = 300
#: An abstract is its publisher's: so much of it is quoted.
ABSTRACT = 600

#: CSL's types in words; any other is shown as it is, without hyphens.
KINDS = {
    "article": N_("preprint or article"),
    "article-journal": N_("journal article"),
    "article-magazine": N_("magazine article"),
    "article-newspaper": N_("newspaper article"),
    "chapter": N_("chapter of a book"),
    "dataset": N_("data set"),
    "document": N_("not known yet"),
    "paper-conference": N_("conference paper"),
    "post": N_("preprint"),
    "post-weblog": N_("blog post"),
    "webpage": N_("web page"),
}
SOURCES = {**precedence.NAMES, "member": N_("corrected here"), "sample": N_("the sample community")}
#: Who states notices, besides the sources of records.
ORIGINS = {
    **SOURCES,
    "publisher": N_("the publisher"),
    "retraction-watch": N_("Retraction Watch"),
    "title": N_("its own title"),
}
FIELDS = {
    "title": N_("Title"),
    "authors": N_("Authors"),
    "year": N_("Year"),
    "container": N_("Journal or book"),
    "volume": N_("Volume"),
    "issue": N_("Issue"),
    "pages": N_("Pages"),
    "publisher": N_("Publisher"),
    "evidence": N_("Kind of source"),
}
SCHEMES = {
    "doi": "DOI",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "arxiv": "arXiv",
    "isbn": "ISBN",
    "url": N_("Address"),
}
NOTICES = {
    "retraction": N_("Retraction"),
    "withdrawal": N_("Withdrawal"),
    "removal": N_("Removal"),
    "partial-retraction": N_("Retraction in part"),
    "expression-of-concern": N_("Expression of concern"),
    "correction": N_("Correction"),
    "erratum": N_("Erratum"),
    "corrigendum": N_("Corrigendum"),
    "addendum": N_("Addendum"),
    "clarification": N_("Clarification"),
    "reinstatement": N_("Reinstatement"),
}
RELATIONS = {
    "preprint-of": N_("Published as"),
    "has-preprint": N_("Preprint"),
    "version-of": N_("Other version"),
    "has-version": N_("Other version"),
    "supplement-of": N_("Supplement of"),
    "supplemented-by": N_("Supplement"),
    "review-of": N_("Review of"),
    "has-review": N_("Reviewed in"),
    "update-of": N_("Updates"),
    "has-update": N_("Updated by"),
}


def listing(visit: Visit) -> Response:
    after, q = visit.query.get("after", ""), query_of(visit)
    page = catalogue.listing(visit.db, q, after, PAGE)
    return visit.page("references/listing.html", page=page, after=after, q=q)


def query_of(visit: Visit) -> str:
    """The words that are looked for in sources."""
    return visit.query.get("q", "").strip()[:LONGEST_QUERY]


def read(visit: Visit) -> Response:
    reference = open_here(visit)
    if reference.merged_into_id is not None:
        reference = open_here(visit, reference.merged_into_id)
        return RedirectResponse(address(reference), 301, {"vary": files.VARY})
    entry = entry_of(visit, reference)
    if visit.wants:
        return files.negotiated([entry], visit.wants)
    if visit.here != address(reference):
        return RedirectResponse(address(reference), 301, {"vary": files.VARY})
    response = visit.page("references/read.html", **_known(visit, reference), **_embedded(entry))
    response.headers["vary"] = files.VARY
    return response


def follow(visit: Visit) -> Response:
    """The member hears so much of the source from now on."""
    level = levels.chosen(visit)
    reference = visit.act(following.follow_reference, visit.path["reference_id"], level)
    return levels.back(visit, f"/references/{reference.id}/{reference.slug}", followed.Kind.REFERENCE, level)


def open_here(visit: Visit, reference_id: int | None = None) -> catalogue.ReferenceView:
    """The reference of this address, or the one named, if the visitor may see it."""
    reference = catalogue.read(visit.db, reference_id or visit.path["reference_id"])
    if reference is None or not _is_shown(visit, reference):
        raise NotFound
    return reference


def address(reference: catalogue.ReferenceView) -> str:
    """The path of the reference's page."""
    return f"/references/{reference.id}/{reference.slug}"


def entry_of(visit: Visit, reference: catalogue.ReferenceView) -> Entry:
    """The reference as it is taken away."""
    page = f"{visit.settings.base_url}{address(reference)}"
    known = [Identifier(Scheme(each.scheme), each.value) for each in reference.identifiers]
    return Entry(reference.id, reference.csl, known, page)


def _known(visit: Visit, reference: catalogue.ReferenceView) -> dict[str, Any]:
    """All that the page tells; the number of queries does not depend on how much that is."""
    db, viewer = visit.db, visit.actor
    kept = precedence.in_order(records.kept(db, reference.id))
    corrects = allows(Permit.CORRECT, viewer)
    after = visit.query.get("after", "")
    own = followed.standing(db, followed.Kind.REFERENCE, reference.id, viewer and viewer.id)
    return {
        "reference": reference,
        "kind": _(KINDS.get(reference.type, reference.type.replace("-", " "))),
        "fields": provenance.of_records(kept),
        "abstract": _about(kept, "abstract"),
        "licence": _about(kept, "licence"),
        "notices": standing.notices(db, reference.id),
        "related": standing.related(db, reference.id),
        "followed": own,
        "menu": levels.menu(visit, followed.Kind.REFERENCE, own.level) if viewer else None,
        "tally": verifications.tally(db, reference.id),
        "page": citations.posts_citing(db, reference.id, after, PAGE),
        "after": after,
        "corrects": corrects,
        "merges": merging.into(db, reference.id) if corrects else [],
        "words": {
            "fields": said(FIELDS),
            "sources": said(SOURCES),
            "origins": said(ORIGINS),
            "schemes": said(SCHEMES),
            "notices": said(NOTICES),
            "relations": said(RELATIONS),
        },
    }


def said(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels in the language spoken now."""
    return {key: _(label) for key, label in labels.items()}


def _about(kept: Sequence[Kept], name: str) -> Mapping[str, str]:
    """What the most trusted source that has it says, cut to a quotation; {} without one."""
    for record in kept:
        if text := str(record.about.get(name) or ""):
            short = text if len(text) <= ABSTRACT else text[:ABSTRACT].rsplit(" ", 1)[0] + " …"
            return {"text": short, "source": record.source}
    return {}


def _embedded(entry: Entry) -> dict[str, Any]:
    """The reference for programs that read the page."""
    (item,) = csljson.items([entry])
    schema = Markup(embedding.schema(item))  # noqa: S704 - made safe for a data block
    return {"metas": embedding.metas(item), "coins": embedding.coins(item), "schema": schema}


def _is_shown(visit: Visit, reference: catalogue.ReferenceView) -> bool:
    """A source that only hidden posts cite may be what was hidden: it is for their authors and moderators."""
    if reference.citation_count:
        return True
    if reference.merged_into_id is not None:
        # Where its address leads is what must be shown.
        return True
    viewer = visit.actor
    return viewer is not None and (
        viewer.is_moderator or citations.is_cited_by(visit.db, reference.id, viewer.id)
    )
