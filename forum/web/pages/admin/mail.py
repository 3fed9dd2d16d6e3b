"""Whether mail works: the server, a test mail to oneself, and what came of the last ones."""

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from forum import jobs
from forum.accounts import admin_log
from forum.actions import sending_again, testing_mail
from forum.config import Settings
from forum.errors import Invalid
from forum.inbox import bounces, digest_days, due, outgoing, sent
from forum.web import forms
from forum.web.endpoint import Visit
from forum.web.pages.admin.jobs import told_of

LATELY = 10
#: The jobs that send mail.
JOBS = (due.DELIVER, digest_days.SEND, "mail.letter", "mail.link", "mail.report", testing_mail.JOB)


def read(visit: Visit) -> Response:
    return _page(visit)


def act(visit: Visit) -> Response:
    """A test mail is asked for, or a mail is sent again that may have arrived."""
    if "again" in visit.form:
        visit.act(sending_again.send_again, forms.number(visit.form["again"]))
        return visit.redirect("/admin/mail", "mail-again")
    try:
        visit.act(testing_mail.ask)
    except Invalid as error:
        return _page(visit, error.status, errors=error.fields)
    return visit.redirect("/admin/mail", "mail-test")


def server(settings: Settings) -> str:
    """The mail server without its password; "" if mails become files."""
    url = urlsplit(settings.mail_url)
    if not url.hostname:
        return ""
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.hostname}{port}"


def _page(visit: Visit, status: int = 200, **more: Any) -> Response:
    troubled = jobs.listing(visit.db, None, LATELY, JOBS)
    context = {
        "server": server(visit.settings),
        "has_user": bool(urlsplit(visit.settings.mail_url).username),
        "sender": visit.settings.sender,
        "sent": admin_log.entries(visit.db, None, LATELY, act="mail-test-sent").items,
        "paused": bounces.paused_count(visit.db),
        "unsure_count": sent.unsure_count(visit.db),
        "unsure": [
            (mail, outgoing.message_of(mail.key) is not None) for mail in sent.unsure(visit.db, LATELY)
        ],
        "waiting": [told_of(job) for job in troubled.items],
        **more,
    }
    return visit.page("admin/mail.html", status, **context)
