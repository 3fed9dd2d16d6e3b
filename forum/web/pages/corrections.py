"""Mending the table of sources: a wrong field, a work that is here twice, a merge that was wrong."""

from typing import Any

from starlette.responses import Response

from forum import policy
from forum.actions import correcting, merging, proposing
from forum.discussion.wording import WHY
from forum.errors import Invalid, TooMany
from forum.languages.words import _
from forum.policy import Permit
from forum.references import catalogue, evidence
from forum.references import correction as form_of
from forum.references import merging as merged
from forum.web.endpoint import Visit
from forum.web.pages import references

#: So many sources are offered as the other one.
CANDIDATES = 10
_KINDS = [(str(kind), label) for kind, label in evidence.LABELS.items() if kind]


def proposal(visit: Visit) -> Response:
    return _fields(visit, "propose")


def propose(visit: Visit) -> Response:
    try:
        case = visit.act(proposing.propose, _id(visit), _typed(visit), visit.form.get("why", ""))
    except (Invalid, TooMany) as error:
        return _fields(visit, "propose", error.status, form=visit.form, errors=error.fields)
    return _to(visit, case.reference_id, "proposed")


def correction(visit: Visit) -> Response:
    return _fields(visit, "correct")


def correct(visit: Visit) -> Response:
    try:
        done = visit.act(correcting.correct, _id(visit), _typed(visit), visit.form.get("why", ""))
    except Invalid as error:
        return _fields(visit, "correct", error.status, form=visit.form, errors=error.fields)
    return _to(visit, done.id, "corrected")


def twin(visit: Visit) -> Response:
    return _two(visit, "duplicate")


def report_twin(visit: Visit) -> Response:
    try:
        visit.act(proposing.report_duplicate, _id(visit), _other(visit), visit.form.get("words", ""))
    except (Invalid, TooMany) as error:
        return _two(visit, "duplicate", error.status, form=visit.form, errors=error.fields)
    return _to(visit, _id(visit), "proposed")


def merger(visit: Visit) -> Response:
    return _two(visit, "merge")


def merge(visit: Visit) -> Response:
    this_stays = visit.form.get("stays", "this") == "this"
    try:
        reference = _open(visit, Permit.CORRECT)
        assert visit.actor is not None
        other = proposing.other_of(visit.db, visit.actor, reference.id, _other(visit))
        loser, winner = (other.id, reference.id) if this_stays else (reference.id, other.id)
        made = visit.act(merging.merge, loser, winner, visit.form.get("words", ""))
    except Invalid as error:
        # The field has the same name as in the report of a duplicate.
        errors = {"words" if name == "why" else name: words for name, words in error.fields.items()}
        return _two(visit, "merge", error.status, form=visit.form, errors=errors)
    return _to(visit, made.winner_id, "merged")


def undo(visit: Visit) -> Response:
    made = visit.act(merging.undo, visit.path["merge_id"])
    return _to(visit, made.winner_id, "merge-undone")


def _id(visit: Visit) -> int:
    number: int = visit.path["reference_id"]
    return number


def _open(visit: Visit, permit: Permit) -> catalogue.ReferenceView:
    """The reference, or the one that it went into, if the visitor may do this with it."""
    home = merged.home(visit.db, _id(visit))
    policy.open_reference(visit.db, visit.actor, home, permit)
    return references.open_here(visit, home)


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.form[name] for name in form_of.FIELDS if name in visit.form}


def _other(visit: Visit) -> str:
    """The other source: pasted, or else one of those that were found."""
    return visit.form.get("other", "").strip() or visit.form.get("found", "")


def _to(visit: Visit, reference_id: int, told: str) -> Response:
    reference = catalogue.read(visit.db, merged.home(visit.db, reference_id))
    path = references.address(reference) if reference else "/references"
    return visit.redirect(path, told)


def _fields(visit: Visit, act: str, status: int = 200, **more: Any) -> Response:
    """The form with the record in it, for whoever corrects it and for whoever proposes that."""
    reference = _open(visit, Permit.CORRECT if act == "correct" else Permit.PROPOSE)
    now = form_of.typed(reference.csl, reference.evidence)
    context = {
        "act": act,
        "reference": reference,
        "labels": references.FIELDS,
        "longest": form_of.LONGEST,
        "kinds": _KINDS if now["evidence"] else [("", _("not known")), *_KINDS],
        "form": now,
        **more,
    }
    return visit.page("references/correct.html", status, **context)


def _two(visit: Visit, act: str, status: int = 200, **more: Any) -> Response:
    """The form for two references that are one work."""
    reference = _open(visit, Permit.CORRECT if act == "merge" else Permit.PROPOSE)
    q = visit.query.get("q", "").strip()[: references.LONGEST_QUERY]
    words = q or (reference.title if reference.csl else "")
    found = catalogue.matching(visit.db, words, CANDIDATES + 1) if words else []
    context = {
        "act": act,
        "reference": reference,
        "q": q,
        "found": [other for other in found if other.id != reference.id][:CANDIDATES],
        "words_length": proposing.WORDS_LENGTH if act == "duplicate" else WHY,
        "form": {"other": visit.query.get("other", "")},
        **more,
    }
    return visit.page("references/duplicate.html", status, **context)
