"""Values that Python has no type for."""

from __future__ import annotations

from typing import Any


class MissingType:
    """The type of ``parton.MISSING``: what an attribute is that is not there. NULL is ``None``."""

    __slots__ = ()
    _only: "MissingType | None" = None

    def __new__(cls) -> "MissingType":
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "MISSING"

    def __copy__(self) -> "MissingType":
        return self

    def __deepcopy__(self, memo: Any) -> "MissingType":
        return self


MISSING = MissingType()


class Months:
    """An INTERVAL of years and months, which is no number of days: ``Months(14)`` is a year and two months."""

    __slots__ = ("months",)
    months: int

    def __init__(self, months: int) -> None:
        self.months = int(months)

    def __repr__(self) -> str:
        return f"Months({self.months})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Months) and other.months == self.months

    def __hash__(self) -> int:
        return hash((Months, self.months))
