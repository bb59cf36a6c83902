"""Change feeds as iterators."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Iterator, List, NamedTuple, Optional, Union

from . import _parton

if TYPE_CHECKING:
    from .connection import Connection


class Change(NamedTuple):
    """One changed item. What the table's stream does not record is None."""

    event: str  #: INSERT, MODIFY or REMOVE
    keys: Any
    new: Any
    old: Any
    sequence: int  #: grows; a table's numbers have gaps
    created: float  #: seconds since 1970
    by_ttl: bool  #: removed because it had expired

    @property
    def time(self) -> datetime.datetime:
        """When it happened, in UTC."""
        return datetime.datetime.fromtimestamp(self.created, datetime.timezone.utc)


class Feed:
    """Iterates over changes as they are committed. One thread at a time, but for ``stop``."""

    def __init__(
        self, connection: "Connection", table: str, start: Union[str, int], consumer: str, timeout: Optional[float]
    ) -> None:
        word, number = ("after", start) if isinstance(start, int) else (start, 0)
        self._feed = _parton.Feed(connection._link, table, word, number, consumer)
        self._consumer = consumer
        self.timeout = timeout

    def __iter__(self) -> Iterator[Change]:
        # One by one for a consumer: acknowledge() is for all that was read.
        for batch in self.batches(1 if self._consumer else 100):
            yield from batch

    def batches(self, size: int = 100) -> Iterator[List[Change]]:
        """Lists of changes, as many as there are, at most ``size``; acknowledge() is for all that were given."""
        while True:
            changes = self.wait(size, self.timeout)
            if not changes:
                return
            yield changes

    def read(self, limit: int = 100) -> List[Change]:
        """The changes that are there now, at most ``limit``."""
        return [Change(*c) for c in self._feed.read(limit, 0.0)]

    def wait(self, limit: int = 100, timeout: Optional[float] = None) -> List[Change]:
        """The same, but waits for the first; empty after ``timeout`` seconds and after stop()."""
        seconds = -1.0 if timeout is None else max(timeout, 0.0)
        return [Change(*c) for c in self._feed.read(limit, seconds)]

    def acknowledge(self, transaction: Optional["Connection"] = None) -> None:
        """Keeps the position of a named consumer; with a connection, in the transaction that it has open."""
        self._feed.acknowledge(None if transaction is None else transaction._link)

    def seek(self, start: Union[str, int]) -> None:
        """Goes to "latest", "beginning", or behind the change of a number."""
        if isinstance(start, int):
            self._feed.seek("after", start)
        else:
            self._feed.seek(start, 0)

    def forget(self) -> None:
        """Forgets the stored position of the consumer."""
        self._feed.forget()

    @property
    def position(self) -> int:
        """The number of the last change that was read."""
        return self._feed.position

    def stop(self) -> None:
        """Ends the iteration, from any thread."""
        self._feed.stop()

    def close(self) -> None:
        """Ends the feed."""
        self._feed.close()

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()
