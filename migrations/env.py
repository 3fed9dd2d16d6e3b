"""Runs the migrations; `forum migrate` calls it with an open connection."""

from alembic import context
from sqlalchemy.engine import Connection

from forum.config import settings
from forum.db import Database
from forum.schema import metadata

#: The search's own structures are written by hand in the migrations and are no part of the models.
SEARCH_ONLY = {"vector", "ix_search_document_vector"}


def _is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    return not (name or "").startswith("search_fts") and name not in SEARCH_ONLY


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    database = Database(settings().database_url)
    with database.engine.connect() as opened:
        _run(opened)
        opened.commit()
