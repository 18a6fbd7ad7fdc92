"""What the rules of delivery share: which interim responses are the navigation's, and what they made the page fetch."""

from __future__ import annotations

from collections.abc import Sequence

from fetcher.record.page_load import InterimResponse, PageLoad, RequestRecord

FAMILY = "delivery"


def of_the_navigation(load: PageLoad) -> tuple[InterimResponse, ...]:
    """Every 1xx of the navigation, those before a redirect too, in order."""
    return tuple(one for one in load.interim if one.request in load.navigations)


def hinted_by(load: PageLoad, interims: Sequence[InterimResponse]) -> tuple[RequestRecord, ...]:
    """The requests that the links of ``interims`` made."""
    ids = {one.id for one in interims}
    made = (hint.request for hint in load.hints if hint.interim in ids and hint.acted)
    return tuple(load.requests[request] for request in made if request is not None)


def transferred(requests: Sequence[RequestRecord]) -> int | None:
    """Content bytes of ``requests`` together, None where none is known."""
    known = [one.sizes.transferred for one in requests if one.sizes.transferred is not None]
    return sum(known) if known else None
