"""Client hints beyond the three that every request carries: which a page may ask for (Accept-CH), and their values.

The values are those of Chromium 156 on the device emulated, as far as a browser without layout has them: there is no
Width, which is an image's, and nothing of the network (RTT, Downlink, ECT), which it would have to measure.
No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.terms import Fields

# The order in which the browser process sends them.
ORDER = (
    "device-memory", "sec-ch-device-memory", "dpr", "sec-ch-dpr", "viewport-width", "sec-ch-viewport-width",
    "sec-ch-viewport-height", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-full-version", "sec-ch-ua-arch",
    "sec-ch-ua-platform", "sec-ch-ua-platform-version", "sec-ch-ua-model", "sec-ch-ua-bitness", "sec-ch-ua-wow64",
    "sec-ch-ua-full-version-list", "sec-ch-ua-form-factors", "sec-ch-prefers-color-scheme",
    "sec-ch-prefers-reduced-motion", "sec-ch-prefers-reduced-transparency",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(ORDER)}


def in_order(hints: Iterable[tuple[str, str]]) -> Fields:
    return tuple(sorted(hints, key=lambda each: _RANK.get(each[0], len(ORDER))))
