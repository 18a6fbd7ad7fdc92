"""EH 8: Link of the final response and links in markup, what acts, in which order, with which headers."""

from __future__ import annotations

from fetcher.origin import links
from tests.end_to_end.chromium.case import Case, file

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</b.js>; rel=preload; as=script"
SET = '"/s1.png 400w, /s2.png 1400w"'


OFF_THE_RECORD = {
    "unscored": ("connections",),
    "unscored_why": "off the record, as here, Chromium carries out no preconnect but those of a 103 (test_connections)",
}


def _final(name: str, rules: tuple[str, ...], *values: str, html: str = "", **more: object) -> Case:
    return Case(f"final-{name}", rules, html, fields=links(*values), **more)  # type: ignore[arg-type]


KINDS = (
    "image",
    "script",
    "style",
    "track",
    "font",
    "fetch",
    "audio",
    "video",
    "document",
    "worker",
    "object",
    "embed",
    "manifest",
    "report",
    "json",
    "xslt",
    "",
    "IMAGE",
    "nonsense",
)

CASES = [
    Case(
        "final-order",
        ("EH 8.1",),
        "<link rel=preload href=m.js as=script>",
        ["</h.js>; rel=preload; as=script"],
        fields=links("</f.js>; rel=preload; as=script"),
    ),
    Case(
        "final-same-thrice",
        ("EH 8.1",),
        "<link rel=preload href=b.js as=script><script src=b.js></script>",
        [SCRIPT],
        fields=links(SCRIPT),
    ),
    *(
        _final(f"param-{name}", ("EH 8.2",), f"{STYLE}; {parameter}", SCRIPT)
        for name, parameter in {
            "nopush": "nopush",
            "title": "title=x",
            "anchor": 'anchor="#x"',
            "integrity": 'integrity="sha256-AAAA"',
            "nonce": "nonce=x",
            "policy": "referrerpolicy=no-referrer",
            "priority": "fetchpriority=low",
            "media-screen": "media=screen",
            "media-print": "media=print",
            "media-width": 'media="(min-width: 5000px)"',
            "type": "type=text/css",
            "type-not": "type=text/less",
            "crossorigin": "crossorigin",
            "blocking": "blocking=render",
            "unknown": "foo=bar",
        }.items()
    ),
    _final(
        "media-and-plain",
        ("EH 8.3",),
        f"{STYLE}; media=screen",
        SCRIPT,
        f"</c.png>; rel=preload; as=image; imagesrcset={SET}; imagesizes=100vw",
    ),
    _final("preconnect", ("EH 8.3",), "<https://other.test>; rel=preconnect", **OFF_THE_RECORD),
    _final("preconnect-anonymous", ("EH 8.3",), "<https://other.test>; rel=preconnect; crossorigin", **OFF_THE_RECORD),
    _final("preconnect-media", ("EH 8.3",), "<https://other.test>; rel=preconnect; media=print"),
    _final("dns-prefetch", ("EH 8.3",), "<https://other.test>; rel=dns-prefetch"),
    *(_final(f"as-{number}", ("EH 8.4",), f'</x>; rel=preload; as="{kind}"') for number, kind in enumerate(KINDS)),
    *(
        Case(f"markup-as-{number}", ("EH 8.4", "html link preload"), f'<link rel=preload href=x as="{kind}">')
        for number, kind in enumerate(KINDS)
    ),
    *(
        _final(f"module-as-{number}", ("EH 8.4",), f"</m.js>; rel=modulepreload{more}")
        for number, more in enumerate(
            (
                "",
                "; as=script",
                "; as=style",
                "; as=worker",
                "; as=image",
                "; as=serviceworker",
                "; as=nonsense",
                "; crossorigin=use-credentials",
            )
        )
    ),
    *(
        Case(
            f"markup-module-as-{number}",
            ("EH 8.4", "html link modulepreload"),
            f"<link rel=modulepreload href=m.js {more}>",
        )
        for number, more in enumerate(
            (
                "",
                "as=script",
                "as=style",
                "as=worker",
                "as=image",
                "as=nonsense",
                "crossorigin=use-credentials",
                "crossorigin",
                "integrity=sha256-AAAA",
                "fetchpriority=high",
                "fetchpriority=low",
                "referrerpolicy=no-referrer",
                "media=print",
            )
        )
    ),
    *(
        _final(f"type-{kind}-{number}", ("EH 8.5",), f"</x>; rel=preload; as={kind}; type={value}")
        for kind, values in {
            "image": (
                "image/png",
                "image/webp",
                "image/avif",
                "image/jp2",
                "image/jxl",
                "image/svg+xml",
                "text/html",
                "nonsense",
                '""',
            ),
            "style": ("text/css", '"text/css; charset=x"', "text/less", "TEXT/CSS"),
            "script": ("text/javascript", "application/javascript", "module", "text/vbscript", "text/typescript"),
            "font": (
                "font/woff2",
                "font/woff",
                "font/ttf",
                "application/font-woff",
                "font/collection",
                "font/eot",
                "image/png",
            ),
            "fetch": ("application/json", "foo/bar"),
            "track": ("text/vtt", "text/srt"),
        }.items()
        for number, value in enumerate(values)
    ),
    *(
        _final(f"srcset-{name}", ("EH 8.6",), value)
        for name, value in {
            "widths": f"</c.png>; rel=preload; as=image; imagesrcset={SET}; imagesizes=300px",
            "no-sizes": f"</c.png>; rel=preload; as=image; imagesrcset={SET}",
            "density": '</c.png>; rel=preload; as=image; imagesrcset="/d1.png 1x, /d2.png 2x"',
            "relative": '<c.png>; rel=preload; as=image; imagesrcset="d1.png 1x"',
            "empty": '</c.png>; rel=preload; as=image; imagesrcset=""',
            "sizes-only": "</c.png>; rel=preload; as=image; imagesizes=300px",
            "bad": '</c.png>; rel=preload; as=image; imagesrcset="/d.png 1y"',
            "style": '</c.css>; rel=preload; as=style; imagesrcset="/d.css 1x"',
        }.items()
    ),
    Case(
        "final-srcset-base",
        ("EH 8.6",),
        "<base href=/elsewhere/>",
        fields=links('<c.png>; rel=preload; as=image; imagesrcset="d.png 1x"'),
        url="https://a.test/deep/page",
    ),
    *(
        Case(
            f"final-integrity-{kind}",
            ("EH 8.7",),
            "<link rel=stylesheet href=x><script src=x></script><img src=x>",
            fields=links(f'</x>; rel=preload; as={kind}; integrity="sha256-AAAA"'),
        )
        for kind in ("script", "style", "image")
    ),
    _final("stylesheet", ("EH 8.8",), "</a.css>; rel=stylesheet"),
    _final("icon", ("EH 8.8",), "</i.png>; rel=icon"),
    _final("manifest", ("EH 8.8",), "</m.json>; rel=manifest"),
    _final("prefetch", ("EH 8.8",), "</n.html>; rel=prefetch"),
    Case(
        "final-prefetches",
        ("EH 8.8",),
        fields=links(
            "</n>; rel=prefetch; crossorigin; as=script",
            '</m>; rel="prefetch preload"; as=script',
            "</o>; rel=prefetch; media=print",
            "</p>; rel=prefetch; type=x/y",
            "<https://other.test/q>; rel=prefetch; referrerpolicy=no-referrer; fetchpriority=high",
        ),
    ),
    Case(
        "final-modulepreloads",
        ("EH 8.4", "EH 8.5"),
        "<p>x<img src=i.png>",
        fields=links(
            "</a.css>; rel=modulepreload; as=style",
            "</b.css>; rel=modulepreload; as=style; crossorigin=use-credentials; fetchpriority=low",
            "</c.json>; rel=modulepreload; as=json",
            "</d.css>; rel=modulepreload; as=style; type=x/y",
            "</e.js>; rel=modulepreload; type=x/y",
            "</f.js>; rel=modulepreload; fetchpriority=low",
            "<https://other.test/g.css>; rel=modulepreload; as=style",
        ),
    ),
    Case(
        "final-anchors",
        ("EH 8.2", "EH 2.11"),
        fields=links(
            '</a.css>; rel=preload; as=style; anchor=""',
            '</b.css>; rel=preload; as=style; anchor="https://a.test/"',
            "</c.css>; rel=preload; as=style; anchor",
            '<https://other.test>; rel=preconnect; anchor="/"',
        ),
    ),
    Case(
        "final-compression-dictionary",
        ("EH 8.8",),
        "<img src=slow.png>",
        fields=links("</x>; rel=compression-dictionary", "<https://other.test/y>; rel=compression-dictionary"),
        files={"slow.png": file("", "image/png", delay_ms=1500)},
    ),
    _final("prerender", ("EH 8.8",), "</n.html>; rel=prerender"),
    _final("two-rels", ("EH 8.2",), '</a.css>; rel="preload stylesheet"; as=style'),
    _final("two-rels-preconnect", ("EH 8.2",), '<https://other.test>; rel="preconnect dns-prefetch"', **OFF_THE_RECORD),
    Case("final-dropped-at-103", ("EH 8.2", "EH 3.2"), hints=[f"{STYLE}; nopush"], fields=links(f"{STYLE}; nopush")),
    Case(
        "final-on-a-frame",
        ("EH 8.2",),
        "<iframe src=/f></iframe>",
        files={"/f": (*file("<!doctype html>x", "text/html", fields=links(STYLE)),)},
    ),
    Case("final-on-a-404", ("EH 8.2",), status=404, fields=links(STYLE)),
    Case(
        "final-on-a-style-sheet",
        ("EH 8.2",),
        "<link rel=stylesheet href=s.css>",
        files={"s.css": file("", "text/css", fields=links(SCRIPT))},
    ),
]
