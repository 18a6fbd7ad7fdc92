"""What is derived from a record: rows for tables, the notebook's HTML, round trips, cache states."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fetcher.record import CacheStatus, ConnectionRecord
from fetcher.record.cache_status import cache_status_of
from fetcher.record.html import MOST
from fetcher.terms import Fields, TlsFacts
from tests.support.loads import connection, eager_http1, failed, hostile, many, shop


def test_rows_are_flat_and_alike() -> None:
    """Same keys in every row, scalars only, ids in order: what a DataFrame needs."""
    rows = shop().to_rows() + failed().to_rows() + eager_http1().to_rows()
    assert all(list(row) == list(rows[0]) for row in rows)
    assert all(isinstance(value, str | int | float | bool | None) for row in rows for value in row.values())
    assert [row["id"] for row in shop().to_rows()] == list(range(14))


def test_a_rows_figures() -> None:
    """The document and a hinted style sheet of the shop, figure by figure."""
    rows = shop().to_rows()
    document, style = rows[0], rows[1]
    assert (document["queued_ms"], document["wait_ms"], document["receive_ms"]) == (12.4, 310.5, 28.8)
    assert (document["lookup_ms"], document["tcp_ms"], document["tls_ms"]) == (1.2, 4.9, 5.8)
    assert (style["lookup_ms"], style["tcp_ms"], style["tls_ms"]) == (None, None, None)
    assert (style["hint"], style["hint_used"], style["head_start_ms"]) == (0, True, 302.1)
    assert (style["initiator"], style["protocol"], style["transferred_bytes"]) == ("early-hint", "h2", 48_211)
    assert (rows[13]["status"], rows[13]["outcome"], rows[13]["wait_ms"]) == (None, "connect-failed", None)


TLS12 = TlsFacts("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256", "h2", True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (connection(0, "a.test", (0.0, 1.0, 21.0, 21.0, 43.0)), 20.0),
        (connection(0, "a.test", (0.0, 1.0, 41.0, 41.0, 61.0)), 20.0),  # a SYN came twice: TLS knows better
        (connection(0, "a.test", (0.0, 1.0, 31.0, 31.0, 71.0), tls=TLS12), 20.0),
        (connection(0, "a.test", (0.0, 1.0, 31.0, 31.0, 71.0), tls=replace(TLS12, resumed=True)), 30.0),
        (
            connection(0, "a.test", (0.0, 1.0, 21.0, 21.0, 46.0), attempts=(("::1", "refused"), ("127.0.0.1", "ok"))),
            25.0,
        ),
        (connection(0, "a.test", (0.0, 1.0, 21.0, 21.0, 46.0), tls=None, tls_start=None), 20.0),
        (connection(0, "a.test", (0.0, 1.0, 21.0, 21.0, 46.0), connect_start=None, tls_start=None), None),
    ],
)
def test_the_round_trip_is_estimated_from_opening_the_connection(line: ConnectionRecord, expected: float) -> None:
    """TCP's round trip, TLS's by its version, the smaller of both; unknown when neither was timed."""
    assert line.rtt == expected


CACHES: list[tuple[Fields, bool | None, str | None]] = [
    ((("cache-status", "Origin; fwd=miss, ExampleCDN; hit; ttl=30"),), True, "ExampleCDN; hit; ttl=30"),
    ((("cache-status", "ExampleCDN; fwd=uri-miss; stored"),), False, "ExampleCDN; fwd=uri-miss; stored"),
    ((("cf-cache-status", "HIT"),), True, "HIT"),
    ((("cf-cache-status", "DYNAMIC"),), False, "DYNAMIC"),
    ((("cf-cache-status", "EXPIRED"),), False, "EXPIRED"),
    ((("x-cache", "MISS, HIT"),), True, "HIT"),
    ((("x-cache", "Hit from cloudfront"),), True, "Hit from cloudfront"),
    ((("x-cache", "RefreshHit from cloudfront"),), None, "RefreshHit from cloudfront"),
    ((("x-cache", "TCP_MISS from a23-1"),), False, "TCP_MISS from a23-1"),
    ((("x-cache", "TCP_HIT from a23-1"),), True, "TCP_HIT from a23-1"),
    ((("server-timing", "edge; dur=1, cdn-cache; desc=HIT, origin; dur=0"),), True, "HIT"),
    ((("age", "12"),), True, "12"),
    ((("age", "0"),), None, "0"),
    ((("age", "soon"),), None, None),
    ((("x-cache", ""), ("server", "x")), None, None),
    ((), None, None),
]


@pytest.mark.parametrize(("fields", "hit", "said"), CACHES)
def test_caches_on_the_way(fields: Fields, hit: bool | None, said: str | None) -> None:
    """Each cache's way to say hit or miss; the nearest one decides, and silence is None."""
    status = cache_status_of(fields)
    assert (status.hit if status else None, status.said if status else None) == (hit, said)


def test_age_stands_beside_the_verdict() -> None:
    """Age is in seconds, and shown with the verdict."""
    status = cache_status_of((("age", "31"), ("cf-cache-status", "HIT")))
    assert status == CacheStatus(True, "HIT", "cf-cache-status", 31)
    assert str(status) == "hit, 31 s old"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("build", [shop, failed, eager_http1, hostile, lambda: many(MOST + 50)])
def test_the_notebook_view_is_well_formed_and_inert(build) -> None:  # type: ignore[no-untyped-def]
    """Balanced tags, none that loads or runs anything, no raw control or direction character, nothing unescaped."""
    load = build()
    shown = load._repr_html_()
    tags = _Tags()
    tags.feed(shown)
    assert not tags.open
    assert tags.seen <= {"div", "strong", "br", "table", "thead", "tbody", "tr", "th", "td", "span", "style", "title"}
    assert shown.isprintable()
    assert "\u202e" not in shown
    assert shown.count("<tr>") == min(len(load.requests), MOST) + 1
    assert "url(" not in shown.replace("&", "")


def test_the_notebook_view_escapes_and_redacts() -> None:
    """A server's markup stays text, and a token in a URL is not shown."""
    load = shop()
    first = replace(load.requests[0], url='https://shop.test/<img src=x onerror="alert(1)">?token=abc123')
    shown = replace(load, requests=(first, *load.requests[1:]))._repr_html_()
    assert "<img" not in shown
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in shown
    assert "abc123" not in shown
