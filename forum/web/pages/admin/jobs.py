"""The queue of jobs: what waits, what failed and why; tried again, or thrown away."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from forum import jobs
from forum.actions import retrying
from forum.errors import Invalid
from forum.jobs import JobView, State
from forum.languages.words import N_, _, ngettext
from forum.paging import Page
from forum.web import forms
from forum.web.endpoint import Visit

PAGE = 30
ERROR_LENGTH, VALUE_LENGTH = 300, 80
_HOME = "/admin/jobs"
#: Words in a payload that say nothing secret; of others only numbers are shown.
_OPEN = frozenset({"about", "letter", "short", "text"})
_HIDDEN = N_("not shown")
#: What an error could tell of people or keys: a mail address; name and password, or a query, in an address.
_PRIVATE = re.compile(r"[^\s<>'\"(){},;:]+@[^\s<>'\"(){},;:]+|(?<=://)[^\s/@]+@|(?<=\?)\S+")


class Told(NamedTuple):
    """A job as it is shown: nothing in it is secret, and nothing is long."""

    id: int
    name: str
    payload: Mapping[str, str]
    run_at: datetime
    attempts: int
    state: State
    error: str


def listing(visit: Visit) -> Response:
    return _page(visit)


def act(visit: Visit) -> Response:
    """One job, or all failed ones of a name, are tried again; or one is thrown away, with a reason."""
    typed = visit.form
    job_id = forms.number(typed.get("job", ""))
    try:
        if typed.get("step") == "throw-away":
            visit.act(retrying.throw_away, job_id, typed.get("reason", ""))
            return visit.redirect(_HOME, "job-thrown-away")
        if typed.get("step") == "retry-all":
            visit.act(retrying.retry_all, typed.get("name", ""))
        else:
            visit.act(retrying.retry, job_id)
    except Invalid as error:
        return _page(visit, error.status, form=typed, errors=error.fields, at=job_id)
    return visit.redirect(_HOME, "job-retried")


def told_of(job: JobView) -> Told:
    """The job without what is nobody's business."""
    payload = {name: _value(name, value) for name, value in job.payload.items()}
    error = _PRIVATE.sub("…", " ".join(job.last_error.split()))
    cut = error if len(error) <= ERROR_LENGTH else error[:ERROR_LENGTH] + " …"
    return Told(job.id, job.name, payload, job.run_at, job.attempts, job.state, cut)


def _value(name: str, value: Any) -> str:
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, int) for each in value):
        return ngettext("{count} number", "{count} numbers", len(value)).format(count=len(value))
    return str(value)[:VALUE_LENGTH] if name in _OPEN else _(_HIDDEN)


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    name, state = visit.query.get("name", ""), visit.query.get("state", "")
    chosen = State(state) if state in tuple(State) else None
    after = visit.query.get("after", "")
    page = jobs.listing(visit.db, after, PAGE, (name,) if name else (), chosen)
    query = urlencode({key: value for key, value in (("name", name), ("state", chosen or "")) if value})
    context = {
        "page": Page([told_of(job) for job in page.items], page.next),
        "counts": jobs.tally(visit.db),
        "most_counted": jobs.MOST_COUNTED,
        "name": name,
        "state": chosen or "",
        "states": tuple(State),
        "after": after,
        "query": query,
        "at": 0,
        **more,
    }
    return visit.page("admin/jobs.html", status, **context)
