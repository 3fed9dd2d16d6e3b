"""Telling the moderators about a post, an account, a source or a message.

Each form is a page of its own; asked for with `part`, it is only what a dialog over another page shows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from forum import policy
from forum.accounts import people
from forum.actions import flagging
from forum.actions.flagging import Flaggable
from forum.discussion import cited, threads
from forum.discussion.cited import CitationView
from forum.errors import Forbidden, Invalid, NotFound, TooMany
from forum.inbox import messages
from forum.languages.words import N_, _
from forum.moderation import own_flags, reasons, subjects
from forum.moderation.own_flags import OpenFlag
from forum.moderation.subjects import Subject
from forum.policy import Permit
from forum.references import catalogue
from forum.web.endpoint import Visit
from forum.web.pages import helping
from forum.web.pages.posts import open_here
from forum.web.told import TOLD

#: Who never learns whose flag it was.
PROMISES = {
    "post": N_("The author never learns who flagged."),
    "account": N_("They never learn who flagged."),
    "source": N_("Nobody else learns who flagged."),
    "message": (
        N_("We tell nobody who flagged. But it was written to one person, you: whoever wrote it may guess.")
    ),
}


class Shown(NamedTuple):
    """What the form's own page shows of the thing: its title, and text of one kind or another."""

    title: str
    author: str = ""
    said: str = ""
    html: Markup = Markup()
    #: A post's own number, by which its references are named.
    id: int = 0
    citations: Sequence[CitationView] = ()


class About(NamedTuple):
    """What a form is about: how it is called, where the form is sent, and where one goes back to."""

    subject: Subject
    row: Flaggable
    what: str
    address: str
    back: str
    shown: Shown
    #: The thread of a post.
    thread_id: int | None = None

    @property
    def promise(self) -> str:
        """What the flagger can rely on."""
        return _(PROMISES[self.what])


def of_post(visit: Visit) -> Response:
    return _form(visit, _post(visit))


def flag_post(visit: Visit) -> Response:
    return _flag(visit, _post)


def of_account(visit: Visit) -> Response:
    return _form(visit, _account(visit))


def flag_account(visit: Visit) -> Response:
    return _flag(visit, _account)


def of_reference(visit: Visit) -> Response:
    return _form(visit, _reference(visit))


def flag_reference(visit: Visit) -> Response:
    return _flag(visit, _reference)


def of_message(visit: Visit) -> Response:
    return _form(visit, _message(visit))


def flag_message(visit: Visit) -> Response:
    return _flag(visit, _message)


# --- what is flagged ---------------------------------------------------------------------------------------


def _post(visit: Visit) -> About:
    post, thread = open_here(visit, Permit.READ)
    if policy.is_own(visit.db, visit.actor, post):
        raise Forbidden(_("This is your own post: edit or withdraw it."))
    open_here(visit, Permit.FLAG)
    shown = Shown(
        thread.title,
        people.name_of(visit.db, post.author_id),
        html=Markup(post.html),  # noqa: S704 - sanitised when it was saved
        id=post.id,
        citations=cited.by_post(visit.db, post.id),
    )
    back = f"{threads.place_in(visit.db, thread, post.id, visit.actor).address}#p{post.id}"
    return About(subjects.post(post.id), post, "post", f"/p/{post.id}/flag", back, shown, thread.id)


def _account(visit: Visit) -> About:
    person = people.named(visit.db, visit.path["name"])
    if person is None:
        raise NotFound
    subject, place = subjects.account(person.id), f"/people/{person.name}"
    row = flagging.open_subject(visit.db, visit.actor, subject)
    return About(subject, row, "account", f"{place}/flag", place, Shown(person.name, said=person.about))


def _reference(visit: Visit) -> About:
    subject = subjects.reference(visit.path["reference_id"])
    row = flagging.open_subject(visit.db, visit.actor, subject)
    known = catalogue.read(visit.db, subject.id)
    assert known is not None, "just opened"
    shown = Shown(known.label or known.title, html=known.html)
    place = f"/references/{known.id}"
    return About(subject, row, "source", f"{place}/flag", f"{place}/{known.slug}", shown)


def _message(visit: Visit) -> About:
    subject = subjects.message(visit.path["message_id"])
    row = flagging.open_subject(visit.db, visit.actor, subject)
    known = messages.read(visit.db, subject.id)
    assert known is not None, "just opened"
    shown = Shown(known.subject, said=known.text)
    return About(subject, row, "message", f"/inbox/{known.id}/flag", "/inbox", shown)


# --- the form ----------------------------------------------------------------------------------------------


def _flag(visit: Visit, opened: Callable[[Visit], About]) -> Response:
    typed, about = visit.form, opened(visit)
    again = _mine(visit, about) is not None
    said = {name: typed.get(name, "") for name in ("reason", "words", "link")}
    try:
        visit.act(flagging.flag, about.subject, **said)
    except (Invalid, TooMany) as error:
        return _form(visit, about, error.status, form=said, errors=_beside(said["reason"], error.fields))
    return _sent(visit, about, said["reason"], "flag-changed" if again else "flagged")


def _form(visit: Visit, about: About, status: int = 200, **more: Any) -> Response:
    mine = _mine(visit, about)
    context = {
        "about": about,
        "reasons": flagging.offered(visit.db, about.subject.kind, about.row),
        "labels": reasons.every(visit.db),
        "mine": mine,
        "form": _as_said(mine),
        "link_length": flagging.LINK_LENGTH,
        **more,
    }
    if _is_part(visit):
        return visit.fragment("flags/_dialog.html", status, **context)
    return visit.page("flags/flag.html", status, **context)


def _sent(visit: Visit, about: About, reason: str, told: str) -> Response:
    labels = reasons.every(visit.db)
    helps = labels[reason].shows_help
    if _is_part(visit):
        return visit.fragment(
            "flags/_sent.html",
            about=about,
            mine=_mine(visit, about),
            labels=labels,
            said=_(TOLD[told]),
            help=helping.words(visit.settings) if helps else None,
        )
    back = _back(visit, about)
    return visit.redirect(f"/help/urgent?{urlencode({'next': back})}" if helps else back, told)


def _back(visit: Visit, about: About) -> str:
    """Where it was flagged; one's own flags if that is no longer to be seen."""
    if about.thread_id is None:
        return about.back
    try:
        policy.open_thread(visit.db, visit.actor, about.thread_id, Permit.READ)
    except NotFound:
        return "/account/flags"
    return about.back


def _mine(visit: Visit, about: About) -> OpenFlag | None:
    return own_flags.open_on(visit.db, about.subject, visit.actor.id) if visit.actor else None


def _as_said(mine: OpenFlag | None) -> dict[str, str]:
    if mine is None:
        return {}
    link = f"/t/{mine.original_id}" if mine.original_id else ""
    return {"reason": mine.reason, "words": mine.words, "link": link}


def _beside(reason: str, fields: Mapping[str, str]) -> dict[str, str]:
    """The complaints by the ids of the fields: each reason has its own."""
    if "reason" in fields:
        return {"reason": fields["reason"]}
    if "" in fields:
        return {"": fields[""]}
    return {f"{name}-{reason}": words for name, words in fields.items()}


def _is_part(visit: Visit) -> bool:
    return bool(visit.form.get("part") or visit.query.get("part"))
