"""What a record shows of itself."""

from __future__ import annotations

import pytest

from fetcher.record import PageLoad
from tests.support.loads import failed, many, shop


@pytest.mark.parametrize("load", [shop(), failed(), many(500)], ids=["shop", "failed", "many"])
def test_a_load_is_one_line(load: PageLoad) -> None:
    """In a prompt, a traceback or a log a load says what it is of and how it ended, however large it is."""
    text = repr(load)
    assert len(text) < 120
    assert load.url.partition("?")[0] in text
    assert load.outcome in text
    assert f"{len(load.requests)} requests" in text
