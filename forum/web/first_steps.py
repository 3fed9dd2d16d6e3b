"""What the admin of a new forum does next: a checklist, with what is done already."""

from collections.abc import Sequence
from typing import NamedTuple

from forum import choices
from forum.accounts import team
from forum.config import Settings
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
            "Say what it is for",
            "whom it is for, and who you are.",
        ),
        Step(False, "/rules", "Read the rules", "moderators decide by them, and everybody is held to them."),
        Step(
            chosen["sign_up"] != choices.BY_KEY["sign_up"].default,
            "/admin/settings#joining",
            "Decide who may join",
            "everybody, who is invited, or whom a moderator lets in.",
        ),
        Step(
            False,
            "/ask",
            "Ask the first question",
            "one that you would really like to know; it sets the tone.",
        ),
        Step(
            len(team.keepers(visit.db)) > 1,
            "/account/invitations",
            "Invite somebody",
            "best a second person who looks after it: nobody should decide about themselves.",
        ),
    ]


def _at_start(settings: Settings) -> Sequence[Step]:
    """What the environment says: a change needs a restart."""
    default = Settings.model_fields["name"].default
    return [
        Step(settings.name != default, "", "Give it a name", f"FORUM_NAME; now it is {settings.name}."),
        Step(
            bool(settings.mail_url),
            "/admin/mail",
            "Let it send mail",
            "FORUM_MAIL_URL; without it nobody can confirm an address or choose a new password.",
        ),
        Step(
            bool(settings.contact),
            "",
            "Say how to reach you",
            "FORUM_CONTACT, a mail address; it stands on “About”.",
        ),
    ]
