"""Cases of the corpus, in Chromium and in fetcher: no difference but those that are kept with a reason. Every fourth
one here, which takes some minutes, and each day the next ones, so that four days see all. ``make chromium`` or
FETCHER_CORPUS=all loads all of them, FETCHER_CORPUS=2 the third quarter (the report says which it was)."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from tests.end_to_end.chromium.case import Case
from tests.end_to_end.chromium.collected import chosen
from tests.end_to_end.chromium.corpus import report, run
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium


QUARTERS = 4


def share() -> list[tuple[str, Case]]:
    """Today's quarter, or what FETCHER_CORPUS says."""
    asked = os.environ.get("FETCHER_CORPUS") or str(datetime.now(UTC).toordinal() % QUARTERS)
    print(f"FETCHER_CORPUS={asked}")
    return chosen() if asked == "all" else chosen()[int(asked) :: QUARTERS]


async def test_the_same_requests_as_chromium() -> None:
    """The server heard the same requests, dressed alike, as often and as early. Of all cases there are, 99 of 100 are
    equal in everything."""
    try:
        result = await run(share())
    except Missing as missing:
        require_or_skip("chromium", missing)
        raise
    told = report(result)
    print(told)
    assert result.unexplained == [], told
    assert result.stale == [], told
    run_now = {each.case.id for each in result.outcomes}
    differing = sum(not each.is_equal for each in result.outcomes)
    differing += sum(bool(case.kept) for _, case in chosen() if case.id not in run_now)
    assert differing <= 0.01 * len(chosen()), told
