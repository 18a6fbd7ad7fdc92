"""The HTTP cache between documents and visits: who may have whose answer, and what one document asks for twice."""

from __future__ import annotations

from fetcher.origin import Answer, Body, Head
from fetcher.origin.script import RequestSeen
from tests.end_to_end.chromium.case import OPEN, Case, file
from tests.end_to_end.chromium.media import CONTENT

PNG = CONTENT["image/png"]
AWAY = "https://other.test/away"
RULE = ("EH 9.3",)
BOOST = "Chromium raises the first pictures once layout has seen them, now before a request has gone and now after"
VISITS = "what was asked for before the final head of which of two visits is not told apart"


def confirmed(request: RequestSeen) -> Answer:
    """Stored, but asked about each time."""
    if request.field("if-none-match"):
        return (Head(304, (("etag", '"v"'),)),)
    return (
        Head(200, (("content-type", "image/png"), ("cache-control", "no-cache"), ("etag", '"v"'), *OPEN)),
        Body(PNG),
    )


CASES = [
    Case(
        "cache-again",
        RULE,
        "<img src=a.png><link rel=stylesheet href=s.css>",
        visits=(AWAY, "https://a.test/"),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-304",
        RULE,
        "<img src=a.png>",
        files={"a.png": confirmed},
        visits=(AWAY, "https://a.test/"),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-other-top-level-site",
        RULE,
        "<img src=https://third.test/a.png>",
        files={"https://other.test/p.html": "<img src=https://third.test/a.png>"},
        visits=("https://other.test/p.html",),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-same-site-page",
        RULE,
        "<img src=https://third.test/a.png>",
        files={"https://www.a.test/p.html": "<img src=https://third.test/a.png>"},
        visits=(AWAY, "https://www.a.test/p.html"),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-anonymous-and-credentialed",
        RULE,
        "<img src=https://third.test/a.png>",
        files={"/again.html": "<img crossorigin src=https://third.test/a.png>"},
        visits=(AWAY, "https://a.test/again.html"),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-vary-origin",
        RULE,
        "<img src=https://third.test/a.png>",
        files={
            "https://third.test/a.png": file(PNG, "image/png", fields=(("vary", "Origin"),)),
            "/again.html": "<img crossorigin src=https://third.test/a.png>",
        },
        visits=(AWAY, "https://a.test/again.html"),
        unscored=("priority",),
        unscored_why=BOOST,
    ),
    Case(
        "cache-document",
        RULE,
        "<p>x",
        fields=(("cache-control", "max-age=600"),),
        visits=(AWAY, "https://a.test/"),
    ),
    Case(
        "cache-hint-of-something-fresh",
        ("EH 4.9",),
        "<link rel=stylesheet href=a.css>",
        ["</a.css>; rel=preload; as=style"],
        visits=(AWAY, "https://a.test/"),
        unscored=("before",),
        unscored_why=VISITS,
    ),
    Case(
        "memory-no-store-scripts",
        ("EH 9.2",),
        "<script src=a.js></script><script src=a.js></script><script src=a.js></script>",
        files={"a.js": file(b"", "text/javascript", cache="no-store")},
    ),
    Case(
        "memory-failed-scripts",
        ("EH 9.2",),
        "<script src=a.js></script><script src=a.js></script>",
        files={"a.js": file(b"", "text/javascript", cache=None, status=404)},
    ),
    Case(
        "memory-scripts-without-freshness",
        ("EH 9.2",),
        "<script src=a.js></script><script src=a.js></script>",
        files={"a.js": file(b"", "text/javascript", cache=None)},
    ),
    Case(
        "memory-no-store-images",
        ("EH 9.2",),
        "<img src=a.png><img src=a.png>",
        files={"a.png": file(PNG, "image/png", cache="no-store")},
    ),
]
