"""Cases of the corpus, in Chromium and in fetcher: no difference but those that are kept with a reason. Every fourth
one here, which takes some minutes; all of them: ``make chromium``, or FETCHER_CORPUS=all here."""

from __future__ import annotations

import os

import pytest

from tests.end_to_end.chromium.collected import chosen
from tests.end_to_end.chromium.corpus import report, run
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium


async def test_the_same_requests_as_chromium() -> None:
    """The server heard the same requests, dressed alike, as often and as early; 99 of 100 cases are quite equal."""
    try:
        result = await run(chosen()[:: 1 if os.environ.get("FETCHER_CORPUS") == "all" else 4])
    except Missing as missing:
        require_or_skip("chromium", missing)
        raise
    told = report(result)
    print(told)
    assert result.unexplained == [], told
    assert result.stale == [], told
    assert sum(not each.lines for each in result.outcomes) >= 0.99 * len(result.outcomes), told
