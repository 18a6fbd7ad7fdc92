"""Pages for the rules of the family delivery."""

from __future__ import annotations

from fetcher.origin import Interim
from tests.audits.site.parts import HINTS, final, interim, sound
from tests.audits.site.proof import Proof

LATE = "</late.css>; rel=preload; as=style"

PAGES = (
    Proof("interim-repeated", sound() | {"/": (*interim(*HINTS), *interim(LATE, after=40), *final(*HINTS, LATE))}),
    Proof("interim-flood", sound() | {"/": (*interim(*HINTS), *(Interim(102),) * 5, *final(*HINTS))}),
)
