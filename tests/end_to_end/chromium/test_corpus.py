"""Every case of the corpus, in Chromium and in fetcher: no difference but those that are kept with a reason."""

from __future__ import annotations

import pytest

from tests.end_to_end.chromium.collected import chosen
from tests.end_to_end.chromium.corpus import report, run
from tests.support.servers import Missing, require_or_skip

pytestmark = pytest.mark.chromium


async def test_the_same_requests_as_chromium() -> None:
    """The server heard the same requests, dressed alike, as often and as early; at least 99 of 100 cases are equal."""
    try:
        result = await run(chosen())
    except Missing as missing:
        require_or_skip("chromium", missing)
        raise
    told = report(result)
    print(told)
    assert result.unexplained == [], told
    assert result.stale == [], told
    assert sum(not each.lines for each in result.outcomes) >= 0.99 * len(result.outcomes), told
