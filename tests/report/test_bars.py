"""Times to cells: which phase a cell shows, and where the round instants are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.record import ConnectionRecord, RequestRecord
from fetcher.report.bars import Phase, Scale, Span, paint, setup, spans
from fetcher.terms import Destination, InitiatorKind
from tests.support.loads import connection, request

OPENED = connection(0, "shop.test", (10.0, 20.0, 40.0, 40.0, 60.0))


def sent(timing: tuple[float | None, ...], **more: object) -> RequestRecord:
    return replace(request(0, "/a", Destination.IMAGE, InitiatorKind.PRELOAD_SCAN, timing, 10), **more)  # type: ignore[arg-type]


def glyphs(
    record: RequestRecord, opened: ConnectionRecord | None = None, *, end: float = 100.0, width: int = 10
) -> str:
    row = paint(spans(record, opened, None), Scale(end, width))
    return "".join(cell[0] if cell else " " for cell in row)


BARS = [
    ("all phases", sent((0.0, 60.0, 80.0, 100.0)), OPENED, "·┄╌╌══░░██"),
    ("reused connection", sent((10.0, 30.0, 50.0, 70.0)), None, " ··░░██   "),
    ("too short for a cell", sent((52.0, 52.1, 52.2, 52.3)), None, "     █    "),
    ("an empty response", sent((0.0, 0.0, 100.0, 100.0)), None, "░░░░░░░░░█"),
    (
        "failed while waiting",
        sent((0.0, 20.0), outcome="stream-reset", times=replace(sent((0.0, 20.0)).times, failed_at=60.0)),
        None,
        "··░░░░    ",
    ),
    ("failed at an unknown time", sent((0.0, 20.0), outcome="stream-reset"), None, "··        "),
    ("never sent", sent((30.0,), outcome="canceled"), None, "   ·      "),
    ("read from a cache", replace(sent((20.0, None, 40.0, 40.0)), cache_source="http-cache"), None, "  ▒▒      "),
    ("read from a cache at once", replace(sent((20.0, None, 20.0, 20.0)), cache_source="disk"), None, "  ▒       "),
    ("canceled during setup", sent((30.0,), outcome="canceled"), OPENED, " ┄╌╌      "),
]


@pytest.mark.parametrize(("record", "opened", "expected"), [row[1:] for row in BARS], ids=[row[0] for row in BARS])
def test_phases_fill_their_cells(record: RequestRecord, opened: ConnectionRecord | None, expected: str) -> None:
    """Ten cells of ten milliseconds each."""
    assert glyphs(record, opened) == expected


def test_what_is_still_waited_for_lasts_until_the_load_was_over() -> None:
    """A request nothing ended is drawn to the load's end, when that is known."""
    pending = sent((0.0, 20.0))
    assert spans(pending, None, 80.0)[-1] == Span(20.0, 80.0, Phase.WAITING)


def test_a_phase_cut_short_is_the_last_one() -> None:
    """A connection refused during connect shows look-up and connect until it was given up, and no TLS."""
    refused = replace(OPENED, tcp_end=None, tls_start=None, connect_end=None, closed_at=33.0)
    assert setup(refused) == [Span(10.0, 20.0, Phase.LOOKUP), Span(20.0, 33.0, Phase.CONNECT)]


def test_a_group_shows_the_latest_phase_of_any() -> None:
    """In the union of many bars receiving wins over waiting, whichever comes first in the list."""
    union = [Span(0, 100, Phase.WAITING), Span(20, 40, Phase.RECEIVING), Span(0, 100, Phase.WAITING)]
    assert "".join(cell[0] if cell else " " for cell in paint(union, Scale(100, 10), group=True)) == "░░██░░░░░░"


@pytest.mark.parametrize(
    ("end", "width", "ticks"),
    [
        (452.1, 31, [0, 200, 400]),
        (452.1, 120, [0, 50, 100, 150, 200, 250, 300, 350, 400, 450]),
        (30_000.0, 40, [0, 10_000, 20_000, 30_000]),
        (0.9, 40, pytest.approx([0, 0.5])),
    ],
)
def test_ticks_are_round(end: float, width: int, ticks: list[float]) -> None:
    """Steps are 1, 2 or 5 times a power of ten, with room for a label each."""
    assert Scale(end, width).ticks() == ticks


@settings(deadline=None, derandomize=True)
@given(st.floats(0.001, 1e7), st.integers(20, 300))
def test_ticks_always_have_room(end: float, width: int) -> None:
    """At least the origin, never more than fit, all within the axis."""
    ticks = Scale(end, width).ticks()
    assert ticks[0] == 0
    assert len(ticks) <= width // 9 + 2
    assert ticks[-1] <= end * 1.000001
