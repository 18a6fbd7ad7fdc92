"""EH 9: what a hint is worth to the page: one request or two, by freshness, mode, destination, policy, and the rest."""

from __future__ import annotations

from fetcher.origin import Route, links
from tests.end_to_end.chromium.case import Case, file

KINDS: dict[str, tuple[str, str, str]] = {
    "style": ("a.css", "style", "<link rel=stylesheet href=a.css>"),
    "script": ("a.js", "script", "<script src=a.js></script>"),
    "image": ("a.png", "image", "<img src=a.png>"),
    "font": ("a.woff2", "font", "<style>@font-face{font-family:f;src:url(a.woff2)}p{font-family:f}</style><p>x"),
    "module": ("a.mjs", "script", "<script type=module src=a.mjs></script>"),
    "iframe": ("a.html", "fetch", "<iframe src=a.html></iframe>"),
}
FRESHNESS: dict[str, str | None] = {
    "max-age": "max-age=600",
    "none": None,
    "no-store": "no-store",
    "no-cache": "no-cache",
    "zero": "max-age=0",
    "private": "private, max-age=60",
    "immutable": "max-age=60, immutable",
    "must-revalidate": "max-age=60, must-revalidate",
    "swr": "max-age=0, stale-while-revalidate=60",
}
TYPE = {
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "png": "image/png",
    "woff2": "font/woff2",
    "html": "text/html",
}


def _file(name: str, cache: str | None = "max-age=600", **more: object) -> Route:
    from tests.end_to_end.chromium.media import CONTENT

    kind = TYPE[name.rpartition(".")[2]]
    return file(CONTENT.get(kind, b""), kind, cache=cache, **more)  # type: ignore[arg-type]


def _hint(name: str, destination: str, more: str = "") -> str:
    return f"</{name}>; rel=preload; as={destination}{more}"


CASES = [
    *(
        Case(
            f"reuse-{kind}-{freshness}",
            ("EH 9.3", "EH 9.4", "EH 9.1"),
            html,
            [_hint(name, destination)],
            files={name: _file(name, cache)},
        )
        for kind, (name, destination, html) in KINDS.items()
        for freshness, cache in FRESHNESS.items()
    ),
    *(
        Case(f"reuse-{kind}-hinted-as-{hinted}", ("EH 9.3", "EH 9.5"), html, [_hint(name, hinted)])
        for kind, (name, destination, html) in KINDS.items()
        for hinted in ("script", "style", "image", "font", "fetch")
        if hinted != destination
    ),
    *(
        Case(f"reuse-{kind}-crossorigin-{hinted}", ("EH 9.3", "EH 9.5"), html, [_hint(name, destination, more)])
        for kind, (name, destination, html) in KINDS.items()
        for hinted, more in {"anonymous": "; crossorigin", "credentials": "; crossorigin=use-credentials"}.items()
    ),
    *(
        Case(
            f"reuse-markup-{kind}-{freshness}",
            ("EH 9.2", "html link preload"),
            f"<link rel=preload href={name} as={destination}>{html}",
            files={name: _file(name, cache)},
        )
        for kind, (name, destination, html) in KINDS.items()
        for freshness, cache in FRESHNESS.items()
        if freshness in ("max-age", "no-store", "none")
    ),
    *(
        Case(
            f"reuse-final-{kind}",
            ("EH 9.2",),
            html,
            fields=links(_hint(name, destination)),
            files={name: _file(name, "no-store")},
        )
        for kind, (name, destination, html) in KINDS.items()
    ),
    *(
        Case(
            f"reuse-markup-mismatch-{kind}-{hinted}",
            ("EH 9.2", "EH 9.5"),
            f"<link rel=preload href={name} as={hinted}>{html}",
        )
        for kind, (name, destination, html) in KINDS.items()
        for hinted in ("script", "style", "image", "font", "fetch")
        if hinted != destination
    ),
    *(
        Case(
            f"reuse-markup-crossorigin-{kind}",
            ("EH 9.2", "EH 9.5"),
            f"<link rel=preload href={name} as={destination} crossorigin>{html}",
        )
        for kind, (name, destination, html) in KINDS.items()
    ),
    Case(
        "reuse-query-differs", ("EH 9.5",), "<link rel=stylesheet href=a.css?2>", ["</a.css?1>; rel=preload; as=style"]
    ),
    Case("reuse-fragment-differs", ("EH 9.5",), "<img src=a.svg#b>", ["</a.svg#a>; rel=preload; as=image"]),
    Case(
        "reuse-vary-accept",
        ("EH 9.5",),
        "<img src=a.png>",
        [_hint("a.png", "fetch")],
        files={"a.png": _file("a.png", fields=(("vary", "accept"),))},
    ),
    Case(
        "reuse-vary-same",
        ("EH 9.5",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", fields=(("vary", "accept"),))},
    ),
    Case(
        "reuse-vary-star",
        ("EH 9.5",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", fields=(("vary", "*"),))},
    ),
    Case(
        "reuse-vary-hints",
        ("EH 9.5",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", fields=(("vary", "sec-ch-ua"),))},
    ),
    Case(
        "reuse-etag",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", None, fields=(("etag", '"x"'),))},
    ),
    Case(
        "reuse-etag-no-cache",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", "no-cache", fields=(("etag", '"x"'),))},
    ),
    Case(
        "reuse-last-modified",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={
            "a.png": _file(
                "a.png",
                None,
                fields=(("last-modified", "Mon, 01 Jan 2018 00:00:00 GMT"), ("date", "Thu, 26 Nov 2026 11:00:00 GMT")),
            )
        },
    ),
    Case(
        "reuse-expires",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", None, fields=(("expires", "Thu, 01 Jan 2099 00:00:00 GMT"),))},
    ),
    Case(
        "reuse-404-cacheable",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", status=404)},
    ),
    Case(
        "reuse-404-uncacheable",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", None, status=404)},
    ),
    Case(
        "reuse-integrity-differs",
        ("EH 9.5", "EH 9.3"),
        "<script src=a.js integrity='sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='></script>",
        [_hint("a.js", "script")],
    ),
    Case(
        "reuse-integrity-fails",
        ("EH 9.5",),
        "<script src=a.js integrity='sha256-AAAA'></script>",
        [_hint("a.js", "script")],
    ),
    Case(
        "reuse-twice",
        ("EH 9.3",),
        "<img src=a.png><img src=a.png><img src=a.png crossorigin>",
        [_hint("a.png", "image")],
    ),
    Case(
        "reuse-twice-no-store",
        ("EH 9.3",),
        "<img src=a.png><img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", "no-store")},
    ),
    Case(
        "reuse-slow-hint",
        ("EH 9.3", "EH 9.1"),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", delay_ms=500)},
    ),
    Case(
        "reuse-slow-hint-no-store",
        ("EH 9.3",),
        "<img src=a.png>",
        [_hint("a.png", "image")],
        files={"a.png": _file("a.png", "no-store", delay_ms=500)},
    ),
    Case(
        "reuse-cross-origin-credentials",
        ("EH 9.5",),
        "<script src=https://other.test/a.js crossorigin></script>",
        ["<https://other.test/a.js>; rel=preload; as=script"],
    ),
    Case(
        "reuse-cross-origin-font",
        ("EH 9.5",),
        "<style>@font-face{font-family:f;src:url(https://other.test/a.woff2)}p{font-family:f}</style><p>x",
        ["<https://other.test/a.woff2>; rel=preload; as=font; crossorigin"],
    ),
    Case(
        "reuse-in-a-frame-of-the-same-site",
        ("EH 9.5", "EH 10.3"),
        "<iframe src=/f.html></iframe>",
        [_hint("a.png", "image")],
        files={"f.html": "<!doctype html><img src=a.png>"},
    ),
]
