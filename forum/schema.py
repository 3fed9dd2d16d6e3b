"""All tables in one metadata, and the schema's way from one version to the next (Alembic)."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import forum.accounts.tables
import forum.discussion.tables
import forum.freshness
import forum.inbox.tables
import forum.jobs
import forum.moderation.tables
import forum.references.tables
import forum.search.tables  # noqa: F401 - imported so that every table is in the metadata
from forum.db import Database, Table
from forum.paths import MIGRATIONS

metadata = Table.metadata


#: Written by hand in the migrations, because the models cannot say it: the search's own structures, and an
#: index that goes down in one column and up in the other.
BY_HAND = {"vector", "ix_search_document_vector", "ix_tag_busy"}


def is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models know of the table, column or index `name`; what they do not is left alone."""
    return not (name or "").startswith("search_fts") and name not in BY_HAND


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """The database has the schema of `revision`; an older one loses what only the newer one holds."""
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)
        connection.commit()


def present(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this code wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()
