"""What a comparison of a page with its hints against without showed, as far as it is judged: the shift of each
milestone."""

from __future__ import annotations

from dataclasses import dataclass

from fetcher.analysis.compare.paired import Shift

FIRST_ASKED = ("lcp", "fcp", "render-start", "load")
"""By which milestone a page is judged, the first that was measured: what visitors see before what programs count."""


@dataclass(frozen=True, slots=True)
class Measured:
    """``shifts`` are ms with hints minus ms without, by milestone ("render-start", "load", "fcp", "lcp" ...), so that
    below 0 is a gain. ``by`` is what loaded the page."""

    shifts: tuple[tuple[str, Shift], ...]
    by: str = "fetcher"

    def of(self, milestone: str) -> Shift | None:
        return next((shift for name, shift in self.shifts if name == milestone), None)

    @property
    def decisive(self) -> tuple[str, Shift] | None:
        """The milestone that counts most, with its shift; None where none of those was measured."""
        for name in FIRST_ASKED:
            shift = self.of(name)
            if shift is not None and shift.value is not None:
                return name, shift
        return None

    @property
    def slower(self) -> tuple[tuple[str, Shift], ...]:
        """Those that hints were shown to make later."""
        return tuple((name, shift) for name, shift in self.shifts if shift.is_shown and (shift.low or 0.0) > 0)
