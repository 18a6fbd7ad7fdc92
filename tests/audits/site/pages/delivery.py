"""Pages for the rules of the family delivery."""

from __future__ import annotations

from fetcher.analysis import Expectations
from fetcher.origin import Body, Head, Interim, Wait, asset
from tests.audits.site.parts import CACHED, HINTS, STYLE, document, final, interim, sound
from tests.audits.site.proof import Proof, in_turn

LATE = "</late.css>; rel=preload; as=style"
WWW = "www.interim-then-redirect.test"

PAGES = (
    Proof("document-error", sound() | {"/": final(status=500)}),
    Proof("interim-missing", sound() | {"/": document(())}, expected=Expectations(hints=1)),
    Proof("interim-missing", sound() | {"/": final(*HINTS)}, name="interim-missing-preloads"),
    Proof("interim-immediate", sound() | {"/": (*interim(*HINTS, after=0), *final(*HINTS))}, rtt=1),
    Proof(
        "interim-content-length",
        sound() | {"/": (*interim(*HINTS, fields=(("content-length", "0"),)), *final(*HINTS))},
    ),
    Proof("interim-over-http1", sound() | {"/": document()}, probes=("http1",)),
    Proof("interim-repeated", sound() | {"/": (*interim(*HINTS), *interim(LATE, after=40), *final(*HINTS, LATE))}),
    Proof("interim-flood", sound() | {"/": (*interim(*HINTS), *(Interim(102),) * 5, *final(*HINTS))}),
    Proof("interim-too-late", sound() | {"/": (*interim(*HINTS, after=60), *final(*HINTS, after=0))}),
    Proof("interim-slow", sound() | {"/": (*interim(*HINTS, after=200), *final(*HINTS, after=200))}),
    Proof("interim-not-gated", sound() | {"/": document()}, probes=("cors",)),
    Proof("interim-on-subresource", sound() | {"/a.css": (Interim(103), *asset(b"p{}", "text/css", cache=CACHED))}),
    Proof("interim-to-bots", sound() | {"/": document()}, probes=("crawler",)),
    Proof(
        "interim-then-redirect",
        sound() | {"/": (*interim(*HINTS), Wait(100), Head(302, (("location", f"https://{WWW}/"),)), Body(b""))},
        hosts={WWW: sound() | {"/": document(())}},
    ),
    Proof(
        "interim-then-error",
        sound() | {"/": (*interim(*HINTS), *final(*HINTS, status=404))},
        also=frozenset({"document-error"}),
    ),
    Proof("interim-intermittent", sound() | {"/": in_turn(document(), final(), document(), final())}, runs=4),
    Proof(
        "interim-bad-fields",
        sound() | {"/": (*interim(*HINTS, fields=(("set-cookie", "seen=1"),)), *final(*HINTS))},
    ),
    Proof(
        "interim-csp-differs",
        sound() | {"/": (*interim(*HINTS), *final(*HINTS, fields=(("content-security-policy", "script-src 'none'"),)))},
    ),
    Proof(
        "interim-csp-differs",
        sound() | {"/": (*interim(STYLE, fields=(("content-security-policy", "default-src 'none'"),)), *final(STYLE))},
        name="interim-csp-forbids",
    ),
    Proof("protocol-no-h2", sound() | {"/": document(())}, http1=True),
)
