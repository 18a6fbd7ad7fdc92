"""What the rules of delivery share: which interim responses are the navigation's, and how they are quoted."""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.audits.finding import Quote
from fetcher.record.page_load import Hint, InterimResponse, PageLoad, RequestRecord
from fetcher.terms import Fields, ProfileName, field_value

FAMILY = "delivery"

BROWSERS = (ProfileName.CHROMIUM, ProfileName.FIREFOX, ProfileName.SAFARI)


def all_browsers(does: str) -> tuple[tuple[ProfileName, str], ...]:
    """Each browser with the same sentence."""
    return tuple((name, does) for name in BROWSERS)


def of_the_navigation(load: PageLoad) -> tuple[InterimResponse, ...]:
    """Every 1xx of the navigation, those before a redirect too, in order."""
    return tuple(one for one in load.interim if one.request in load.navigations)


def link_of(fields: Fields, where: str = "103") -> Quote | None:
    """The Link field as it was sent, its lines joined; None without one."""
    value = field_value(fields, "link")
    return Quote(value, "link", 0, where) if value is not None else None


def size_of(fields: Fields) -> int:
    """Bytes of names and values, before HTTP/2 makes them smaller."""
    return sum(len(name) + len(value) for name, value in fields)


def hinted_by(load: PageLoad, interims: Sequence[InterimResponse]) -> tuple[RequestRecord, ...]:
    """The requests that the links of ``interims`` made."""
    ids = {one.id for one in interims}
    hints: list[Hint] = [hint for hint in load.hints if hint.interim in ids and hint.acted]
    return tuple(load.requests[hint.request] for hint in hints if hint.request is not None)


def transferred(requests: Sequence[RequestRecord]) -> int | None:
    """Content bytes of ``requests`` together, None where none is known."""
    known = [one.sizes.transferred for one in requests if one.sizes.transferred is not None]
    return sum(known) if known else None


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 link", "3 links"."""
    return f"{number} {one if number == 1 else many or one + 's'}"
