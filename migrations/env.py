"""Runs the migrations; `forum migrate` calls it with an open connection."""

from alembic import context
from sqlalchemy.engine import Connection

from forum.config import settings
from forum.db import Database
from forum.schema import is_modelled, metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=is_modelled,
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
