"""What rules of every family use to say what they found: quotes of whole fields, the same word for every browser."""

from __future__ import annotations

from fetcher.audits.finding import Quote
from fetcher.terms import Fields, ProfileName, field_value

BROWSERS = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)


def all_browsers(does: str) -> tuple[tuple[ProfileName, str], ...]:
    """Each browser with the same sentence."""
    return tuple((name, does) for name in BROWSERS)


def link_of(fields: Fields, where: str = "103") -> Quote | None:
    """The Link field as it was sent, its lines joined; None without one."""
    return field_of(fields, "link", where)


def field_of(fields: Fields, name: str, where: str) -> Quote | None:
    """A field (lower-case name) as it was sent, its lines joined; None without one."""
    value = field_value(fields, name)
    return Quote(value, name, 0, where) if value is not None else None


def size_of(fields: Fields) -> int:
    """Bytes of names and values, before HTTP/2 makes them smaller."""
    return sum(len(name) + len(value) for name, value in fields)


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 link", "3 links"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: list[str], most: int = 5) -> str:
    """The first few of ``names``, and how many more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
