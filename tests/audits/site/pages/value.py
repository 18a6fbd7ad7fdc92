"""Pages for the rules of the family value."""

from __future__ import annotations

from functools import cache

from fetcher.analysis.compare.measured import Measured
from fetcher.analysis.compare.paired import shift_of
from fetcher.origin import asset
from tests.audits.site.parts import BODY, CACHED, FONT, HEAD, HINTS, SCRIPT, STYLE, document, sound
from tests.audits.site.proof import Proof

PICTURE = "</a.png>; rel=preload; as=image"
SECOND = '<link rel="stylesheet" href="/b.css">'
CDN = "cdn.third-party-hint.example"
WOBBLE = (-4.0, -3.0, -1.0, 0.5, 2.0, 3.0, 4.0, 1.0)


@cache
def compared(shift: float) -> Measured:
    """Eight pairs of loads, with hints ``shift`` ms later, give or take."""
    pairs = [(400.0, 400.0 + shift + wobble) for wobble in WOBBLE]
    return Measured((("render-start", shift_of(pairs)), ("load", shift_of(pairs))))


PAGES = (
    Proof("early-hints-opportunity", {**sound(), "/": document(hints=())}),
    Proof(
        "critical-not-hinted",
        {
            **sound(),
            "/": document(head=HEAD + SECOND),
            "/b.css": asset(b"p{color:#123}", "text/css", cache=CACHED),
        },
    ),
    Proof(
        "lcp-not-hinted",
        {
            **sound(),
            "/": document(head=HEAD + '<style>h1{background:url("/a.png")}</style>'),
        },
    ),
    Proof(
        "hint-low-value",
        {
            **sound(),
            "/": document(hints=(*HINTS, PICTURE), body=f'{BODY}<img src="/a.png" loading="lazy" alt="">'),
        },
    ),
    Proof(
        "hint-priority-mismatch",
        {
            **sound(),
            "/": document(hints=(*HINTS, PICTURE), body=f'{BODY}<img src="/a.png" fetchpriority="high" alt="">'),
        },
    ),
    Proof(
        "over-hinting",
        {
            **sound(),
            "/": document(
                hints=(*HINTS, *(f"</p{n}.png>; rel=preload; as=image" for n in range(5))),
                body="".join(f'<img src="/p{n}.png" alt="">' for n in range(5)),
            ),
            **{f"/p{n}.png": asset(3_000, "image/png", cache=CACHED) for n in range(5)},
        },
    ),
    Proof("hints-slow-the-page", sound(), page={"comparison": compared(30)}),
    Proof("hints-no-measured-gain", sound(), page={"comparison": compared(0)}),
    Proof(
        "third-party-hint",
        {
            **sound(),
            "/": document(
                hints=(STYLE, SCRIPT, FONT, f"<https://{CDN}/p.png>; rel=preload; as=image"),
                body=f'{BODY}<img src="https://{CDN}/p.png" alt="">',
            ),
        },
        hosts={CDN: {"/p.png": asset(900, "image/png", cache=CACHED)}},
    ),
)
