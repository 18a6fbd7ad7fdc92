"""Every rule of early-hints.md, shown by at least one page (the rest: ``rules.py``)."""

from __future__ import annotations

from fetcher.origin import Site
from tests.end_to_end.chromium.case import Case, anything, early

STYLE = "</a.css>; rel=preload; as=style"

CASES = [
    Case("eh-4-5-preload-style", ("EH 4.5", "EH 5.5"), "<link rel=stylesheet href=a.css>", [STYLE]),
    Case("eh-3-2-nopush", ("EH 3.2",), hints=[f"{STYLE}; nopush"]),
    Case(
        "font-loads",
        ("css fonts",),
        "<style>@font-face{font-family:f;src:url(a.woff2),url(b.woff)} p{font-family:f}</style><p>x",
    ),
    Case(
        "old-http1",
        ("EH 4.4",),
        "<link rel=stylesheet href=a.css><img src=http://other.test/a.png>",
        [STYLE],
        url="https://old.test/",
    ),
    Case("eh-11", ("EH 11.1",), hints=["<https://other.test>; rel=preconnect; crossorigin"]),
    Case(
        "eh-11-2",
        ("EH 11.1",),
        "<script src=https://other.test/a.js></script>",
        hints=["<https://other.test>; rel=preconnect"],
    ),
    Case(
        "eh-7-2",
        ("EH 7.2",),
        site=Site(
            {},
            {"a.test": {"/": early("", [STYLE], status=302, fields=(("location", "https://other.test/"),))}},
            anything,
        ),
    ),
]
