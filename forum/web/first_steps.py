"""What the admin of a new forum does next: a checklist, with what is done already."""

from collections.abc import Sequence
from typing import NamedTuple

from forum import choices
from forum.accounts import team
from forum.config import Settings
from forum.languages.words import _
from forum.web.visit import Visit


class Step(NamedTuple):
    """One thing to do: where, what, and why or how. `href` is "" for what is set at the start."""

    done: bool
    href: str
    name: str
    words: str


def of(visit: Visit) -> Sequence[Step]:
    """The steps, in the order in which they help."""
    settings, chosen = visit.settings, choices.several(visit.db, ("about", "sign_up"))
    return [
        *_at_start(settings),
        Step(
            bool(chosen["about"]),
            "/admin/settings#community",
            _("Say what it is for"),
            _("whom it is for, and who you are."),
        ),
        Step(
            False,
            "/rules",
            _("Read the rules"),
            _("moderators decide by them, and everybody is held to them."),
        ),
        Step(
            chosen["sign_up"] != choices.BY_KEY["sign_up"].default,
            "/admin/settings#joining",
            _("Decide who may join"),
            _("everybody, who is invited, or whom a moderator lets in."),
        ),
        Step(
            False,
            "/ask",
            _("Ask the first question"),
            _("one that you would really like to know; it sets the tone."),
        ),
        Step(
            len(team.keepers(visit.db)) > 1,
            "/account/invitations",
            _("Invite somebody"),
            _("best a second person who looks after it: nobody should decide about themselves."),
        ),
    ]


def _at_start(settings: Settings) -> Sequence[Step]:
    """What the environment says: a change needs a restart."""
    default = Settings.model_fields["name"].default
    return [
        Step(
            settings.name != default,
            "",
            _("Give it a name"),
            _("FORUM_NAME; now it is {name}.").format(name=settings.name),
        ),
        Step(
            bool(settings.mail_url),
            "/admin/mail",
            _("Let it send mail"),
            _("FORUM_MAIL_URL; without it nobody can confirm an address or choose a new password."),
        ),
        Step(
            bool(settings.contact),
            "",
            _("Say how to reach you"),
            _("FORUM_CONTACT, a mail address; it stands on “About”."),
        ),
    ]
