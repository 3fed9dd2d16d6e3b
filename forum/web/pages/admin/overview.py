"""What waits for an admin, which versions run, and the way to everything that is kept."""

import platform
from importlib.metadata import version

from starlette.responses import Response

import forum
from forum import jobs, schema
from forum.accounts import admin_log
from forum.moderation import counts
from forum.moderation.tables import ItemKind
from forum.web.endpoint import Visit
from forum.web.pages.admin.mail import server
from forum.web.pages.queue import moderator

LATELY = 5
#: Where something is kept: address, name, what it is for.
PLACES = (
    ("/admin/settings", "Settings", "Who may join, trust, questions without a name; what is set at start"),
    ("/admin/accounts", "Accounts", "Roles, levels, lost second factors, invitations to an account"),
    ("/admin/jobs", "Jobs", "What waits to be done, and what failed"),
    ("/admin/mail", "Mail", "Which server sends it, and a test"),
    ("/admin/log", "What admins did", "Every act on these pages"),
    ("/moderation/settings", "What the forum does by itself", "How soon it holds posts; what it has learned"),
    ("/moderation/words", "Word rules", "Words that hold or refuse a post"),
    ("/moderation/reasons", "Reasons for flags", "What members can say when they flag"),
    ("/moderation/sources", "Source policy", "Sources to be cited with care, or not at all"),
    ("/moderation/texts", "Saved texts", "What moderators say often"),
    ("/tags", "Tags", "Descriptions, other names, cautions above threads, merging: open one"),
    ("/account/invitations", "Invitations", "Links with which somebody may join"),
    ("/moderation/statistics", "How moderation goes", "Figures of the queue"),
    ("/transparency", "Transparency report", "Figures of what was decided"),
    ("/log", "Public log", "What moderators decided"),
)  # fmt: skip


def read(visit: Visit) -> Response:
    waiting = counts.read(visit.db, moderator(visit))
    return visit.page(
        "admin/overview.html",
        places=PLACES,
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
        ("Schema", schema.newest() or "none"),
        ({"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dialect.name], number),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in ("starlette", "sqlalchemy", "markdown-it-py", "bleach")),
    ]
