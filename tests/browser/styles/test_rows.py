"""What style sheets ask for, row by row, against what Chromium 156 asked for (``tests/end_to_end/chromium``)."""

from __future__ import annotations

from tests.end_to_end.chromium.css_pages import KEPT, ROWS, ask_us, why_kept


def test_rows_are_as_in_chromium() -> None:
    """In virtual time; the few that differ have a reason each, and no reason outlives its difference."""
    differing = {html: (asked, ours) for html, asked in ROWS if (ours := ask_us(html)) != asked}
    unexplained = {html: both for html, both in differing.items() if why_kept(html) is None}
    assert unexplained == {}
    assert len(differing) == len(KEPT)
    assert len(differing) <= 0.05 * len(ROWS)
    assert len(ROWS) >= 470
