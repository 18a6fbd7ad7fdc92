"""Points that early-hints.md leaves open ([?], [M]), settled against Chromium 156; the answer stands beside each case.

Not here, because it takes a flag, the console or the net log (``test_hint_flags``): local-network targets (EH 10.2),
the warning three seconds after load (EH 9.6), that dns-prefetch looks nothing up (EH 4.5). Cannot be observed: EH 1.8
(nothing here serves HTTP/3), EH 1.4's WebSocket half (only a script opens one), EH 10.4 (it is about intermediaries),
EH 12 (Safari is not here; Firefox: ``tests/end_to_end/firefox``). EH 1.1 to 1.4, 1.7, 1.10 and 10.6 as remembered from
their texts hold: the ``interim-*`` and ``set-cookie-*`` cases of ``eh_hints``. EH 11.1 to 11.4 hold, by connections:
``preconnect-*`` there.
"""

from __future__ import annotations

from fetcher.origin import Answer, Body, Head, Interim, Raw, RequestSeen, Site, Wait, links
from tests.end_to_end.chromium.case import EARLY_MS, HTML, Case, anything, early, file, page

STYLE = "</a.css>; rel=preload; as=style"
NO_STORE = file("", "text/css", cache="no-store")
SRCSET = 'rel=preload; as=image; imagesrcset="/s.png 1x"'


def _ended(request: RequestSeen) -> Answer:
    """A 103 whose HEADERS frame ends the stream (RFC 9113 8.1: malformed)."""
    block = b"\x08\x03103"  # :status, literal, not indexed
    frame = len(block).to_bytes(3) + b"\x01\x05" + request.stream.to_bytes(4) + block
    return (Wait(EARLY_MS), Raw(frame), Wait(50), Head(200, HTML), Body(page("").encode()))


CASES = [
    # EH 4.8 [?]: the fragment is a part of the key or not? One request here, so it is not.
    Case(
        "fragment-in-the-key",
        ("EH 4.8",),
        hints=["</a.css#1>; rel=preload; as=style", "</a.css#2>; rel=preload; as=style"],
        files={"a.css": NO_STORE},
    ),
    # EH 13.2: the page's own URL waits for the page, as two requests for one cache entry do; then it is asked for again
    # unless the page may be kept.
    Case("own-url-of-no-lifetime", ("EH 13.2",), hints=["<>; rel=preload; as=fetch"]),
    Case(
        "own-url-not-stored",
        ("EH 13.2",),
        hints=["</>; rel=preload; as=fetch"],
        fields=(("cache-control", "no-store"),),
    ),
    Case(
        "own-url-kept",
        ("EH 13.2", "EH 4.9"),
        hints=["</>; rel=preload; as=fetch"],
        fields=(("cache-control", "max-age=600"),),
    ),
    # EH 13.2 with 7.1: where the page redirects, what the hint waits for is the redirect.
    *(
        Case(
            f"own-url-redirects-{where}-{name}",
            ("EH 13.2", "EH 7.1"),
            site=Site(
                {},
                {
                    "a.test": {
                        "/": early("", ["<>; rel=preload; as=fetch"], status=302, fields=(("location", to), *fields)),
                        "/next": early("<p>x"),
                    }
                },
                anything,
            ),
        )
        for where, to in (("here", "/next"), ("elsewhere", "https://other.test/next"))
        for name, fields in (("kept", (("cache-control", "max-age=600"),)), ("not-kept", ()))
    ),
    # and where the page is asked for again for a client hint that it calls critical, what the hint waits for is gone
    Case(
        "own-url-asked-for-again",
        ("EH 13.2",),
        hints=["<>; rel=preload; as=fetch"],
        fields=(("accept-ch", "sec-ch-ua-model"), ("critical-ch", "sec-ch-ua-model"), ("vary", "sec-ch-ua-model")),
    ),
    # EH 1.7 [M]: the stream is reset and the navigation fails.
    Case(
        "end-of-stream-at-103",
        ("EH 1.7",),
        site=Site({}, {"a.test": {"/": _ended}}, anything),
        unscored=("connections",),
        unscored_why="how often a malformed answer is tried again depends on the socket it came on",
    ),
    # EH 4.2: a 103 whose Link is empty is the first one all the same.
    Case(
        "second-103-after-an-empty-link",
        ("EH 4.2",),
        site=Site(
            {},
            {"a.test": {"/": (Wait(EARLY_MS), Interim(103, (("link", ""),)), *early("", [STYLE]))}},
            anything,
        ),
    ),
    # EH 8.6: imagesrcset without a target makes no request in a Link field, and one in markup.
    Case("srcset-only-in-a-link-field", ("EH 8.6", "EH 8.2"), fields=links(f"<>; {SRCSET}")),
    Case("srcset-only-in-markup", ("EH 8.6",), '<link rel=preload as=image imagesrcset="/s.png 1x">'),
    Case("srcset-only-at-103", ("EH 3.2", "EH 3.8"), hints=[f"<>; {SRCSET}", STYLE]),
    # EH 6.1: a modulepreload without as asks no policy; with as it does.
    Case(
        "module-policy",
        ("EH 6.1",),
        hints=["</m.js>; rel=modulepreload", "</n.js>; rel=modulepreload; as=script"],
        interim=(("content-security-policy", "script-src 'none'"),),
    ),
]
