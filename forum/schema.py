"""All tables in one metadata, and the schema's way from one version to the next (Alembic)."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

import forum.accounts.door_tables
import forum.accounts.factor_tables
import forum.accounts.record_tables
import forum.accounts.tables
import forum.choices
import forum.discussion.private_tables
import forum.discussion.tables
import forum.freshness
import forum.inbox.channel_tables
import forum.inbox.tables
import forum.jobs
import forum.moderation.screening_tables
import forum.moderation.tables
import forum.references.tables
import forum.search.semantic.vectors
import forum.search.tables
import forum.uploads.tables  # noqa: F401 - imported so that every table is in the metadata
from forum.db import Database, Table
from forum.paths import MIGRATIONS

metadata = Table.metadata


#: Written by hand in the migrations, because the models cannot say it: the search's own structures, and an
#: index that goes down in one column and up in the other.
BY_HAND = {"vector", "ix_search_document_vector", "ix_reference_vector", "ix_tag_busy"}


def is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    """Whether the models know of the table, column or index `name`; what they do not is left alone."""
    return not (name or "").startswith(("search_fts", "reference_fts")) and name not in BY_HAND


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """The database has the schema of `revision`; an older one loses what only the newer one holds."""
    config, down = _config(), _is_older(database, revision)
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # It changes a column by copying the table: what points to the old one must not go down with it.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
        if database.is_sqlite:
            _nothing_is_lost(connection)
        connection.commit()
        if database.is_sqlite:
            # Nobody else may get a connection that minds no keys.
            connection.invalidate()


def _nothing_is_lost(connection: Connection) -> None:
    if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise RuntimeError(f"the migration would lose what other rows point to: {lost[:5]}")


def _is_older(database: Database, revision: str) -> bool:
    return revision == "base" or (revision != "head" and revision < (present(database) or ""))


def present(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this code wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()
