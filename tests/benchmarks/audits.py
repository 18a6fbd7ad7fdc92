"""What an audit costs: ``python -m tests.benchmarks.audits``, and in the table of all benchmarks.

A record of 1,000 requests, every tenth of them hinted, judged by every rule, and one of 2,000: seconds of the processor
(so that a busy machine does not count), the most memory beside the record, and which rules take the most. An audit of
1,000 requests stays under 2 s and 200 MB, and one of 2,000 takes about twice that, or a rule does not scale.
"""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Iterator

from fetcher.audits import Page, audit_page
from fetcher.audits.auditing import apply
from fetcher.audits.catalogue import built_in
from fetcher.origin import Answer, RequestSeen, Site, asset, page
from fetcher.record import PageLoad
from tests.benchmarks.measuring import WARM_UP, Row
from tests.support.virtual_time import virtual_load

ROUNDS = 5
MOST_SECONDS = 2.0
MOST_BYTES = 200_000_000


def served(request: RequestSeen) -> Answer:
    """By its ending; a sheet names a font and a picture of its own."""
    stem, _, ending = request.path.rpartition(".")
    if ending == "css":
        text = f"@font-face{{font-family:F;src:url({stem}.woff2)}}p{{font-family:F;background:url({stem}.gif)}}"
        return asset(text.encode(), "text/css")
    kinds = {"js": "text/javascript", "png": "image/png", "gif": "image/gif", "woff2": "font/woff2"}
    return asset(2_000, kinds.get(ending, "text/plain"))


def markup(count: int) -> Iterator[str]:
    """About ``count`` requests: a twentieth are style sheets with two each, a tenth scripts, the rest pictures."""
    sheets = count // 20
    scripts = count // 10
    yield "<!doctype html><title>x</title>"
    for number in range(sheets):
        yield f'<link rel="stylesheet" href="/s/{number}.css">'
    for number in range(scripts):
        yield f'<script src="/j/{number}.js" {("", "defer", "async")[number % 3]}></script>'
    yield "<body><p>text"
    for number in range(count - 3 * sheets - scripts):
        yield f'<img src="/p/{number}.png" alt="" {"loading=lazy" if number % 5 == 0 else ""}>\n'


def record(count: int) -> PageLoad:
    """A load of so many requests, with hints used, unused, near misses, and preconnects."""
    hints = [f"</s/{number}.css>; rel=preload; as=style" for number in range(count // 40)]
    hints += [f"</p/{number}.png>; rel=preload; as=image" for number in range(count // 40)]
    hints += [f"</j/{number}.js?v={number}>; rel=preload; as=script" for number in range(count // 40)]
    hints += [f"</old/{number}.3f2a91bc.js>; rel=preload; as=script" for number in range(count // 40)]
    hints += [f"<https://c{number}.test>; rel=preconnect" for number in range(8)]
    site = Site({"/": page("".join(markup(count)), hints=hints, think_ms=300)}, default=served)
    return virtual_load("https://a.test/", site).load


def judged(load: PageLoad) -> tuple[float, int, list[tuple[float, str]]]:
    """Seconds of an audit, the most bytes it held, and the seconds of each rule."""
    gc.collect()
    times = []
    for _ in range(3):
        start = time.process_time()
        audit_page(Page((load,)), built_in())
        times.append(time.process_time() - start)
    seconds = min(times)
    tracemalloc.start()
    audit_page(Page((load,)), built_in())
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    whole = Page((load,))
    each = []
    for rule in built_in():
        begin = time.process_time()
        apply(rule, whole)
        each.append((time.process_time() - begin, rule.id))
    return seconds, held, sorted(each, reverse=True)


async def measure(rounds: int | None = None) -> list[Row]:
    """An audit of 1,000 requests, and beside it one of 2,000."""
    loads = [record(count) for count in (1_000, 2_000)]
    small: list[float] = []
    large: list[float] = []
    for turn in range(WARM_UP + (rounds or ROUNDS)):
        for load, times in zip(loads, (small, large), strict=True):
            start = time.process_time()
            audit_page(Page((load,)), built_in())
            if turn >= WARM_UP:
                times.append((time.process_time() - start) * 1_000)
    return [
        Row("an audit of 1,000 requests", small, at_most=MOST_SECONDS * 1_000),
        Row("an audit of 2,000 requests", large, "1,000", small, ratio_at_most=3),
    ]


def main() -> int:
    figures = []
    for count in (1_000, 2_000):
        load = record(count)
        seconds, held, each = judged(load)
        figures.append((seconds, held))
        print(f"{len(load.requests):>5} requests, {len(load.hints)} hints: {seconds:.2f} s, {held / 1e6:.0f} MB")
        for took, name in each[:5]:
            print(f"      {took * 1_000:6.0f} ms  {name}")
    (small, held), (large, _) = figures
    print(f"twice the requests take {large / small:.1f} times as long")
    return 0 if small < MOST_SECONDS and held < MOST_BYTES and large / small < 3 else 1


if __name__ == "__main__":
    sys.exit(main())
