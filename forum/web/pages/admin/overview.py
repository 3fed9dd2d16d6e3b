"""What waits for an admin, which versions run, and the way to everything that is kept."""

import platform
from importlib.metadata import version

from starlette.responses import Response

import forum
from forum import jobs, schema
from forum.accounts import admin_log
from forum.languages.words import N_, _
from forum.moderation import counts
from forum.moderation.tables import ItemKind
from forum.web.endpoint import Visit
from forum.web.pages.admin.mail import server
from forum.web.pages.queue import moderator

LATELY = 5
#: Where something is kept: address, name, what it is for.
PLACES = (
    ("/admin/settings", N_("Settings"),
    N_("Who may join, trust, questions without a name; what is set at start")),
    ("/admin/accounts", N_("Accounts"), N_("Roles, levels, lost second factors, invitations to an account")),
    ("/admin/jobs", N_("Jobs"), N_("What waits to be done, and what failed")),
    ("/admin/mail", N_("Mail"), N_("Which server sends it, and a test")),
    ("/admin/log", N_("What admins did"), N_("Every act on these pages")),
    ("/moderation/settings", N_("What the forum does by itself"),
    N_("How soon it holds posts; what it has learned")),
    ("/moderation/rules", N_("Rules of the community"), N_("What decisions rest on, in your own words")),
    ("/moderation/words", N_("Word rules"), N_("Words that hold or refuse a post")),
    ("/moderation/reasons", N_("Reasons for flags"), N_("What members can say when they flag")),
    ("/moderation/sources", N_("Source policy"), N_("Sources to be cited with care, or not at all")),
    ("/moderation/texts", N_("Saved texts"), N_("What moderators say often")),
    ("/tags", N_("Tags"), N_("Descriptions, other names, cautions above threads, merging: open one")),
    ("/account/invitations", N_("Invitations"), N_("Links with which somebody may join")),
    ("/moderation/statistics", N_("How moderation goes"), N_("Figures of the queue")),
    ("/transparency", N_("Transparency report"), N_("Figures of what was decided")),
    ("/log", N_("Public log"), N_("What moderators decided")),
)  # fmt: skip


def read(visit: Visit) -> Response:
    waiting = counts.read(visit.db, moderator(visit))
    return visit.page(
        "admin/overview.html",
        places=[(path, _(name), _(about)) for path, name, about in PLACES],
        items=waiting,
        held=min(waiting.by_kind[ItemKind.ACCOUNT], counts.MOST_COUNTED),
        buried=jobs.buried_count(visit.db),
        server=server(visit.settings),
        lately=admin_log.entries(visit.db, None, LATELY).items,
        versions=_versions(visit),
    )


def _versions(visit: Visit) -> list[tuple[str, str]]:
    dialect = visit.site.database.engine.dialect
    number = ".".join(map(str, dialect.server_version_info or ()))
    return [
        ("Footnote", forum.__version__),
        (_("Schema"), schema.newest() or _("none")),
        ({"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dialect.name], number),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in ("starlette", "sqlalchemy", "markdown-it-py", "bleach")),
    ]
