"""Settling a case about a reference: two are merged or kept apart, a correction is taken or left."""

from sqlalchemy.orm import Session

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import correcting, merging
from forum.discussion.wording import Form
from forum.freshness import touch
from forum.inbox import messages
from forum.inbox.letters import compose
from forum.languages.words import _
from forum.moderation import cases
from forum.moderation.rules import SORTS
from forum.moderation.statement import within
from forum.moderation.tables import CaseKind, CaseState, ReferenceCase
from forum.policy import Permit
from forum.references import catalogue
from forum.references.merging import home

ANSWER_LENGTH = 1000


def settle(
    db: Session, actor: Actor, case_id: int, verdict: str, answer: str, stays: int = 0
) -> ReferenceCase:
    """The case is accepted, and carried out, or declined; whoever brought it hears what came of it.

    `stays` is the reference that remains when two are merged. Claimed or Conflict if somebody else was
    faster; Invalid (`verdict`, `answer`) says what is missing.
    """
    policy.require(Permit.REVIEW, actor)
    case = cases.take(db, case_id, actor.id)
    state, words = _checked(case, verdict, answer)
    reference_id = case.reference_id
    # Settled first: what is merged takes its open cases along.
    cases.settle(db, case, state, actor.id, words)
    if state is CaseState.ACCEPTED:
        _carry_out(db, actor, case, words, stays)
    _tell(db, actor, case)
    touch(db, f"reference:{reference_id}", "log")
    return case


def _checked(case: ReferenceCase, verdict: str, answer: str) -> tuple[CaseState, str]:
    sort = SORTS[CaseKind(case.kind)]
    offered = {CaseState.ACCEPTED: sort.accept, CaseState.DECLINED: sort.decline}
    form = Form()
    state = form.take("verdict", lambda key: _state(key, offered), verdict)
    words = form.take("answer", lambda text: within(text, ANSWER_LENGTH), answer)
    if state is CaseState.DECLINED and case.account_id and words == "":
        form.complaints["answer"] = _("Say in a sentence why; whoever brought it reads it.")
    form.done()
    return state or CaseState.DECLINED, words or ""


def _state(key: str, offered: dict[CaseState, str]) -> CaseState:
    if key not in offered or not offered[CaseState(key)]:
        raise ValueError(_("Choose one of the answers that are offered."))
    return CaseState(key)


def _carry_out(db: Session, actor: Actor, case: ReferenceCase, words: str, stays: int) -> None:
    if case.kind == CaseKind.CORRECTION:
        correcting.apply(db, actor, case)
    elif case.kind == CaseKind.DUPLICATE and case.other_id:
        winner, loser = home(db, case.other_id), home(db, case.reference_id)
        if stays == case.reference_id:
            winner, loser = loser, winner
        # Somebody may have merged them on another way.
        if winner != loser:
            merging.merge(db, actor, loser, winner, words or "They are one work.")


def _tell(db: Session, actor: Actor, case: ReferenceCase) -> None:
    if case.account_id is None or case.account_id == actor.id:
        return
    reference = catalogue.read(db, case.reference_id)
    letter = compose(
        "case",
        kind=case.kind,
        accepted=case.state == CaseState.ACCEPTED,
        source=(reference.label or reference.title) if reference else "",
        answer=case.answer,
    )
    path = f"/references/{case.reference_id}"
    author_id = actor.id if case.answer else None
    messages.send(db, case.account_id, "case", letter, path, author_id=author_id)
