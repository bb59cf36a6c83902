"""The exceptions of PEP 249, each with DynamoDB's name of the error, its position in the statement and a hint."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence


class Position(NamedTuple):
    """Where in the statement: line and column count from 1, in characters; offset and length are bytes of UTF-8."""

    line: int
    column: int
    offset: int
    length: int


class Warning(Exception):  # noqa: A001, the PEP's name
    """Not raised; PEP 249 asks for it. Notices of a statement are in ``Cursor.notices``."""


class Error(Exception):
    """All errors of Parton."""

    code: str = ""  #: DynamoDB's name: "ValidationException", "ConditionalCheckFailedException", ...
    hint: str = ""  #: what to do about it; may be empty
    position: Optional[Position] = None  #: where in the statement, if it is about a place in it
    reasons: Sequence[Optional["Error"]] = ()  #: of a cancelled transaction: one for each statement
    retryable: bool = False  #: the same call may succeed later

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        if hint:
            self.hint = hint

    def __str__(self) -> str:
        text = self.message
        if self.position is not None:
            text += f" (line {self.position.line}, column {self.position.column})"
        if self.hint:
            text += f"\nhint: {self.hint}"
        return text


class InterfaceError(Error):
    """Wrong use of the interface: a closed connection, for one."""


class DatabaseError(Error):
    """Errors of the database."""


class DataError(DatabaseError):
    """A value that does not fit: out of range, of the wrong type."""


class OperationalError(DatabaseError):
    """Not the program's fault: files, memory, throttling, a statement that was stopped."""


class IntegrityError(DatabaseError):
    """A condition or a key forbids it."""


class InternalError(DatabaseError):
    """A bug in Parton."""


class ProgrammingError(DatabaseError):
    """A statement that is wrong, a table that is not there."""


class NotSupportedError(DatabaseError):
    """Something Parton does not do."""


class NotFound(ProgrammingError):
    """No such table or index."""


class ConditionFailed(IntegrityError):
    """The condition of a write was false. ``item`` is what was there, for writes by ``Table``."""

    item: object = None


class Conflict(OperationalError):
    """Another transaction has changed what this one read: run it again, as ``Connection.run`` does."""


class Cancelled(OperationalError):
    """The statement was stopped by ``cancel()``."""


# In the order of parton::StatusCode.
_CLASSES: Sequence[type] = (
    Error,  # OK
    ProgrammingError,  # syntax
    ProgrammingError,  # validation
    DataError,  # type mismatch
    NotFound,
    ProgrammingError,  # in use
    ConditionFailed,
    IntegrityError,  # duplicate item
    IntegrityError,  # transaction cancelled
    Conflict,
    ProgrammingError,  # idempotent mismatch
    OperationalError,  # limit exceeded
    OperationalError,  # throttled
    OperationalError,  # trimmed
    Cancelled,
    OperationalError,  # timed out
    ProgrammingError,  # scan denied
    NotSupportedError,
    OperationalError,  # read only
    DatabaseError,  # corruption
    OperationalError,  # I/O
    OperationalError,  # locked
    OperationalError,  # open failed
    OperationalError,  # out of memory
    InternalError,
)


def from_status(
    number: int,
    code: str,
    message: str,
    hint: str,
    position: Optional[tuple],
    reasons: Sequence[Optional[Error]],
    retryable: bool,
) -> Error:
    """The exception of an error of the engine."""
    error: Error = _CLASSES[number](message)
    error.code = code
    error.hint = hint
    error.position = Position(*position) if position is not None else None
    error.reasons = tuple(reasons)
    error.retryable = retryable
    return error
