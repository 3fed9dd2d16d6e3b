"""What was decided about somebody, as they read it, and their appeal against it."""

from typing import Any

from starlette.responses import Response

from forum import policy
from forum.accounts.tables import Actor
from forum.actions import appealing
from forum.errors import Invalid, NotFound, SignInRequired
from forum.moderation import appeals, statements
from forum.moderation.rules import VERDICT
from forum.policy import Permit
from forum.web.endpoint import Visit

#: After these its author can mend the post, which is the shorter way.
MENDED = ("hide", "remove", "return")


def read(visit: Visit) -> Response:
    return _page(visit)


def appeal(visit: Visit) -> Response:
    decision_id = visit.path["decision_id"]
    try:
        visit.act(appealing.appeal, decision_id, visit.form.get("words", ""))
    except Invalid as error:
        return _page(visit, error.status, form=visit.form, errors=error.fields)
    return visit.redirect(f"/account/decisions/{decision_id}", "appealed")


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    decision = appeals.own_decision(visit.db, _reader(visit).id, visit.path["decision_id"])
    statement = statements.read(visit.db, decision.id)
    if statement is None or not VERDICT[decision.verdict].tells_author:
        raise NotFound
    letter = statements.letter(statement)
    context = {
        "it": statement,
        "subject": letter.subject,
        "lead": letter.text.partition("\n\n")[0],
        "appeal": appeals.of_decision(visit.db, decision.id),
        "obstacle": appeals.obstacle(visit.db, decision),
        "may_mend": statement.verdict in MENDED and _may_edit(visit, decision.post_id),
        "most_words": appeals.WORDS_LENGTH,
        **more,
    }
    return visit.page("appealing/read.html", status, **context)


def _may_edit(visit: Visit, post_id: int | None) -> bool:
    if post_id is None:
        return False
    opened = policy.open_post_and_thread(visit.db, visit.actor, post_id, Permit.READ)
    subject = policy.subject_of(visit.db, visit.actor, opened.thread, opened.post)
    return policy.allows(Permit.EDIT, visit.actor, subject)


def _reader(visit: Visit) -> Actor:
    if visit.actor is None:
        raise SignInRequired
    return visit.actor
