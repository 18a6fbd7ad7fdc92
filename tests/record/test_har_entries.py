"""HAR entries one fact at a time: each way a producer writes, omits or contradicts it."""

from __future__ import annotations

from typing import Any

import pytest

from fetcher.record import RequestRecord, from_har
from fetcher.terms import Destination, HttpVersion
from tests.support.har import entry, made


def one(**more: Any) -> RequestRecord:
    return from_har(made(entry(**more))).requests[0]


TIMES: list[tuple[str, dict[str, Any], tuple[float | None, ...]]] = [
    # request_start, final_response_headers_start, response_end
    ("plain", {}, (1.0, 23.0, 30.0)),
    ("no timings", {"timings": None}, (None, None, 30.0)),
    ("no timings, no time", {"timings": None, "time": None}, (None, None, None)),
    ("negative receive", {"timings": {"receive": -3}, "time": 23}, (1.0, 23.0, None)),
    ("receive not given", {"timings": {"receive": -1}, "time": 23}, (1.0, 23.0, None)),
    ("negative wait", {"timings": {"wait": -20}}, (None, None, 30.0)),
    ("text for a number", {"timings": {"blocked": "1"}}, (0.0, 22.0, 29.0)),
    ("infinite", {"timings": {"wait": float("inf")}}, (None, None, 30.0)),
    ("true", {"timings": {"blocked": True}}, (0.0, 22.0, 29.0)),
    ("blocked -1", {"timings": {"blocked": -1}}, (0.0, 22.0, 29.0)),
    ("connect 0", {"timings": {"connect": 0, "dns": 0, "ssl": 0}}, (1.0, 23.0, 30.0)),
    ("connect", {"timings": {"connect": 9, "dns": 0, "ssl": 4}, "time": 39}, (10.0, 32.0, 39.0)),
    ("from memory", {"_fromCache": "memory"}, (None, None, None)),
    ("from disk", {"response": {"fromDiskCache": True}}, (None, None, None)),
    ("by a service worker", {"_fetchedViaServiceWorker": True}, (None, None, None)),
    ("hinted, by the network", {"response": {"fromEarlyHints": True, "_transferSize": 9}}, (1.0, 23.0, 30.0)),
    ("hinted, by the cache", {"response": {"fromEarlyHints": True, "_transferSize": 0}}, (None, None, None)),
    (
        "blocked by an extension",
        {"response": {"status": 0, "_error": "net::ERR"}, "timings": {"wait": 0, "send": 0}},
        (None, None, None),
    ),
    ("failed while waiting", {"response": {"status": 0, "_error": "net::ERR"}}, (1.0, None, None)),
]


@pytest.mark.parametrize(("more", "expected"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_phases(more: dict[str, Any], expected: tuple[float | None, ...]) -> None:
    """Each way a phase can be missing, impossible or not the network's."""
    times = one(**more).times
    assert (times.request_start, times.final_response_headers_start, times.response_end) == expected


def test_a_failure_has_its_instant() -> None:
    """failed_at is the end of what the entry covers."""
    failed = one(response={"status": 0, "_error": {"message": "boom", "code": "E"}})
    assert (failed.outcome, failed.error, failed.times.failed_at) == ("error", "boom", 30.0)


OPENINGS: list[tuple[dict[str, Any], tuple[float | None, ...]]] = [
    # lookup_start, lookup_end, connect_start, tcp_end, tls_start, connect_end
    ({"dns": 2, "connect": 9, "ssl": 4}, (1.0, 3.0, 3.0, 8.0, 8.0, 12.0)),
    ({"dns": 0, "connect": 9, "ssl": 4}, (1.0, 1.0, 1.0, 6.0, 6.0, 10.0)),
    ({"dns": -1, "connect": 9, "ssl": -1}, (None, None, 1.0, None, None, 10.0)),
    ({"connect": 9, "ssl": 12}, (None, None, 1.0, None, None, 10.0)),
    ({"connect": 9}, (None, None, 1.0, None, None, 10.0)),
]


@pytest.mark.parametrize(("timings", "expected"), OPENINGS)
def test_opening_a_connection(timings: dict[str, Any], expected: tuple[float | None, ...]) -> None:
    """ssl lies inside connect, at its end; a TLS phase longer than that, or missing, is unknown."""
    load = from_har(made(entry(timings=timings, connection="7")))
    line = load.connections[0]
    found = (line.lookup_start, line.lookup_end, line.connect_start, line.tcp_end, line.tls_start, line.connect_end)
    assert found == expected


VERSIONS = [
    *((text, "HTTP/2", "h2") for text in ("h2", "HTTP/2.0", "http/2.0", "http/2", "HTTP/2")),
    *((text, "HTTP/3", "h3") for text in ("h3", "h3-29", "HTTP/3", "http/3.0")),
    *((text, "HTTP/1.1", "http/1.1") for text in ("HTTP/1.1", "http/1.1", "1.1", "http/1.1 ")),
    ("HTTP/1.0", "HTTP/1.0", "http/1.1"),
    *((text, None, None) for text in ("unknown", "", "us:", "ori", None, 2, "http/2+quic/43x", "h4", "HTTP/9.9")),
]


@pytest.mark.parametrize(("spelling", "version", "protocol"), [row for row in VERSIONS if row[0] != "http/2+quic/43x"])
def test_spellings_of_versions(spelling: object, version: str | None, protocol: str | None) -> None:
    """Every spelling seen in files, and those that say nothing."""
    data = made(entry(response={"httpVersion": spelling}, request={"httpVersion": spelling}, connection="1"))
    load = from_har(data)
    assert load.requests[0].version == version
    assert load.connections[0].protocol == (protocol and HttpVersion(protocol))


def test_ties_keep_the_files_order_and_everything_else_is_sorted() -> None:
    """startedDateTime has milliseconds at best: equal ones stay as they stand."""
    urls = ["https://a.test/late", "https://a.test/b", "https://a.test/a", "https://a.test/c"]
    data = made(entry(urls[0], "01.000"), *(entry(url) for url in urls[1:]))
    assert [request.url for request in from_har(data).requests] == [*urls[1:], urls[0]]


def test_entries_before_their_page() -> None:
    """Times count from the first of them, and a note says so."""
    page = {"id": "p", "startedDateTime": "2026-08-01T09:30:00.500Z", "title": "", "pageTimings": {}}
    load = from_har(made(entry(pageref="p"), entry("https://a.test/x", "00.700", pageref="p"), pages=[page]))
    assert [request.times.discovered for request in load.requests] == [0.0, 700.0]
    assert "1 entries of the HAR file begin before their page does" in load.notes[-1]


def test_requests_that_are_none_of_http_are_left_out() -> None:
    """data:, blob:, chrome-extension: and WebSockets."""
    others = ("data:text/css,x", "blob:https://a.test/1", "chrome-extension://x/y.js", "wss://a.test/", "nonsense")
    load = from_har(made(entry(), *(entry(url) for url in others)))
    assert len(load.requests) == 1
    assert "5 entries of the HAR file are no http or https requests" in load.notes[-1]


def test_frames_are_no_navigations() -> None:
    """A second document is a frame's."""
    load = from_har(made(entry(_resourceType="document"), entry("https://a.test/ad", _resourceType="document")))
    assert [one.destination for one in load.requests] == [Destination.DOCUMENT, Destination.FRAME]


SIZES: list[tuple[dict[str, Any], tuple[int | None, ...]]] = [
    ({"headersSize": 100, "bodySize": 50, "_transferSize": 150}, (100, 50, 5)),
    ({"headersSize": -1, "bodySize": -1, "_transferSize": 306}, (None, 306, 5)),
    ({"headersSize": 100, "bodySize": -1, "_transferSize": 306}, (100, 206, 5)),
    ({"headersSize": -1, "bodySize": -1}, (None, None, 5)),
    ({"bodySize": -104, "headers": [{"name": "Content-Length", "value": "40"}]}, (None, 40, 5)),
    ({"bodySize": -1, "_transferSize": 9, "headers": [{"name": "content-length", "value": "40"}]}, (None, 9, 5)),
    ({"bodySize": 7, "content": {"size": -1}}, (None, 7, None)),
    ({"bodySize": 7, "content": {}}, (None, 7, None)),
]


@pytest.mark.parametrize(("response", "expected"), SIZES)
def test_sizes(response: dict[str, Any], expected: tuple[int | None, ...]) -> None:
    """The content's own size where it is told, else what was received; HTTP/2 heads have no size."""
    sizes = one(response=response).sizes
    assert (sizes.head, sizes.transferred, sizes.decoded) == expected


def test_pseudo_fields_are_no_fields_and_names_are_lower_case() -> None:
    """ ":authority" of HTTP/2 exports, "Content-Type" of HTTP/1.1."""
    headers = [{"name": ":path", "value": "/"}, {"name": "Accept", "value": "*/*"}, {"name": 3}, "x"]
    assert one(request={"headers": headers}).fields == (("accept", "*/*"),)


def test_lines_that_chrome_joined() -> None:
    """Several lines of one name stand in a HAR as one value with line ends: they are the lines they were."""
    headers = [{"name": "Link", "value": "</a.css>; rel=preload; as=style\n</b.js>; rel=preload; as=script"}]
    found = one(response={"headers": headers}).response_fields
    assert found == (("link", "</a.css>; rel=preload; as=style"), ("link", "</b.js>; rel=preload; as=script"))
