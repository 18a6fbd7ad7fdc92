"""Documents that do not say what they are, or say something else (MIME Sniffing): which are looked into as HTML."""

from __future__ import annotations

from fetcher.origin import Answer, Body, Head, Site, Wait
from tests.end_to_end.chromium.case import Case, anything, early, file

MARKUP = {
    "doctype": "<!doctype html><img src=i.png>",
    "DOCTYPE": "<!DOCTYPE HTML PUBLIC 'x'><img src=i.png>",
    "html": "<html><img src=i.png>",
    "head": "<head><img src=i.png>",
    "script": "<script></script><img src=i.png>",
    "iframe": "<iframe></iframe><img src=i.png>",
    "h1": "<h1>x</h1><img src=i.png>",
    "h2": "<h2>x</h2><img src=i.png>",
    "div": "<div><img src=i.png></div>",
    "font": "<font size=1>x</font><img src=i.png>",
    "table": "<table></table><img src=i.png>",
    "a": "<a href=x>x</a><img src=i.png>",
    "style": "<style></style><img src=i.png>",
    "title": "<title>x</title><img src=i.png>",
    "b": "<b>x</b><img src=i.png>",
    "body": "<body><img src=i.png>",
    "br": "<br><img src=i.png>",
    "p": "<p><img src=i.png>",
    "comment": "<!-- x --><img src=i.png>",
    "img": "<img src=i.png>",
    "span": "<span>x</span><img src=i.png>",
    "link": "<link rel=stylesheet href=s.css><img src=i.png>",
    "meta": "<meta charset=utf-8><img src=i.png>",
    "text": "hello <img src=i.png>",
    "spaces": "  \n\t<!doctype html><img src=i.png>",
    "bom": "\ufeff<!doctype html><img src=i.png>",
    "bom-p": "\ufeff<p><img src=i.png>",
    "xml": "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><img src='i.png'/></body></html>",
    "empty": "",
    "binary": "\x00\x01\x02<!doctype html><img src=i.png>",
    "html-binary": "<!doctype html>\x00\x01<img src=i.png>",
    "far": " " * 600 + "<!doctype html><img src=i.png>",
    "very-far": " " * 1500 + "<!doctype html><img src=i.png>",
    "nospace": "<htmlx><img src=i.png>",
    "hr": "<hr><img src=i.png>",
    "svg": "<svg xmlns='http://www.w3.org/2000/svg'><image href='i.png'/></svg>",
    "pdf": "%PDF-1.4 <!doctype html><img src=i.png>",
    "gif": "GIF89a<!doctype html><img src=i.png>",
}
TYPES = {
    "none": None,
    "empty": "",
    "bad": "html",
    "star": "*/*",
    "unknown": "unknown/unknown",
    "application-unknown": "application/unknown",
    "plain": "text/plain",
    "plain-utf8": "text/plain; charset=utf-8",
    "plain-latin": "text/plain; charset=ISO-8859-1",
    "plain-UTF": "text/plain; charset=UTF-8",
    "octet": "application/octet-stream",
    "xml": "application/xml",
    "text-xml": "text/xml",
    "png": "image/png",
    "css": "text/css",
    "json": "application/json",
    "xhtml": "application/xhtml+xml",
    "HTML": "TEXT/HTML",
    "html-spaces": " text/html ",
    "two": "text/plain, text/html",
    "foo": "foo/bar",
    "rss": "application/rss+xml",
    "mathml": "application/mathml+xml",
    "svg": "image/svg+xml",
    "js": "text/javascript",
}
XML_TYPES = ("none", "plain", "xml", "text-xml", "xhtml", "unknown", "svg", "rss", "mathml")


def document(text: str, *fields: tuple[str, str]) -> Answer:
    return (Head(200, fields), Body(text.encode()))


def site(text: str, *fields: tuple[str, str]) -> Site:
    return Site({}, {"a.test": {"/": document(text, *fields)}}, anything)


NOSNIFF = ("x-content-type-options", "nosniff")
_BY_TEXT = [Case(f"sniff-{name}", ("MIME sniffing",), site=site(text)) for name, text in MARKUP.items()]
_BY_TYPE = [
    Case(
        f"sniff-{'nosniff-' if fields else ''}{which}-as-{name}",
        ("MIME sniffing",),
        site=site(text, *((("content-type", kind),) if kind is not None else ()), *fields),
    )
    for name, kind in TYPES.items()
    for which, text in (("html", MARKUP["doctype"]), ("xml", MARKUP["xml"]), ("svg", MARKUP["svg"]))
    for fields in ((), (NOSNIFF,))
    if which == "html" or name in XML_TYPES
    if which != "svg" or not fields
]
_FRAMES = [
    Case(
        f"sniff-frame-{name}{'-nosniff' if fields else ''}",
        ("MIME sniffing",),
        "<iframe src=f></iframe>",
        files={"f": file(MARKUP["doctype"], kind, fields=fields)},
    )
    for name, kind in TYPES.items()
    if name in ("none", "bad", "plain", "star", "octet")
    for fields in ((), (NOSNIFF,))
]
_HINTED = [
    Case(
        "sniff-hinted",
        ("MIME sniffing",),
        site=Site(
            {},
            {"a.test": {"/": (*early("", ["</s.css>; rel=preload; as=style"])[:3], *document(MARKUP["doctype"]))}},
            anything,
        ),
    ),
    *(
        Case(
            f"sniff-slow-{name}",
            ("MIME sniffing",),
            site=Site(
                {},
                {"a.test": {"/": (Head(200), Body(text[:at].encode()), Wait(120), Body(text[at:].encode()))}},
                anything,
            ),
            unscored=("priority",),
            unscored_why="whether the scanner or the parser finds a picture of a late part first is a race",
        )
        for name, text, at in (
            ("tag", MARKUP["doctype"], 5),
            ("long", MARKUP["doctype"] + " " * 2_000 + "<img src=j.png>", 600),
        )
    ),
]
CASES = [*_BY_TEXT, *_BY_TYPE, *_FRAMES, *_HINTED]
