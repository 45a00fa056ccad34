"""The database: handle, naming, types, and the only place that commits."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DDL, BigInteger, ColumnElement, DateTime, Engine, Enum, Integer, MetaData, event, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Result
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from community import clock

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Busy(Exception):
    """Somebody is just using the files of the database."""


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, to the microsecond; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments; hand UTC to the driver."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no time zone: what was stored is UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def choice(kind: type[E]) -> Enum:
    """A column type for a StrEnum: text holding the value, guarded by a check constraint."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def constant(value: StrEnum | int) -> ColumnElement[Any]:
    """A value of our own, written into the statement: each parameter costs anew at every execution."""
    return literal_column(f"'{value}'" if isinstance(value, StrEnum) else str(int(value)))


def is_one_of(column: Any, values: Collection[StrEnum]) -> ColumnElement[bool]:
    """Is the column one of these constants? As parameters they would be expanded anew at every execution."""
    return column.in_([constant(value) for value in sorted(values)])  # type: ignore[no-any-return]


COMMA: Any = literal_column("','")  # between the codes of ``aggregate_strings``
RunningNumber = BigInteger().with_variant(Integer, "sqlite")


class HasId:
    """A row whose primary key is a random number: nothing can be learned from order or gaps."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=clock.random_id)


_writing: ContextVar[bool] = ContextVar("writing", default=False)
_after_commit: list[Callable[[], None]] = []
_OVERTAKEN = ("23503", "40P01")  # a foreign key that leads nowhere, a deadlock


def after_commit(call: Callable[[], None]) -> Callable[[], None]:
    """Register ``call`` to be made after each action's commit (it wakes the outbox)."""
    _after_commit.append(call)
    return call


def action(function: Callable[P, T]) -> Callable[P, T]:
    """Make ``function`` one transaction: committed when it returns, rolled back when it raises.

    An action called by another joins its transaction. Rows read before do not carry over: actions take ids, not
    objects. What another action overtook at this very moment is done once more, from its beginning: PostgreSQL says so
    when a row that ours points at has just gone, or when each of two waits for the other.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        act = partial(function, *args, **kwargs)
        if _writing.get():
            return act()
        try:
            result = _transact(act)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") not in _OVERTAKEN:
                raise
            result = _transact(act)
        for call in _after_commit:
            call()
        return result

    return run


def _transact(act: Callable[[], T]) -> T:
    mark = _writing.set(True)
    db.session.rollback()
    try:
        _begin_transaction()
        result = act()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _writing.reset(mark)
    return result


def _begin_transaction(isolation: str = "READ COMMITTED") -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": isolation})


@contextmanager
def one_moment() -> Iterator[None]:
    """Whatever is read inside is of one moment, however long it takes. Nothing may be written."""
    db.session.rollback()
    _begin_transaction("REPEATABLE READ")
    try:
        yield
    finally:
        db.session.rollback()


def prepare(engine: Engine) -> None:
    """Set up what a connection needs: on SQLite foreign keys, WAL,
    scrubbing of deleted bytes and honest transactions.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "busy_timeout=15000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail at once if another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


wordy: set[str] = set()


def holds_words(model: type[Base], *columns: str) -> None:
    """Say that words of members stand in a table, so that its file is written anew when some of them are to go.

    Of ``columns``, in which they stand as they are, PostgreSQL keeps no samples for its planner either.
    """
    wordy.add(model.__tablename__)
    for column in columns:
        command = f"ALTER TABLE {model.__tablename__} ALTER COLUMN {column} SET STATISTICS 0"
        unsampled = DDL(command)  # type: ignore[no-untyped-call]
        event.listen(model.__table__, "after_create", unsampled.execute_if(dialect="postgresql"))


def scrub() -> None:
    """Write the files of the database anew, so that they hold no more than the tables do. Waits for nobody for long.

    Raises OperationalError, or Busy, when somebody is just reading: to be tried again. On PostgreSQL a row that is
    deleted, and vacuumed, still stands in the file until another is written over it; only a full vacuum ends that.
    """
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET lock_timeout = '3s'")
            try:
                connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(sorted(wordy))}")
            finally:
                connection.exec_driver_sql("RESET lock_timeout")
        return
    with closing(db.engine.raw_connection()) as pooled:
        driver: Any = pooled.driver_connection
        driver.execute("PRAGMA busy_timeout=3000")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute("PRAGMA busy_timeout=15000")
    if busy:
        raise Busy


def upsert(model: type[Base]) -> Any:
    """An insert that can say what happens when the row is there already (``on_conflict_do_...``)."""
    return (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(model)


def insert_new(model: type[Base]) -> Any:
    """An insert that leaves a row alone when it is there already."""
    return upsert(model).on_conflict_do_nothing()


class _Compiled(dict[Any, Any]):
    """What the library keeps of one statement on one engine.

    Its keys are (dialect, all there is in the statement, names of the values, and two flags of the execution). Hashing
    the second anew for every page took 0.7 ms; it is the same for one statement.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[2:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[2:], value)


kept: WeakKeyDictionary[Engine, WeakKeyDictionary[Any, _Compiled]] = WeakKeyDictionary()


def read(statement: Any, given: Mapping[str, Any]) -> Result[Any]:
    """Rows of plain columns, without the session's work for objects: a third quicker, and pages read many.

    ``statement`` is one that was built once.
    """
    connection = db.session.connection()
    compiled = kept.setdefault(connection.engine, WeakKeyDictionary()).setdefault(statement, _Compiled())
    return connection.execute(statement, given, execution_options={"compiled_cache": compiled})


def write(statement: Any, given: Mapping[str, Any]) -> None:
    """Change rows inside the running action, likewise; what its objects are to become is not written before."""
    read(statement, given)
