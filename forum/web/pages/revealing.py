"""Who wrote a post without a name: said once, on the page that answers the form, and nowhere else."""

from starlette.responses import Response

from forum.actions import revealing
from forum.errors import Invalid
from forum.web.endpoint import Visit


def reveal(visit: Visit) -> Response:
    post_id, reason = visit.path["post_id"], visit.form.get("reason", "")
    try:
        found = visit.act(revealing.reveal, post_id, reason)
    except Invalid as error:
        context = {"form": visit.form, "errors": error.fields, "found": None}
        return _page(visit, post_id, error.status, **context)
    return _page(visit, post_id, 200, found=found, form={}, errors={})


def _page(visit: Visit, post_id: int, status: int, **context: object) -> Response:
    most = revealing.REASON_LENGTH
    return visit.page("moderation/reveal.html", status, post_id=post_id, reason_length=most, **context)
