"""Parton: an embedded PartiQL database with DynamoDB's tables.

    import parton

    db = parton.connect("music.db")            # a directory; nothing or ":memory:" for one in memory
    db.script("CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title))")
    db.table("songs").put(artist="Nina", title="Feeling Good", plays=3)
    for song in db.execute("SELECT * FROM songs WHERE artist = ?", ["Nina"]):
        print(song["title"], song["plays"])

It is a DB-API 2.0 module (PEP 249) as well: ``connect``, ``Connection.cursor()`` and the exceptions.
"""

from __future__ import annotations

import atexit as _atexit
import datetime as _datetime
import time as _time
from typing import Any

from . import _parton
from .connection import Connection, Cursor, Transaction, connect
from .errors import (
    Cancelled,
    Conflict,
    ConditionFailed,
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotFound,
    NotSupportedError,
    OperationalError,
    Position,
    ProgrammingError,
    Warning,
)
from .feed import Change, Feed
from .table import Table
from .values import MISSING, Months

__version__: str = _parton.version

# PEP 249.
apilevel = "2.0"
threadsafety = 2  # threads may share the module and connections
paramstyle = "qmark"  # and :name with a mapping

Date = _datetime.date
Time = _datetime.time
Timestamp = _datetime.datetime
Binary = bytes


def DateFromTicks(ticks: float) -> _datetime.date:
    """The date of seconds since 1970, in local time."""
    return Date(*_time.localtime(ticks)[:3])


def TimeFromTicks(ticks: float) -> _datetime.time:
    """The time of day of seconds since 1970, in local time."""
    return Time(*_time.localtime(ticks)[3:6])


def TimestampFromTicks(ticks: float) -> _datetime.datetime:
    """The date and time of seconds since 1970, in local time."""
    return Timestamp(*_time.localtime(ticks)[:6])


class _TypeObject:
    """PEP 249's type objects. A column of Parton may hold any type, so descriptions have None as type code."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"parton.{self.name}"


STRING = _TypeObject("STRING")
BINARY = _TypeObject("BINARY")
NUMBER = _TypeObject("NUMBER")
DATETIME = _TypeObject("DATETIME")
ROWID = _TypeObject("ROWID")


def literal(value: Any) -> str:
    """The PartiQL literal of a value: ``{'a': [1, 2.50]}``."""
    return _parton.to_literal(value)


# Engine threads must not call Python when it ends.
_atexit.register(_parton.close_all)

__all__ = [
    "BINARY",
    "Binary",
    "Cancelled",
    "Change",
    "ConditionFailed",
    "Conflict",
    "Connection",
    "Cursor",
    "DATETIME",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "Feed",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "MISSING",
    "Months",
    "NUMBER",
    "NotFound",
    "NotSupportedError",
    "OperationalError",
    "Position",
    "ProgrammingError",
    "ROWID",
    "STRING",
    "Table",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Transaction",
    "Warning",
    "apilevel",
    "connect",
    "literal",
    "paramstyle",
    "threadsafety",
]
