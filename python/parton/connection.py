"""Connections, cursors and transactions."""

from __future__ import annotations

import functools
import os
import random
import re
import time
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from . import _parton, errors
from .feed import Feed
from .table import Table
from .values import MISSING

if TYPE_CHECKING:
    import numpy
    import pandas

Parameters = Union[Sequence[Any], Mapping[str, Any], None]
F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

# Statements that do not belong to a transaction that is begun for them.
_NO_TRANSACTION = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|SHOW|EXPLAIN|"
    r"CREATE|DROP|ALTER|ANALYZE|ADVISE|DESCRIBE|COPY|IMPORT|EXPORT|BACKUP|RESTORE|ADVANCE|CHECK|COMPACT|USE)\b",
    re.IGNORECASE | re.DOTALL,
)


def connect(
    database: Union[str, "os.PathLike[str]"] = ":memory:",
    *,
    autocommit: bool = True,
    read_only: bool = False,
    create: bool = True,
    durable: bool = True,
    boto3_numbers: bool = False,
    files: Optional[Iterable[Union[str, "os.PathLike[str]"]]] = None,
    threads: int = 0,
    cache_bytes: int = 256 << 20,
    memory_limit: int = 1 << 30,
    throttle: bool = False,
    background: bool = True,
) -> "Connection":
    """Opens a database and gives a connection to it.

    ``database`` is a directory, made if absent, or ":memory:". Connections of one process to one path share the
    database, which another process cannot open meanwhile; the options count for the first of them. The last
    connection that is closed closes it.

    autocommit      off: a transaction is begun by itself, as PEP 249 has it, and ends with commit() or rollback()
    durable         off: commits are not synced to disk
    boto3_numbers   numbers are read as Decimal, and float is refused, as boto3 does it
    files           the directories whose files statements may read; None: whatever the process may
    """
    link = _parton.Link.open(
        os.fspath(database),
        read_only=read_only,
        create=create,
        durable=durable,
        boto3_numbers=boto3_numbers,
        files=None if files is None else [os.fspath(f) for f in files],
        threads=threads,
        cache_bytes=cache_bytes,
        memory_limit=memory_limit,
        throttle=throttle,
        background=background,
    )
    return Connection(link, autocommit)


class Cursor(_parton.Cursor):
    """The rows of a statement, as they come.

    ``Connection.execute`` gives one whose rows are values: dicts, mostly. ``Connection.cursor`` gives one of PEP 249,
    whose rows are tuples; where a statement names no columns (``SELECT *``) a tuple has the whole item in it.
    """

    arraysize = 1

    def __init__(self, connection: "Connection", tuples: bool = True) -> None:
        _parton.Cursor.__init__(self, connection._link, tuples)
        self.connection = connection
        self._tuples = tuples
        if not connection.autocommit:
            self.execute = self._execute_in_transaction  # type: ignore[assignment]

    def _execute_in_transaction(self, statement: str, parameters: Parameters = None) -> "Cursor":
        self.connection._begin_for(statement)
        return _parton.Cursor.execute(self, statement, parameters)  # type: ignore[return-value]

    def executemany(self, statement: str, parameters: Iterable[Parameters]) -> "Cursor":
        """Runs the statement for each of the parameters, all in one transaction."""
        done = 0
        if not self.connection.autocommit:
            self.connection._begin_for(statement)
        with self.connection.transaction():
            for each in parameters:
                self.execute(statement, each)
                if self.has_rows:
                    raise errors.ProgrammingError("executemany is for statements that give no rows")
                done += max(self.rowcount, 0)
        self.set_rowcount(done)
        return self

    @property
    def description(self) -> Optional[List[Tuple[Any, ...]]]:
        """A 7-tuple for each column, of which only the name is known; None if there are no rows."""
        if not self.has_rows:
            return None
        return [(name, None, None, None, None, None, None) for name in (self.columns or ["value"])]

    def fetchmany(self, size: Optional[int] = None) -> List[Any]:
        """The next ``size`` rows, or ``arraysize`` of them."""
        return self.fetch(self.arraysize if size is None else size)

    def setinputsizes(self, sizes: Any) -> None:
        """Does nothing; PEP 249 asks for it."""

    def setoutputsize(self, size: Any, column: Optional[int] = None) -> None:
        """Does nothing; PEP 249 asks for it."""

    def arrays(self) -> "dict[str, numpy.ndarray[Any, Any]]":
        """The remaining rows as arrays of numpy, by name of the attribute.

        Integers of 64 bits are int64, FLOAT is float64, and so are integers with absent values among them, which are
        NaN; BOOL is bool. All else is an array of objects, in which MISSING and NULL are None.
        """
        import numpy

        columns = self._columns()
        out = {}
        for name, (kind, data) in columns.items():
            if kind == "O":
                out[name] = numpy.empty(len(data), dtype=object)
                for at, value in enumerate(data):
                    out[name][at] = value
            else:
                out[name] = numpy.frombuffer(data, dtype=kind)
        return out

    def df(self) -> "pandas.DataFrame":
        """The remaining rows as a DataFrame of pandas, with the types of ``arrays``."""
        import numpy
        import pandas

        columns = self._columns()
        data = {}
        for name, (kind, values) in columns.items():
            data[name] = values if kind == "O" else numpy.frombuffer(values, dtype=kind)
        return pandas.DataFrame(data, columns=list(data))

    def _columns(self) -> "dict[str, Tuple[str, Any]]":
        columns = self.fetch_columns()
        if isinstance(columns, list):
            return {"value": ("O", [None if value is MISSING else value for value in columns])}
        return columns

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


_parton.seal(Cursor)


class Connection:
    """A connection to a database. Threads may share it: calls take turns.

    As context manager it closes itself at the end.
    """

    # PEP 249's extension.
    Warning = errors.Warning
    Error = errors.Error
    InterfaceError = errors.InterfaceError
    DatabaseError = errors.DatabaseError
    DataError = errors.DataError
    OperationalError = errors.OperationalError
    IntegrityError = errors.IntegrityError
    InternalError = errors.InternalError
    ProgrammingError = errors.ProgrammingError
    NotSupportedError = errors.NotSupportedError

    def __init__(self, link: _parton.Link, autocommit: bool) -> None:
        self._link = link
        self.autocommit = autocommit
        self._depth = 0

    # ---- Statements

    def execute(self, statement: str, parameters: Parameters = None) -> Cursor:
        """Runs one statement; its rows are dicts, or other values for SELECT VALUE.

        Parameters: a sequence for ``?``, a mapping for ``:name``.
        """
        return Cursor(self, False).execute(statement, parameters)  # type: ignore[return-value]

    def executemany(self, statement: str, parameters: Iterable[Parameters]) -> Cursor:
        """Runs the statement for each of the parameters, all in one transaction."""
        return Cursor(self, False).executemany(statement, parameters)

    def script(self, text: str) -> None:
        """Runs all statements of a script; stops at the first error."""
        self._link.script(text)

    def cursor(self) -> Cursor:
        """A cursor of PEP 249: its rows are tuples."""
        self._check_open()
        return Cursor(self, True)

    def value(self, statement: str, parameters: Parameters = None) -> Any:
        """The value of an expression, or of the first row's first attribute; None without a row."""
        row = self.execute(statement, parameters).fetchone()
        if isinstance(row, dict):
            return next(iter(row.values()), MISSING)
        return row

    def cancel(self) -> None:
        """Ends the statement that runs now on this connection, with Cancelled. From any thread."""
        self._link.cancel()

    # ---- Tables

    def table(self, name: str) -> Table:
        """A table as an object: get, put, update, delete, query, scan."""
        return Table(self, name)

    def tables(self) -> List[str]:
        """The names of all tables."""
        return self._link.table_names()

    def feed(
        self,
        table: str,
        *,
        start: Union[str, int] = "latest",
        consumer: str = "",
        timeout: Optional[float] = None,
    ) -> Feed:
        """What happens to the items of a table with a stream, as an iterator of changes.

        start      "latest", "beginning", or the number of a change to start after
        consumer   a name, whose position is kept in the database by ``Feed.acknowledge``
        timeout    seconds without a change after which iteration ends; None: it waits
        """
        return Feed(self, table, start, consumer, timeout)

    # ---- Settings, functions

    def set(self, name: str, value: Any) -> None:
        """Sets a setting of this connection."""
        self._link.set(name, value)

    def setting(self, name: str) -> Any:
        """What a setting is."""
        return self._link.setting(name)

    def create_function(
        self,
        name: str,
        function: Callable[..., Any],
        arguments: Union[int, Tuple[int, int]] = -1,
        *,
        deterministic: bool = False,
        absent: bool = False,
        doc: str = "",
    ) -> None:
        """Makes ``function`` one that statements of this database call, on any thread, in place of one of that name.

        arguments       how many it takes: a number, (least, most), or -1 for any
        deterministic   the same arguments always give the same value
        absent          it is called with None and MISSING too; else they give None and MISSING by themselves
        """
        least, most = arguments if isinstance(arguments, tuple) else (max(arguments, 0), arguments)
        self._remove_quietly(name)
        text = doc or (function.__doc__ or "").strip().split("\n")[0]
        _parton.add_function(self._link, name, function, least, most, deterministic, absent, text)

    def create_aggregate(self, name: str, factory: Callable[[], Any], *, doc: str = "") -> None:
        """Makes an aggregate of a class with ``step(value)`` and ``finish()``.

        With ``merge(other)`` too, scans on several threads each have an object of their own; without, the values are
        kept and given to one object at the end.
        """
        self._remove_quietly(name)
        text = doc or (factory.__doc__ or "").strip().split("\n")[0]
        _parton.add_aggregate(self._link, name, factory, text)

    def remove_function(self, name: str) -> None:
        """Takes a function or an aggregate back."""
        _parton.remove_function(self._link, name)

    def _remove_quietly(self, name: str) -> None:
        try:
            _parton.remove_function(self._link, name)
        except errors.NotFound:
            pass

    # ---- Transactions

    def transaction(self, *, attempts: int = 30) -> "Transaction":
        """``with db.transaction():`` commits what is done in it, or rolls it back if it raises.

        As a decorator, ``@db.transaction()``, it runs a function so, and again after a Conflict. Inside another
        transaction it is a savepoint.
        """
        return Transaction(self, attempts)

    def run(self, body: Callable[..., T], *arguments: Any, attempts: int = 30, **named: Any) -> T:
        """Calls ``body`` in a transaction, and again with all it does as often as others are in its way."""
        if self.in_transaction:
            with self.transaction():
                return body(*arguments, **named)
        wait = 0.0002
        for attempt in range(attempts):
            try:
                with self.transaction():
                    return body(*arguments, **named)
            except errors.Conflict:
                if attempt == attempts - 1:
                    raise
            time.sleep(random.uniform(0, wait))
            wait = min(wait * 2, 0.05)
        raise ValueError("attempts must be at least 1")

    @property
    def in_transaction(self) -> bool:
        """True from the start of a transaction to its end."""
        return self._link.in_transaction

    def begin(self) -> None:
        """Begins a transaction."""
        self._link.begin()

    def commit(self) -> None:
        """Commits the transaction, if there is one."""
        if self._link.in_transaction:
            self._link.commit()

    def rollback(self) -> None:
        """Rolls the transaction back, if there is one."""
        if self._link.in_transaction:
            self._link.rollback()

    def _begin_for(self, statement: str) -> None:
        if not self._link.in_transaction and not _NO_TRANSACTION.match(statement):
            self._link.begin()

    # ---- Lifetime

    def connect(self) -> "Connection":
        """Another connection to the same database, for another thread or another transaction."""
        return Connection(self._link.clone(), self.autocommit)

    def close(self) -> None:
        """Ends the connection; a transaction that is open is rolled back. Twice does nothing."""
        self._link.close()

    @property
    def closed(self) -> bool:
        """True after close()."""
        return self._link.closed

    @property
    def path(self) -> str:
        """The database's directory, or ":memory:"."""
        return self._link.path()

    def check(self) -> List[str]:
        """Everything that is wrong with the stored data; empty if it is sound."""
        return self._link.check()

    def settle(self) -> None:
        """Does now what else goes on in the background: triggers, expiry, trimming of change feeds."""
        self._link.settle()

    def _check_open(self) -> None:
        if self._link.closed:
            raise errors.InterfaceError("the connection is closed")

    def __enter__(self) -> "Connection":
        self._check_open()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<parton.Connection, closed>" if self.closed else f"<parton.Connection to {self.path!r}>"


class Transaction:
    """What ``Connection.transaction`` gives."""

    def __init__(self, connection: Connection, attempts: int) -> None:
        self._connection = connection
        self._attempts = attempts
        self._savepoint: Optional[str] = None

    def __enter__(self) -> "Transaction":
        link = self._connection._link
        if link.in_transaction:
            self._savepoint = f"parton_{self._connection._depth}"
            link.savepoint(self._savepoint)
        else:
            self._savepoint = None
            link.begin()
        self._connection._depth += 1
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._connection._depth -= 1
        link = self._connection._link
        # The body may have ended it itself.
        if link.closed or not link.in_transaction:
            return
        if self._savepoint is None:
            if kind is None:
                link.commit()
            else:
                link.rollback()
            return
        if kind is not None:
            link.rollback_to(self._savepoint)
        link.release(self._savepoint)

    def rollback(self) -> None:
        """Takes back what was done, and goes on: the end of the block commits what follows."""
        link = self._connection._link
        if self._savepoint is None:
            link.rollback()
            link.begin()
        else:
            link.rollback_to(self._savepoint)

    def __call__(self, body: F) -> F:
        @functools.wraps(body)
        def run(*arguments: Any, **named: Any) -> Any:
            return self._connection.run(body, *arguments, attempts=self._attempts, **named)

        return run  # type: ignore[return-value]
