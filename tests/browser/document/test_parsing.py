"""How far a document's parser has come: what it waits for, and what that may cost. ``connections.test_holding`` holds
what follows from it against Chromium."""

from __future__ import annotations

import tracemalloc

from fetcher.browser.document.parsing import Parsing
from fetcher.browser.fetches import FetchState
from tests.support.playbook import Playbook, script, sheet


def test_many_sheets_before_many_scripts_cost_no_more_than_themselves() -> None:
    """The same two URLs in thousands of elements: each script waits for every sheet before it, in memory that grows
    with the elements and not with their square."""
    play = Playbook()
    parsing, fetch = Parsing(), play.browser.state.fetches[0]
    elements = [each for _ in range(4_000) for each in (sheet("/a.css"), script("/b.js"))]
    tracemalloc.start()
    for each in elements:
        parsing.met(each, fetch, applies=True)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8_000_000
    parsing.body = True
    assert parsing.is_in_head
    fetch.state = FetchState.ENDED
    assert not parsing.is_in_head
