"""Feeding a scanner whole, cut in two at every byte, byte by byte and at given cuts; and saying what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html import HtmlScanner

Scanner = HtmlScanner | CssScanner
Make = Callable[[], Scanner]


def pieces(data: bytes, cuts: Iterable[int]) -> Iterator[bytes]:
    """``data`` cut at the given offsets, in any order, some perhaps twice or past the end."""
    start = 0
    for cut in sorted(cuts):
        yield data[start:cut]
        start = max(start, cut)
    yield data[start:]


def scan(make: Make, parts: Iterable[bytes]) -> tuple[list[Candidate], tuple[int, ...]]:
    """The candidates of the parts in order, and the scanner's counters at the end."""
    scanner = make()
    found = [candidate for part in parts for candidate in scanner.feed(part)] + scanner.close()
    counters = (scanner.overflows, scanner.data_urls)
    if isinstance(scanner, HtmlScanner):
        counters += (scanner.inline_scripts, scanner.is_past_head)
    return found, counters


def scan_in_every_cut(make: Make, data: bytes) -> list[Candidate]:
    """What comes out of the whole; asserts that every single cut, and every byte alone, gives exactly the same."""
    whole = scan(make, [data])
    for cut in range(1, len(data)):
        assert scan(make, [data[:cut], data[cut:]]) == whole, f"cut at {cut}: {data[:cut]!r} + {data[cut:]!r}"
    assert scan(make, [data[i : i + 1] for i in range(len(data))]) == whole, "byte by byte"
    return whole[0]


def told(candidates: Iterable[Candidate]) -> list[str]:
    """Each candidate as "kind url" (of a font use, its family); inline scripts, which name nothing, are left out."""
    return [
        f"{c.kind.value} {c.url or c.attribute('family') or ''}".rstrip()
        for c in candidates
        if c.kind is not CandidateKind.INLINE_SCRIPT
    ]
