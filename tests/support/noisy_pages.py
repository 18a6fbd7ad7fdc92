"""Pages whose loads scatter as real ones do, in virtual time: the think time and the round trip are drawn from a seed.

    make = NoisyPage(seed=7, think_ms=300, jitter=0.1)
    load = make("https://a.test/", {"early_hints": False})

What the hints of the page cover is known: the style sheet takes ``sheet_ms`` to be answered, so that acting on the 103
makes rendering start that much sooner (and a round trip), as long as the think time covers it.
"""

from __future__ import annotations

import random
from typing import Any

from fetcher.origin.script import Site, asset, page
from fetcher.record.page_load import PageLoad
from tests.support.virtual_time import Path, virtual_load

HINT = "</site.css>; rel=preload; as=style"


class NoisyPage:
    """``jitter`` is the share of each delay by which it may vary, both ways. ``fails_at`` are the loads (from 0) whose
    page answers 503."""

    def __init__(
        self,
        *,
        seed: int = 1,
        think_ms: float = 300.0,
        sheet_ms: float = 80.0,
        rtt: float = 20.0,
        jitter: float = 0.05,
        fails_at: tuple[int, ...] = (),
    ) -> None:
        self._dice = random.Random(seed)
        self._think, self._sheet, self._rtt, self._jitter = think_ms, sheet_ms, rtt, jitter
        self._fails_at = fails_at
        self.loads: list[bool] = []  # whether hints were acted on, load by load

    def _about(self, value: float) -> float:
        return value * (1 + self._jitter * (2 * self._dice.random() - 1))

    def __call__(self, url: str, options: dict[str, Any]) -> PageLoad:
        number = len(self.loads)
        self.loads.append(options.get("early_hints", True))
        html = "<!doctype html><link rel=stylesheet href=/site.css><p>x"
        status = 503 if number in self._fails_at else 200
        routes = {
            "/": page(html, hints=[HINT], think_ms=self._about(self._think), interim_delay_ms=5, status=status),
            "/site.css": asset(b"p{}", "text/css", delay_ms=self._about(self._sheet)),
        }
        made = virtual_load(url, Site(routes), path=Path(rtt=self._about(self._rtt)), **options)
        if made.error is not None:
            raise made.error
        return made.load

    @property
    def gain(self) -> float:
        """How much sooner rendering can start with the hint: the sheet's answer and the round trip to it."""
        return self._sheet + self._rtt
