"""What one is writing: kept for scripts and for forms without, listed, thrown away; and undoing a post."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from forum.actions import drafting, undoing
from forum.discussion import draft_list, drafts
from forum.errors import Invalid, SignInRequired
from forum.languages.formats import day as date
from forum.web import forms
from forum.web.endpoint import Visit

#: Drafts on one page of the list.
PAGE = 20


class Kept(NamedTuple):
    """What a form needs to know of its draft. `typed` are the fields with which it is filled in."""

    place: str
    typed: Mapping[str, str]
    #: None: there is no draft.
    saved_at: datetime | None
    #: What the form said before its draft was replaced or thrown away.
    aside: drafts.Kept | None
    #: Whether the form shows what was just sent, and not the draft.
    is_answer: bool
    #: Where the form is.
    here: str

    @property
    def saved(self) -> str:
        """The moment by which the script tells it from what another window saved; "" for none."""
        return self.saved_at.isoformat() if self.saved_at else ""

    @property
    def said(self) -> str:
        """The moment as people write it."""
        return _said(self.saved_at) if self.saved_at else ""


def kept(visit: Visit, place: str) -> Kept | None:
    """The draft of the form that the page shows; None for a guest."""
    if visit.actor is None:
        return None
    found, aside = drafts.both(visit.db, visit.actor.id, place)
    is_answer = visit.method == "POST"
    typed = found.fields if found and not is_answer else {}
    asked = urlencode({name: value for name, value in visit.query.items() if name in ("title", "tags")})
    here = f"{visit.here}?{asked}" if asked else visit.here
    return Kept(place, typed, found.saved_at if found else None, aside, is_answer, here)


def is_asked_for(visit: Visit) -> bool:
    """Whether the form was sent by its button "Save draft"."""
    return visit.form.get("step") == "draft"


def save_here(visit: Visit, place: str, form: str) -> Response:
    """The form is kept as it was sent, and shown again at the path `form`."""
    _save(visit, place)
    return visit.redirect(form, "draft-saved")


def keep(visit: Visit, place: str) -> None:
    """What was sent and cannot be posted as it is does not depend on the page that says so."""
    try:
        _save(visit, place)
    except Invalid:
        # Longer than any draft: the form that comes back is all there is, and says so.
        return


def _save(visit: Visit, place: str) -> None:
    """Whoever presses a button means this text; another window's, which the form had not shown, is aside."""
    window, began = visit.form.get("window", ""), visit.form.get("began")
    visit.act(drafting.save, place, visit.form, window=window, began=began, over=True)


def save(visit: Visit) -> Response:
    """For the script, which sends the form as it is: kept, or 409 if another window has kept it meanwhile.

    The header `draft-saved` has the moment by which the script tells it from what others save next; with
    `over`, what another window saved is put aside.
    """
    asked = {**visit.form, **visit.query}
    place, window, began = (asked.get(name, "") for name in ("place", "window", "began"))
    over = asked.get("over") == "1"
    try:
        saved = visit.act(drafting.save, place, visit.form, window=window, began=began, over=over)
    except drafting.Elsewhere as error:
        at = error.saved_at
        return JSONResponse({"saved": at.isoformat(), "said": _said(at)}, error.status)
    return Response(status_code=204, headers={"draft-saved": saved})


def discard(visit: Visit) -> Response:
    place = visit.form.get("place", "")
    visit.act(drafting.discard, place)
    return visit.redirect(visit.next_path(), "draft-aside" if drafts.is_place(place) else "draft-gone")


def take_back(visit: Visit) -> Response:
    visit.act(drafting.take_back, visit.form.get("place", ""))
    return visit.redirect(visit.next_path(), "draft-back")


def _said(at: datetime) -> str:
    """The moment as people write it."""
    return f"{date(at)}, {at.astimezone(UTC):%H:%M} UTC"


def listing(visit: Visit) -> Response:
    if visit.actor is None:
        raise SignInRequired
    after = visit.query.get("after", "")
    page = draft_list.of_account(visit.db, visit.actor.id, after, PAGE)
    return visit.page("drafts/own.html", page=page, after=after)


class Undo(NamedTuple):
    """The bar that offers to undo a new post, for so many seconds."""

    post_id: int
    seconds: int


def undo_offered(visit: Visit) -> Undo | None:
    """The bar for the post that was just sent, if the address names one that can be undone."""
    post_id = forms.number(visit.query.get("undo", ""))
    seconds = undoing.seconds_left(visit.db, visit.actor, post_id) if post_id else 0
    return Undo(post_id, seconds) if seconds else None


def undo(visit: Visit) -> Response:
    post_id: int = visit.path["post_id"]
    try:
        place = visit.act(undoing.undo, post_id)
    except undoing.TooLate as error:
        return visit.page("drafts/late.html", error.status, title=error.title, words=error.words, id=post_id)
    return visit.redirect(draft_list.form_of(visit.db, place), "undone")
