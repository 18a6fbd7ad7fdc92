"""What a real Chromium requests for real documents, we request too, and nothing else (all 500 documents: ``python -m
tests.end_to_end.chromium.documents``, or FETCHER_DOCUMENTS=500 here)."""

from __future__ import annotations

import os

import pytest

from tests.end_to_end.chromium.documents import HINTS, choose, compare, report
from tests.support.chromium import executable
from tests.support.servers import Missing, require, require_or_skip

pytestmark = pytest.mark.chromium

COUNT = int(os.environ.get("FETCHER_DOCUMENTS", "40"))


def test_the_same_requests_as_chromium() -> None:
    """The server's log has the same URLs equally often for both, but for differences whose reason is known."""
    try:
        require("apache2")
        executable()
        documents = choose(COUNT)
    except Missing as missing:
        require_or_skip("apache2", missing)
        raise
    found = compare(documents)
    print(report(found))
    assert not found.failures
    assert [each for each in found.differences if each.reason is None] == []
    hinting = sum(bool(HINTS[each.path.split("/")[1]]) for each in documents)
    assert found.with_a_103 == hinting
    assert found.hinted >= hinting
