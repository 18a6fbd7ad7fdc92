"""How wide a phone lays a page out: each row asked of Chromium 156 (the corpus has them, and what was asked for)."""

from __future__ import annotations

import pytest

from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.meta import UNSAID, parse

PHONE = Screen(412.0, 823.0, 1.75, mobile=True)
ROWS = (
    ("", 980, 412),
    ("width=device-width", 412, 412),
    ("width=500", 500, 500),
    ("initial-scale=0.5", 824, 824),
    ("initial-scale=2", 206, 206),
    ("width=device-width, initial-scale=2", 412, 412),
    ("user-scalable=no", 980, 412),
    ("width=300,initial-scale=1", 412, 412),
    ("width=600px", 600, 600),
    ("width=0", 1, 1),
    ("width=-5", 980, 412),
    ("width=x", 980, 412),
    ("width=20000", 10000, 10000),
    ("maximum-scale=1", 980, 412),
    ("maximum-scale=0.3", 1373, 1373),
    ("minimum-scale=2", 980, 412),
    ("width=300,minimum-scale=0.5,initial-scale=0.2", 824, 824),
    ("width==500", 500, 500),
    ("width=device-height", 823, 823),
    ("initial-scale=x", 4120, 4120),
    ("width:500", 980, 412),
    ("width=500 initial-scale=1", 500, 500),
    ("WIDTH = Device-Width ; x=1", 412, 412),
)


@pytest.mark.parametrize(("content", "width", "ahead"), ROWS, ids=[row[0] for row in ROWS])
def test_row(content: str, width: int, ahead: int) -> None:
    """The width for parser and style sheets, and what the preload scanner takes the page for."""
    layout = parse(content)
    assert layout.on(PHONE).width == width
    assert layout.on(PHONE, ahead=True).width == ahead


def test_the_height_keeps_its_share() -> None:
    assert (UNSAID.on(PHONE).height, parse("width=300").on(PHONE).height) == (1957, 599)
