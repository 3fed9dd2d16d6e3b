"""Help in our own words. Every number in it comes from the code, or the setting, that it is about."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from forum.accounts import exports, invitations, mail_tokens, sessions, steps
from forum.accounts.mail_tokens import Kind
from forum.actions import collecting, exporting, tidying, verifying
from forum.config import Settings
from forum.discussion import drafts
from forum.languages.words import N_, _
from forum.moderation import appeals, claims, community_rules, reasons
from forum.moderation.subjects import SubjectKind
from forum.references import noticing, precedence
from forum.references.identifiers import Scheme
from forum.web import own_words, themes, tongues
from forum.web.endpoint import Visit
from forum.web.examples import shown
from forum.web.pages.references import SCHEMES
from forum.web.spans import lasting

#: The pages of help: address, name, what stands there.
PAGES = (
    (
        "/help/markdown",
        N_("Writing"),
        N_("Bold, lists, tables, quotes, pictures: what to type, and what comes of it."),
    ),
    ("/help/citing", N_("Citing"), N_("How a statement gets its source, and what the forum does with it.")),
    (
        "/help/moderation",
        N_("Moderation"),
        N_("What happens with a flag, what moderators can do, and how to appeal."),
    ),
    (
        "/help/trust",
        N_("Trust"),
        N_("What newcomers, members and trusted members can do, and how one becomes one."),
    ),
    ("/help/privacy", N_("Privacy"), N_("What is kept of you, for how long, and who sees it.")),
    ("/help/urgent", N_("When somebody may be in danger"), N_("Whom to call, and what to write meanwhile.")),
)
#: Who is asked about sources, as precedence.py names them; the others are no registries.
_NOT_ASKED = ("member", "page")


def index(visit: Visit) -> Response:
    return visit.page("help/index.html", pages=PAGES, contact=visit.settings.contact)


def markdown(visit: Visit) -> Response:
    return visit.page("help/markdown.html", sections=shown())


def citing(visit: Visit) -> Response:
    return visit.page("help/citing.html", **_about_citing())


def moderation(visit: Visit) -> Response:
    return visit.page(
        "help/moderation.html",
        reasons=reasons.offered(visit.db, SubjectKind.POST),
        rules=community_rules.in_force(visit.db),
        held_posts=visit.settings.held_posts,
        claimed_for=lasting(claims.LASTS),
        appeal_within=lasting(appeals.WITHIN),
        unsupported=verifying.ENOUGH,
    )


def privacy(visit: Visit) -> Response:
    cookies = (
        (visit.site.cookie, _("That you are signed in. Only while you are."), lasting(sessions.LIFETIME)),
        (
            visit.site.step_cookie,
            _("On the way in: between your password and the second step."),
            lasting(steps.LIFETIME),
        ),
        (
            themes.COOKIE,
            _("Light, dark or high contrast, if you have chosen."),
            lasting(timedelta(seconds=themes.SECONDS)),
        ),
        (
            tongues.COOKIE,
            _("The language of the pages, if you have chosen one."),
            lasting(timedelta(seconds=tongues.SECONDS)),
        ),
    )
    return visit.page("help/privacy.html", cookies=cookies, **_kept(visit.settings))


def urgent(visit: Visit) -> Response:
    return visit.page("flags/help.html", help=words(visit.settings), back=visit.next_path())


def words(settings: Settings) -> Markup:
    """What the people who run the forum say about it; "" if they leave it to the general advice."""
    return own_words.rendered(settings.help)


def _about_citing() -> Mapping[str, Any]:
    return {
        "schemes": [_("a link") if scheme is Scheme.URL else SCHEMES[scheme] for scheme in Scheme],
        "registries": [name for key, name in precedence.NAMES.items() if key not in _NOT_ASKED],
        "rechecked": lasting(noticing.MONTH),
        "rechecked_soon": lasting(noticing.WEEK),
        "unsupported": verifying.ENOUGH,
    }


def _kept(settings: Settings) -> Mapping[str, Any]:
    """For how long what is kept, and what the forum's own settings say of it."""
    return {
        "links": _links(),
        "draft_days": lasting(drafts.LIFETIME),
        "aside_days": lasting(drafts.ASIDE_LIFETIME),
        "copy_days": lasting(exports.KEPT),
        "copy_again": lasting(exporting.AGAIN),
        "letter_days": lasting(tidying.LETTERS_KEPT),
        "image_days": lasting(collecting.KEPT),
        "provider": settings.oidc_name if settings.oidc_issuer else "",
        "indexed": settings.indexing,
        "contact": settings.contact,
    }


def _links() -> Sequence[tuple[str, str]]:
    """What links do that we mail, and for how long."""
    lifetime = mail_tokens.LIFETIME
    return (
        (_("to join, or to confirm a mail address"), lasting(lifetime[Kind.SIGN_UP])),
        (_("to choose a new password"), lasting(lifetime[Kind.RESET_PASSWORD])),
        (_("to change the mail address"), lasting(lifetime[Kind.CHANGE_EMAIL])),
        (_("to take such a change back"), lasting(lifetime[Kind.KEEP_EMAIL])),
        (_("to an account that an admin has prepared"), lasting(lifetime[Kind.MADE])),
        (_("of an invitation"), lasting(invitations.LIFETIME)),
    )
