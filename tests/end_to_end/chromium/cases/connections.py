"""Which requests share a connection (EH 11, 13.6; RFC 9113 9.1.1): every handshake counts, and who shared is told.

Each class of requests asks for one thing at a time, since Chromium opens several sockets to a host that it does not
know for HTTP/2 yet. What comes in ``late`` parts of a document comes when the sockets before it stand. Preconnects of
markup and of the final head are in ``test_connections``: the browser contexts that a corpus runs in are off the record,
and there Chromium carries out none but those of a 103.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fetcher.origin import Answer, Body, Head, Interim, RequestSeen, Route, Site, Wait, links
from tests.end_to_end.chromium.case import EARLY_MS, HTML, Case, anything, file, page, redirect

LATE_MS = 250.0
OTHER, SAME = "https://other.test", "https://b.a.test"
FONT = "@font-face{{font-family:f;src:url({0}/f.woff2)}}body{{font-family:f}}"
WIDE = "https://www.wide.test"
RAISED = "a picture of a late part has the priority of what is in the viewport by then, or has not: a race with layout"
SPARE = "Chromium opens a second connection for a frame of another site, with credentials, and nothing uses it"


def late(*parts: str, hints: tuple[str, ...] = (), fields: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A document whose parts come one after the other, a while apart."""
    early = (Wait(EARLY_MS), Interim(103, links(*hints)), Wait(150)) if hints else ()
    first, *rest = (page(parts[0]), *parts[1:])
    more = [step for part in rest for step in (Wait(LATE_MS), Body(part.encode()))]
    return (*early, Head(200, (*HTML, *fields)), Body(first.encode()), *more)


def site(hosts: Mapping[str, Mapping[str, Route]]) -> Site:
    return Site({}, {host: dict(routes) for host, routes in hosts.items()}, anything)


def hinted(name: str, hint: str, uses: str) -> Case:
    """The document's use comes when the hinted connection stands."""
    return Case(f"hinted-{name}", ("EH 11.1", "EH 13.6"), site=site({"a.test": {"/": late("", uses, hints=(hint,))}}))


def preconnect(origin: str, parameters: str = "") -> str:
    return f"<{origin}>; rel=preconnect{parameters}"


HINTED = [
    hinted("other-for-a-script", preconnect(OTHER), f"<script src={OTHER}/s.js></script>"),
    hinted("other-for-a-cors-script", preconnect(OTHER), f"<script crossorigin src={OTHER}/s.js></script>"),
    hinted("other-anonymous-for-a-script", preconnect(OTHER, "; crossorigin"), f"<script src={OTHER}/s.js></script>"),
    hinted(
        "other-anonymous-for-a-cors-script",
        preconnect(OTHER, "; crossorigin"),
        f"<script crossorigin src={OTHER}/s.js></script>",
    ),
    hinted(
        "other-anonymous-for-a-font", preconnect(OTHER, "; crossorigin"), f"<style>{FONT.format(OTHER)}</style><p>text"
    ),
    hinted(
        "other-credentials-for-a-script-with-them",
        preconnect(OTHER, "; crossorigin=use-credentials"),
        f"<script crossorigin=use-credentials src={OTHER}/s.js></script>",
    ),
    hinted("same-site-for-a-script", preconnect(SAME), f"<script src={SAME}/s.js></script>"),
    hinted("same-site-for-a-cors-script", preconnect(SAME), f"<script crossorigin src={SAME}/s.js></script>"),
    hinted(
        "same-site-anonymous-for-a-cors-script",
        preconnect(SAME, "; crossorigin"),
        f"<script crossorigin src={SAME}/s.js></script>",
    ),
    hinted("same-origin-anonymous-for-a-font", preconnect("/", "; crossorigin"), "<img src=i.png>"),
    Case(
        "hinted-sheet-and-the-page-s-own",
        ("EH 11.1",),
        site=site(
            {
                "a.test": {
                    "/": late(
                        "",
                        f"<link rel=stylesheet href={OTHER}/s.css><link rel=stylesheet href={OTHER}/t.css>",
                        hints=(f"<{OTHER}/s.css>; rel=preload; as=style",),
                    )
                }
            }
        ),
    ),
]


CLASSES = [
    Case(
        "other-of-three-classes",
        ("EH 11.1", "EH 13.6"),
        site=site(
            {
                "a.test": {
                    "/": late(
                        "",
                        f"<img src={OTHER}/i.png>",
                        f"<img crossorigin src={OTHER}/j.png>",
                        hints=(preconnect(OTHER),),
                    )
                }
            }
        ),
    ),
    Case(
        "same-site-of-two-classes",
        ("EH 11.1",),
        site=site({"a.test": {"/": late(f"<img src={SAME}/i.png>", f"<img crossorigin src={SAME}/j.png>")}}),
    ),
    Case(
        "other-with-credentials-either-way",
        ("EH 11.1",),
        site=site(
            {
                "a.test": {
                    "/": late(f"<img src={OTHER}/i.png>", f"<img crossorigin=use-credentials src={OTHER}/j.png>"),
                }
            }
        ),
    ),
]

PARTITIONS = [
    Case(
        "frame-of-another-site",
        ("connection partition",),
        kept=SPARE,
        site=site(
            {
                "a.test": {"/": late(f"<img src={OTHER}/i.png>", f"<iframe src={OTHER}/f.html></iframe>")},
                "other.test": {"/f.html": late("<img src=j.png>")},
            }
        ),
    ),
    Case(
        "frame-of-another-site-asks-the-page-s",
        ("connection partition",),
        kept=SPARE,
        site=site(
            {
                "a.test": {"/": late(f"<iframe src={OTHER}/f.html></iframe>")},
                "other.test": {"/f.html": late("<img src=https://a.test/j.png>")},
            }
        ),
    ),
    Case(
        "frame-of-the-same-site",
        ("connection partition",),
        site=site(
            {
                "a.test": {"/": late(f"<img src={SAME}/i.png>", f"<iframe src={SAME}/f.html></iframe>")},
                "b.a.test": {"/f.html": late("<img src=j.png>")},
            }
        ),
    ),
    Case(
        "frame-in-a-frame-of-another-site",
        ("connection partition",),
        kept=SPARE,
        site=site(
            {
                "a.test": {"/": late(f"<iframe src={OTHER}/f.html></iframe>"), "/g.html": late("<img src=j.png>")},
                "other.test": {"/f.html": late("<iframe src=https://a.test/g.html></iframe>")},
            }
        ),
    ),
    Case(
        "redirect-to-another-site-and-back-for-a-picture",
        ("connection partition", "EH 7.2"),
        site=site(
            {"a.test": {"/": redirect(f"{OTHER}/")}, "other.test": {"/": late("<img src=https://a.test/i.png>")}}
        ),
    ),
    Case(
        "redirect-within-the-site-and-back-for-a-picture",
        ("connection partition", "EH 7.2"),
        site=site({"a.test": {"/": redirect(f"{SAME}/")}, "b.a.test": {"/": late("<img src=https://a.test/i.png>")}}),
    ),
    Case(
        "refresh-to-another-site-and-back-for-a-picture",
        ("connection partition",),
        site=site(
            {
                "a.test": {"/": late(f"<meta http-equiv=refresh content='0;url={OTHER}/'>")},
                "other.test": {"/": late("<img src=https://a.test/i.png>")},
            }
        ),
    ),
    Case(
        "sandboxed-page-has-sockets-apart",
        ("connection partition", "EH 11.1"),
        site=site({"a.test": {"/": late("<img src=i.png>", fields=(("content-security-policy", "sandbox"),))}}),
    ),
]


def shared(name: str, *parts: str, hosts: Mapping[str, Mapping[str, Route]] | None = None, **more: object) -> Case:
    """At www.wide.test, whose certificate is for all names below wide.test."""
    routes = {**(hosts or {}), "www.wide.test": {"/": late(*parts)}}
    return Case(f"shared-{name}", ("connection coalescing",), url=f"{WIDE}/", site=site(routes))


def misdirected(request: RequestSeen) -> Answer:
    """421 wherever something was asked before on the connection, the picture on one of its own."""
    return file("", status=421, cache="no-store") if request.stream > 1 else anything(request)


def _always(_: RequestSeen) -> Answer:
    return file("", status=421, cache="no-store")


SHARED = [
    shared("with-the-page", "<img src=https://img.wide.test/i.png>"),
    shared("by-two-more", "<img src=https://img.wide.test/i.png><script src=https://js.wide.test/s.js></script>"),
    shared("not-by-a-name-two-labels-below", "<img src=https://x.y.wide.test/i.png>"),
    shared("not-by-another-class", "<img crossorigin src=https://img.wide.test/i.png>"),
    shared(
        "by-one-class-each",
        "<img crossorigin src=https://img.wide.test/i.png>",
        "<script crossorigin src=https://js.wide.test/s.js></script>",
    ),
    shared("by-the-bare-name", "<img src=https://wide.test/i.png>"),
    Case(
        "shared-among-third-parties",
        ("connection coalescing",),
        site=site(
            {"a.test": {"/": late("<img src=https://one.wide.test/i.png>", "<img src=https://two.wide.test/j.png>")}}
        ),
    ),
    Case(
        "shared-not-with-a-preconnect-for-others",
        ("connection coalescing", "EH 13.6"),
        site=site(
            {
                "a.test": {
                    "/": late("", "<img src=https://two.wide.test/j.png>", hints=(preconnect("https://one.wide.test"),))
                }
            }
        ),
    ),
    Case(
        "shared-by-a-preconnect",
        ("connection coalescing", "EH 11.3"),
        url=f"{WIDE}/",
        site=site(
            {
                "www.wide.test": {
                    "/": late(
                        "",
                        "<img src=https://img.wide.test/i.png>",
                        hints=("<https://img.wide.test>; rel=preconnect",),
                    )
                }
            }
        ),
    ),
    shared(
        "until-421",
        "<img src=https://img.wide.test/i.png>",
        "<img src=https://img.wide.test/j.png>",
        hosts={"img.wide.test": {"/i.png": misdirected}},
    ),
    shared(
        "until-421-and-again-421",
        "<img src=https://img.wide.test/i.png>",
        hosts={"img.wide.test": {"/i.png": _always}},
    ),
    Case(
        "misdirected-on-its-own-connection",
        ("421",),
        site=site({"a.test": {"/": late("<img src=i.png>"), "/i.png": _always}}),
    ),
    Case(
        "misdirected-document",
        ("421",),
        site=site({"a.test": {"/": _always}}),
    ),
    Case(
        "misdirected-on-http1",
        ("421",),
        site=site({"a.test": {"/": late("<img src=https://old.test/i.png>")}, "old.test": {"/i.png": _always}}),
    ),
]

CASES = [
    replace(each, counted=True, unscored=("priority",), unscored_why=RAISED)
    for each in (*HINTED, *CLASSES, *PARTITIONS, *SHARED)
]
