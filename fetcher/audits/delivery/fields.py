"""What a 103 carries besides links: fields that break clients, and fields that do nothing there."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.delivery.navigation import FAMILY, of_the_navigation
from fetcher.audits.finding import Cost, Finding, Quote, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule
from fetcher.audits.telling import all_browsers
from fetcher.record.page_load import InterimResponse, PageLoad
from fetcher.terms import ProfileName, field_value

FRAMING = ("content-length", "transfer-encoding")

LOST = {
    "set-cookie": "the cookie is not stored",
    "clear-site-data": "nothing is cleared",
    "location": "nothing is redirected",
    "refresh": "nothing is refreshed",
    "www-authenticate": "nobody is asked to sign in",
    "strict-transport-security": "the host is not remembered",
}
"""Fields that a server means to have an effect, which they have in a final response only."""

EMPTY = frozenset(
    {
        "content-type", "content-encoding", "content-language", "content-range", "content-disposition", "content-md5",
        "etag", "last-modified", "expires", "age", "vary", "accept-ranges", "cache-control", "pragma", "trailer",
        "connection", "keep-alive",
    }
)  # fmt: skip
"""Fields of content, of its storage or of the connection: an interim response has none of these."""


@rule(
    "interim-content-length",
    title="No interim response declares content",
    severity=Severity.ERROR,
    family=FAMILY,
    fix="Take Content-Length and Transfer-Encoding out of interim responses.",
    source="RFC 9110 8.6 and 15.2; seen with curl 7.88, pycurl and Node 20's http2; EH 1.3",
)
def interim_content_length(page: Page) -> Iterator[Finding]:
    """An interim response has no content. Clients built on nghttp2 (curl, Node) reset the HTTP/2 stream at a
    Content-Length in one, and the whole page fails for them; browsers read past it."""
    _must_have_interim(page)
    for name in FRAMING:
        load = page.showing(lambda load, name=name: _with(load, name) is not None)  # type: ignore[misc]
        interim = _with(load, name) if load is not None else None
        if interim is None:
            continue
        value = field_value(interim.fields, name) or ""
        yield Finding(
            f"a {interim.status} has {_title(name)}: {value}, though an interim response has no content: clients built "
            "on nghttp2 (curl, Node) reset the stream, and the page fails for them",
            quote=Quote(value, name, 0, str(interim.status)),
            subject=name,
            browsers=all_browsers("reads past it"),
            seen=page.seen(lambda load, name=name: _with(load, name) is not None),  # type: ignore[misc]
            runs=page.runs,
        )


@rule(
    "interim-bad-fields",
    title="A 103 carries links, and the policies they are under",
    severity=Severity.WARNING,
    also={"note": "for fields that describe content, which do nothing"},
    family=FAMILY,
    fix="Send only Link in a 103 and, if needed, Content-Security-Policy and Referrer-Policy; leave the rest to the "
    "final response.",
    source="RFC 8297 2; Chromium docs/early-hints.md; MDN, 103 Early Hints; EH 1.10, 10.6",
)
def interim_bad_fields(page: Page) -> Iterator[Finding]:
    """Fields of a 103 are never merged into the final response: a cookie set there is lost, and what describes content
    describes nothing. Each costs its bytes before the first byte of the page."""
    _must_have_interim(page)
    for name, effect in LOST.items():
        load = page.showing(lambda load, name=name: _with(load, name) is not None)  # type: ignore[misc]
        interim = _with(load, name) if load is not None else None
        if interim is None:
            continue
        value = field_value(interim.fields, name) or ""
        shown = value.partition("=")[0] + "=..." if name == "set-cookie" else value
        yield Finding(
            f"a {interim.status} has {_title(name)}, which counts in a final response only: {effect}",
            quote=Quote(shown, name, 0, str(interim.status)),
            subject=name,
            browsers=((ProfileName.CHROMIUM, f"ignores it: {effect} (EH 10.6)"),) if name == "set-cookie" else (),
            cost=Cost(bytes=len(name) + len(value)),
            seen=page.seen(lambda load, name=name: _with(load, name) is not None),  # type: ignore[misc]
            runs=page.runs,
        )
    load = page.showing(lambda load: bool(_empty(load)))
    names = _empty(load) if load is not None else {}
    if names:
        listed = ", ".join(_title(name) for name in names)
        yield Finding(
            f"a 103 has {listed}: an interim response has no content to describe, so they do nothing",
            severity=Severity.NOTE,
            quote=Quote(next(iter(names.values())), next(iter(names)), 0, "103"),
            subject="fields of content",
            cost=Cost(bytes=sum(len(name) + len(value) for name, value in names.items())),
            seen=page.seen(lambda load: bool(_empty(load))),
            runs=page.runs,
        )


def _must_have_interim(page: Page) -> None:
    if not page.seen(lambda load: bool(of_the_navigation(load))):
        raise NotApplicable("no interim response came")


def _with(load: PageLoad, name: str) -> InterimResponse | None:
    """The navigation's first interim response with the field."""
    return next((one for one in of_the_navigation(load) if field_value(one.fields, name) is not None), None)


def _empty(load: PageLoad) -> dict[str, str]:
    """The fields of the navigation's interim responses that say nothing there, each with its first value."""
    found: dict[str, str] = {}
    for one in of_the_navigation(load):
        for name, value in one.fields:
            if name in EMPTY:
                found.setdefault(name, value)
    return found


def _title(name: str) -> str:
    """ "content-length" as people write it."""
    return "WWW-Authenticate" if name == "www-authenticate" else name.title().replace("Etag", "ETag")
