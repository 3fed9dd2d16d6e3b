"""What we tell somebody, and how: chosen by its reader, and said in words."""

from collections.abc import Mapping

from starlette.responses import Response

from forum import choices
from forum.accounts import own_account
from forum.actions import choosing_channels
from forum.errors import Invalid, SignInRequired
from forum.inbox import browsers, channels, in_words, outgoing, wishes
from forum.inbox.channels import Digest
from forum.inbox.kinds import CHOOSABLE, Mail
from forum.languages import time_zones
from forum.languages.words import N_, _
from forum.web.endpoint import Visit
from forum.web.pages.inbox import PARTS

MAILS: Mapping[Mail, str] = {
    Mail.ONCE: N_("Soon, if still unread"),
    Mail.DIGEST: N_("In the digest"),
    Mail.NONE: N_("Not by mail"),
}
DIGESTS: Mapping[Digest, str] = {
    Digest.NONE: N_("No digest"),
    Digest.DAILY: N_("Every day"),
    Digest.WEEKLY: N_("Once a week, on Monday"),
}
OWN_THREADS: Mapping[str, str] = {
    "watch": N_("Of every answer and comment"),
    "follow": N_("Of answers"),
    "none": N_("Of nothing more, unless I follow it"),
}


def read(visit: Visit) -> Response:
    return _page(visit)


def keep(visit: Visit) -> Response:
    try:
        visit.act(choosing_channels.keep, visit.form)
    except Invalid as error:
        return _page(visit, error)
    return visit.redirect("/account/messages", "messages-chosen")


def try_again(visit: Visit) -> Response:
    visit.act(choosing_channels.try_again)
    return visit.redirect("/account/messages", "mail-resumed")


def _page(visit: Visit, wrong: Invalid | None = None) -> Response:
    """The form, with what was typed if something is wrong with it, and what happens as things are now."""
    if visit.actor is None:
        raise SignInRequired
    chosen = channels.of(visit.db, visit.actor.id)
    facts = own_account.facts(visit.db, visit.actor.id)
    most = choices.number(visit.db, outgoing.MOST)
    has_browser = browsers.is_offered() and bool(browsers.listing(visit.db, visit.actor.id))
    form = visit.form if wrong else wishes.as_typed(chosen)
    return visit.page(
        "inbox/choices.html",
        wrong.status if wrong else 200,
        form=form,
        errors=wrong.fields if wrong else {},
        sentences=in_words.sentences(
            chosen,
            most,
            has_address=bool(facts.email),
            has_browser=has_browser,
            is_sample=facts.is_sample,
        ),
        offers_pushes=browsers.is_offered(),
        has_browser=has_browser,
        email=facts.email,
        is_sample=facts.is_sample,
        paused_at=chosen.paused_at,
        groups=[(group, PARTS[group].label) for group in CHOOSABLE],
        mails=MAILS,
        digests=[(str(value), _(words), "") for value, words in DIGESTS.items()],
        own_threads=[(value, _(words), "") for value, words in OWN_THREADS.items()],
        hours=[(str(number), in_words.hour(number)) for number in range(24)],
        zones=time_zones.by_area(channels.time_zones(), form.get("time_zone", "")),
    )
