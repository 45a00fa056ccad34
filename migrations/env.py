"""How Alembic meets the database: through the application, in one transaction, on SQLite with foreign keys off.

A batch migration of SQLite makes a table anew and drops the old one. With foreign keys on, that drop deletes whatever
refers to the table with ON DELETE CASCADE, and says nothing. So they are off, and checked before the transaction ends.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from community.db import UTCDateTime, db


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column type as what it is in the database: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def forget_foreign_keys(connection: Connection) -> None:
    """Switch them off on SQLite for this connection, past SQLAlchemy: inside a transaction the pragma does nothing."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]


def migrate(connection: Connection) -> None:
    """Run what is asked for; all of it happens or nothing."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            lost = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
            if lost:
                raise RuntimeError(f"rows would refer to what is not there: {', '.join(sorted(lost))}")


def connect() -> Connection:
    """A connection on which everything happens or nothing; those of the application read without transactions."""
    connection = db.engine.connect()
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="READ COMMITTED")
    return connection


with connect() as own_connection:
    forget_foreign_keys(own_connection)
    migrate(own_connection)
