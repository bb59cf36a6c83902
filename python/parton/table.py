"""Tables as objects: single items, queries and scans without statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from . import errors

if TYPE_CHECKING:
    from .connection import Connection

Item = Dict[str, Any]
Names = Optional[Mapping[str, str]]
Values = Optional[Mapping[str, Any]]

_BATCH = 25


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Table:
    """A table of a connection's database; it need not exist yet.

    Keys and items are given as a dict, as keywords, or both. Conditions, filters and updates are DynamoDB's
    expressions: ``values={":n": 5}`` has their constants and ``names={"#n": "name"}`` the names that are reserved words.
    In a transaction of the connection get, put, delete and query by keywords belong to it; what has an expression
    does not work there: use ``execute``.
    """

    def __init__(self, connection: "Connection", name: str) -> None:
        self._connection = connection
        self._link = connection._link
        self.name = name

    def __repr__(self) -> str:
        return f"<parton.Table {self.name!r}>"

    # ---- One item

    def get(
        self,
        key: Optional[Mapping[str, Any]] = None,
        *,
        projection: Optional[str] = None,
        names: Names = None,
        **attributes: Any,
    ) -> Optional[Item]:
        """The item of a key, or None."""
        key = _joined(key, attributes)
        if not self._link.in_transaction:
            return self._link.get_item(self.name, key, projection, False, names)
        self._no_expressions(projection)
        self._check_key(key)
        where, values = _equal(key)
        return self._connection.execute(f"SELECT * FROM {_quoted(self.name)} WHERE {where}", values).fetchone()

    def put(
        self,
        item: Optional[Mapping[str, Any]] = None,
        *,
        condition: Optional[str] = None,
        names: Names = None,
        values: Values = None,
        returning: str = "none",
        **attributes: Any,
    ) -> Optional[Item]:
        """Writes an item in place of the one of its key, which ``returning="all_old"`` gives."""
        item = _joined(item, attributes)
        if not self._link.in_transaction:
            return self._link.put_item(self.name, item, condition, names, values, returning)
        self._no_expressions(condition)
        old = None
        if returning == "all_old":
            names_of_key = self.key()
            old = self.get({name: item[name] for name in names_of_key if name in item})
        self._connection.execute(f"REPLACE INTO {_quoted(self.name)} VALUE ?", [item])
        return old

    def update(
        self,
        key: Optional[Mapping[str, Any]] = None,
        expression: Optional[str] = None,
        *,
        set: Optional[Mapping[str, Any]] = None,  # noqa: A002
        add: Optional[Mapping[str, Any]] = None,
        remove: Sequence[str] = (),
        condition: Optional[str] = None,
        names: Names = None,
        values: Values = None,
        returning: str = "none",
        **attributes: Any,
    ) -> Optional[Item]:
        """Changes the item of a key, and makes it if there is none.

        By an expression, ``update(key, "SET plays = plays + :n", values={":n": 1})``, or by attributes:
        ``set={"year": 1965}``, ``add={"plays": 1}`` (also elements to a set), ``remove=["draft"]``.
        ``returning``: none, all_old, updated_old, all_new, updated_new.
        """
        self._no_expressions("update")
        all_names = dict(names or {})
        all_values = dict(values or {})
        if set or add or remove:
            if expression is not None:
                raise errors.ProgrammingError("an expression, or set, add and remove; not both")
            expression = _update_expression(set or {}, add or {}, remove, all_names, all_values)
        return self._link.update_item(
            self.name,
            _joined(key, attributes),
            expression,
            condition,
            all_names or None,
            all_values or None,
            returning,
        )

    def delete(
        self,
        key: Optional[Mapping[str, Any]] = None,
        *,
        condition: Optional[str] = None,
        names: Names = None,
        values: Values = None,
        returning: str = "none",
        **attributes: Any,
    ) -> Optional[Item]:
        """Removes the item of a key, if there is one; ``returning="all_old"`` gives it."""
        key = _joined(key, attributes)
        if not self._link.in_transaction:
            return self._link.delete_item(self.name, key, condition, names, values, returning)
        self._no_expressions(condition)
        self._check_key(key)
        old = self.get(key) if returning == "all_old" else None
        where, constants = _equal(key)
        self._connection.execute(f"DELETE FROM {_quoted(self.name)} WHERE {where}", constants)
        return old

    # ---- Many items

    def query(
        self,
        key_condition: Optional[str] = None,
        *,
        index: Optional[str] = None,
        filter: Optional[str] = None,  # noqa: A002
        projection: Optional[str] = None,
        names: Names = None,
        values: Values = None,
        limit: Optional[int] = None,
        reverse: bool = False,
        **equal: Any,
    ) -> Iterator[Item]:
        """The items of a partition of the table or an index, in the order of the range key.

        ``query(artist="Nina")``, or ``query("artist = :a AND begins_with(title, :t)", values={...})``. They are read
        page by page; ``limit`` is how many are given.
        """
        if self._link.in_transaction:
            self._no_expressions(key_condition, filter, projection, index)
            where, constants = _equal(equal)
            order = ""
            key = self.key()
            if len(key) > 1:
                order = f" ORDER BY {_quoted(key[1])}" + (" DESC" if reverse else "")
            tail = "" if limit is None else f" LIMIT {int(limit)}"
            yield from self._connection.execute(
                f"SELECT * FROM {_quoted(self.name)} WHERE {where}{order}{tail}", constants
            )
            return
        all_names = dict(names or {})
        all_values = dict(values or {})
        parts = [] if key_condition is None else [key_condition]
        for number, (name, value) in enumerate(equal.items()):
            all_names[f"#parton_k{number}"] = name
            all_values[f":parton_k{number}"] = value
            parts.append(f"#parton_k{number} = :parton_k{number}")
        yield from self._pages(
            limit,
            lambda start, left: self._link.query_page(
                self.name,
                " AND ".join(parts),
                index,
                filter,
                projection,
                all_names or None,
                all_values or None,
                left if filter is None else None,
                not reverse,
                False,
                start,
            ),
        )

    def scan(
        self,
        *,
        index: Optional[str] = None,
        filter: Optional[str] = None,  # noqa: A002
        projection: Optional[str] = None,
        names: Names = None,
        values: Values = None,
        limit: Optional[int] = None,
    ) -> Iterator[Item]:
        """All items of the table or an index, page by page; ``limit`` is how many are given."""
        if self._link.in_transaction:
            self._no_expressions(filter, projection, index)
            tail = "" if limit is None else f" LIMIT {int(limit)}"
            yield from self._connection.execute(f"SELECT * FROM {_quoted(self.name)}{tail}")
            return
        yield from self._pages(
            limit,
            lambda start, left: self._link.scan_page(
                self.name,
                index,
                filter,
                projection,
                names,
                values,
                left if filter is None else None,
                False,
                start,
            ),
        )

    def __iter__(self) -> Iterator[Item]:
        return self.scan()

    def get_many(self, keys: Iterable[Mapping[str, Any]]) -> List[Optional[Item]]:
        """The items of many keys, None where there is none."""
        if self._link.in_transaction:
            return [self.get(key) for key in keys]
        wanted = list(keys)
        found: List[Optional[Item]] = []
        for at in range(0, len(wanted), 100):
            found += self._link.batch_get(self.name, wanted[at : at + 100])
        return found

    def put_many(self, items: Iterable[Mapping[str, Any]]) -> int:
        """Writes many items, 25 in a step; how many they were. Of two with one key in a step the last counts."""
        return self._write_many(items, put=True)

    def delete_many(self, keys: Iterable[Mapping[str, Any]]) -> int:
        """Removes the items of many keys, 25 in a step; how many keys they were."""
        return self._write_many(keys, put=False)

    def describe(self) -> Dict[str, Any]:
        """Key, types of key attributes, indexes, item count and size."""
        return self._link.describe(self.name)

    def key(self) -> List[str]:
        """The attributes of the primary key."""
        return self._link.key_attributes(self.name)

    # ---- How

    def _pages(self, limit: Optional[int], page: Any) -> Iterator[Item]:
        if limit is not None and limit < 1:
            return
        start = None
        left = limit
        while True:
            items, start = page(start, left)
            for item in items:
                yield item
                if left is not None:
                    left -= 1
                    if left == 0:
                        return
            if start is None:
                return

    def _write_many(self, entries: Iterable[Mapping[str, Any]], put: bool) -> int:
        count = 0
        step: Dict[Tuple[Any, ...], Mapping[str, Any]] = {}
        key = self.key()
        if not key:
            raise errors.NotFound(f"Requested resource not found: Table: {self.name} not found")
        for entry in entries:
            count += 1
            if self._link.in_transaction:
                self.put(entry) if put else self.delete(entry)
                continue
            step[tuple(entry.get(name) for name in key)] = entry
            if len(step) == _BATCH:
                self._write_step(list(step.values()), put)
                step.clear()
        if step:
            self._write_step(list(step.values()), put)
        return count

    def _write_step(self, entries: List[Mapping[str, Any]], put: bool) -> None:
        while entries:
            left = self._link.batch_write(self.name, entries if put else [], [] if put else entries)
            entries = [entries[position] for position in left]

    def _check_key(self, key: Mapping[str, Any]) -> None:
        if sorted(key) != sorted(self.key()):
            raise errors.ProgrammingError(f"the key of {self.name} is {', '.join(self.key())}")

    def _no_expressions(self, *expressions: Optional[str]) -> None:
        if self._link.in_transaction and any(e is not None for e in expressions):
            raise errors.ProgrammingError(
                "expressions are no part of a transaction", "run a statement: db.execute('UPDATE ...')"
            )


def _joined(given: Optional[Mapping[str, Any]], attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    if given is None:
        return attributes
    return {**given, **attributes} if attributes else given


def _equal(key: Mapping[str, Any]) -> Tuple[str, List[Any]]:
    return " AND ".join(f"{_quoted(name)} = ?" for name in key), list(key.values())


def _update_expression(
    set_: Mapping[str, Any],
    add: Mapping[str, Any],
    remove: Sequence[str],
    names: Dict[str, str],
    values: Dict[str, Any],
) -> str:
    def name_of(name: str) -> str:
        placeholder = f"#parton_u{len(names)}"
        names[placeholder] = name
        return placeholder

    def value_of(value: Any) -> str:
        placeholder = f":parton_u{len(values)}"
        values[placeholder] = value
        return placeholder

    clauses = []
    if set_:
        clauses.append("SET " + ", ".join(f"{name_of(n)} = {value_of(v)}" for n, v in set_.items()))
    if add:
        clauses.append("ADD " + ", ".join(f"{name_of(n)} {value_of(v)}" for n, v in add.items()))
    if remove:
        clauses.append("REMOVE " + ", ".join(name_of(n) for n in remove))
    return " ".join(clauses)
