"""A field section as a read-only mapping for people; ``Response.fields`` stays the exact record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fetcher.terms import Fields, field_value, field_values


class Headers(Mapping[str, str]):
    """Names in any case; the values of a repeated field are joined with ", " as Fetch does (``all_of`` keeps them
    apart, which Set-Cookie needs)."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        value = field_value(self._fields, name.lower())
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._fields))

    def __len__(self) -> int:
        return len({name for name, _ in self._fields})

    def __repr__(self) -> str:
        return f"Headers({list(self._fields)!r})"

    def all_of(self, name: str) -> tuple[str, ...]:
        """Every value of ``name``, in order."""
        return tuple(field_values(self._fields, name.lower()))
