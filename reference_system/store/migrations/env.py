"""Run by Alembic: where the tables are described, and the database that it works on."""

from alembic import context
from sqlalchemy import Engine, text

from reference_system.store import tables

_engine: Engine = context.config.attributes["engine"]

with _engine.connect() as _connection:
    if _engine.dialect.name == "postgresql":
        # Two that start at once must not both make the tables.
        _connection.execute(text("SELECT pg_advisory_lock(1953785700)"))
    context.configure(
        connection=_connection,
        target_metadata=tables.METADATA,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    _connection.commit()
