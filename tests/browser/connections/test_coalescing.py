"""One connection for several hosts, and the ways out of it: 421, GOAWAY, its end. The corpus holds the same against
Chromium (``cases/connections.py``); here is what a server's log does not tell, and what loopback cannot show."""

from __future__ import annotations

import pytest

from fetcher.browser import events as e
from fetcher.browser.connections.coalescing import covers
from fetcher.origin import Body, GoAway, Head, Site, Wait, asset, page, text
from fetcher.record import PageLoad, pages_from_har, to_har
from fetcher.report.rows import rows
from fetcher.terms import HttpVersion, ProxyFacts
from tests.support.playbook import Playbook, image, script
from tests.support.virtual_time import Path, virtual_load

NAMES = ("wide.test", "*.wide.test")
IMG = "https://img.wide.test"
PROXY = ProxyFacts("http://proxy.test:3128", tunnel=True)


@pytest.mark.parametrize(
    ("names", "host", "does"),
    [
        (NAMES, "wide.test", True),
        (NAMES, "img.wide.test", True),
        (NAMES, "IMG.Wide.test.", True),
        (NAMES, "a.img.wide.test", False),
        (NAMES, "notwide.test", False),
        (("*.test",), "wide.test", False),  # a star for a whole domain
        (("i*.wide.test",), "img.wide.test", False),  # and for a part of a label
        (("*.0.0.1",), "127.0.0.1", False),
        (("127.0.0.1",), "127.0.0.1", True),
        ((), "wide.test", False),
    ],
)
def test_which_names_a_certificate_covers(names: tuple[str, ...], host: str, does: bool) -> None:
    assert covers(names, host) is does


def wide(**facts: object) -> Playbook:
    """https://www.wide.test/ as it arrives over HTTP/2, with a certificate for all of wide.test."""
    play = Playbook("https://www.wide.test/")
    play.opens(**{"protocol": HttpVersion.HTTP_2, "names": NAMES, **facts})  # type: ignore[arg-type]
    play.head(0)
    return play


def test_a_host_at_the_same_address_is_served_by_the_connection_that_stands() -> None:
    play = wide()
    assert play.finds(image(f"{IMG}/a.png"))[-1] == "resolve img.wide.test:443"
    assert play.finds(image(f"{IMG}/b.png"))[-1] == "found image fetched 2"  # asked once
    assert play.resolves("img.wide.test", "198.51.100.7", "192.0.2.1") == [
        f"start 1 {IMG}/a.png on 0 image no-cors",
        f"start 2 {IMG}/b.png on 0 image no-cors",
    ]
    assert play.finds(image(f"{IMG}/c.png"))[-1] == f"start 3 {IMG}/c.png on 0 image no-cors"
    load = play.recorder.load()
    assert [each.coalesced for each in load.requests] == [False, True, True, True]
    (lookup,) = load.lookups
    assert (lookup.host, lookup.connection, lookup.endpoints) == (
        "img.wide.test",
        0,
        ("198.51.100.7 443", "192.0.2.1 443"),
    )
    assert len(load.connections) == 1


@pytest.mark.parametrize("addresses", [("198.51.100.7",), ()])
def test_a_host_elsewhere_gets_its_own(addresses: tuple[str, ...]) -> None:
    """Also one that no address is known of: opening says why it cannot be."""
    play = wide()
    play.finds(image(f"{IMG}/a.png"))
    assert play.resolves("img.wide.test", *addresses) == ["open 1 https://img.wide.test:443 fetch"]
    assert play.recorder.load().lookups[0].connection is None


def test_another_port_is_another_place() -> None:
    """The address must be reached at the port that a connection to the host would go to."""
    play = wide()
    play.finds(image(f"{IMG}/a.png"))
    elsewhere = e.NameResolved(play.at, "img.wide.test", 443, (("192.0.2.1", 8443),))
    assert play.event(elsewhere) == ["open 1 https://img.wide.test:443 fetch"]


@pytest.mark.parametrize(
    "facts",
    [
        {"verified": False},
        {"names": ("www.wide.test",)},
        {"protocol": HttpVersion.HTTP_1_1},
        {"proxy": PROXY},
    ],
    ids=str,
)
def test_nothing_is_looked_up_where_nothing_could_come_of_it(facts: dict[str, object]) -> None:
    """A certificate nobody checked, one for this host alone, HTTP/1.1, a proxy."""
    play = wide(**facts)
    assert "open 1 https://img.wide.test:443 fetch" in play.finds(image(f"{IMG}/a.png"))


def test_classes_do_not_meet() -> None:
    """What goes without credentials does not ride on a connection that has them."""
    play = wide()
    lines = play.finds(script(f"{IMG}/s.js", crossorigin="", src="s.js"))
    assert lines[-1] == "open 1 https://img.wide.test:443 fetch uncredentialed"


def shared() -> Playbook:
    play = wide()
    play.finds(image(f"{IMG}/a.png"))
    play.resolves("img.wide.test", "192.0.2.1")
    return play


def test_421_is_asked_again_alone_and_once() -> None:
    """RFC 9110 15.5.20: on a connection of its own, as is all else of that host; a second 421 is the answer."""
    play = shared()
    assert play.head(1, 421) == ["cancel 1", "open 1 https://img.wide.test:443 fetch"]
    assert play.opens(connection=1, names=NAMES) == [f"start 1 {IMG}/a.png on 1 image no-cors"]
    assert play.finds(image(f"{IMG}/b.png"))[-1] == f"start 2 {IMG}/b.png on 1 image no-cors"
    assert "resolve js.wide.test:443" in play.finds(image("https://js.wide.test/c.png"))  # others still may
    play.head(1, 421)
    play.ends(1)
    request = play.recorder.load().requests[1]
    assert (request.status, request.outcome, request.retries, request.coalesced) == (421, "complete", 1, False)
    assert request.retry_reason == (
        f"{IMG}/a.png was answered with 421 (Misdirected Request) on the connection to www.wide.test, so it gets one "
        "of its own"
    )


def test_421_where_the_host_is_at_home_is_asked_again_there() -> None:
    """As Chromium does, on HTTP/2."""
    play = wide()
    play.finds(image("https://www.wide.test/a.png"))
    assert play.head(1, 421) == ["cancel 1", "start 1 https://www.wide.test/a.png on 0 image no-cors"]
    assert play.head(1, 421) == []


def test_421_over_http1_takes_another_connection() -> None:
    """That one has the rest of the answer on it."""
    play = wide(protocol=HttpVersion.HTTP_1_1)
    play.finds(image("https://www.wide.test/a.png"))
    play.opens(HttpVersion.HTTP_1_1, connection=1)
    lines = play.head(1, 421)
    assert lines == ["cancel 1", "open 2 https://www.wide.test:443 fetch"]


def test_a_goaway_sends_both_hosts_elsewhere() -> None:
    play = shared()
    play.event(e.GoAway(play.at, 0, "done"))
    assert play.finds(image(f"{IMG}/b.png"))[-1] == "open 1 https://img.wide.test:443 fetch"
    assert play.finds(image("https://www.wide.test/c.png"))[-1] == "open 2 https://www.wide.test:443 fetch"


def test_a_lost_connection_is_made_good_for_what_was_not_processed() -> None:
    play = shared()
    play.event(e.GoAway(play.at, 0, "done"))
    assert play.fails(1, processed=False) == ["open 1 https://img.wide.test:443 fetch"]
    play.event(e.ConnectionLost(play.at, 0, None, None))
    assert play.opens(connection=1) == [f"start 1 {IMG}/a.png on 1 image no-cors"]
    assert play.recorder.load().requests[1].coalesced is False


def test_an_unused_preconnect_is_passed_over() -> None:
    """As in Chromium: the hint opens a connection, and the request goes over the one that stands."""
    play = Playbook("https://www.wide.test/")
    play.opens(names=NAMES)
    play.interim(f"<{IMG}>; rel=preconnect")
    play.opens(connection=1, names=NAMES)
    play.head(0)
    assert play.finds(image(f"{IMG}/a.png"))[-1] == "resolve img.wide.test:443"
    assert play.resolves("img.wide.test", "192.0.2.1") == [f"start 1 {IMG}/a.png on 0 image no-cors"]


def test_a_har_of_another_program_tells_it_by_the_connection_s_name() -> None:
    """Two hosts on one connection, as Chromium's HAR says it."""

    def entry(url: str, connect: float) -> dict[str, object]:
        timings = {"blocked": 0, "dns": -1, "connect": connect, "ssl": -1, "send": 0, "wait": 5, "receive": 1}
        empty: dict[str, object] = {"httpVersion": "h2", "headers": [], "cookies": [], "headersSize": -1, "bodySize": 0}
        content = {"content": {"size": 0, "mimeType": "text/html"}, "redirectURL": ""}
        return {
            "startedDateTime": "2026-01-01T00:00:00.000Z",
            "time": 6 + max(connect, 0),
            "request": {"method": "GET", "url": url, "queryString": [], **empty},
            "response": {"status": 200, "statusText": "", **content, **empty},
            "cache": {},
            "timings": timings,
            "connection": "7",
        }

    asked = [("https://www.wide.test/", 20), (f"{IMG}/a.png", -1), ("https://www.wide.test/b.png", -1)]
    log = {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry(*each) for each in asked]}
    har = {"log": log}
    (record,) = pages_from_har(har)
    assert [(each.connection, each.coalesced) for each in record.requests] == [(0, False), (0, True), (0, False)]


# -- with the driver, in virtual time

MARKUP = f"<img src={IMG}/a.png><img src=https://far.wide.test/b.png>"
ELSEWHERE = {"far.wide.test": "198.51.100.7"}


def load(routes: dict[str, object], hosts: dict[str, object] | None = None, **path: object) -> PageLoad:
    site = Site({}, {"www.wide.test": routes, **(hosts or {})}, lambda _: asset(b"", "image/png"))  # type: ignore[dict-item]
    return virtual_load("https://www.wide.test/", site, path=Path(names=NAMES, addresses=ELSEWHERE, **path)).load  # type: ignore[arg-type]


def test_a_load_says_who_shared_and_who_did_not() -> None:
    record = load({"/": page(MARKUP)})
    near, far = record.requests[1:]
    assert (near.coalesced, near.connection, far.coalesced, far.connection) == (True, 0, False, 1)
    assert [each.connection for each in rows(record)] == ["c0", "c0*", "c1"]
    assert [each["coalesced"] for each in record.to_rows()] == [False, True, False]
    (again,) = pages_from_har(to_har(record, redact=False))
    assert (again.requests, again.lookups) == (record.requests, record.lookups)
    assert [(each.host, each.endpoints, each.connection) for each in record.lookups] == [
        ("img.wide.test", ("127.0.0.1 443",), 0),
        ("far.wide.test", ("198.51.100.7 443",), None),
    ]


def test_a_name_that_is_not_known_fails_as_it_would_have() -> None:
    record = load({"/": page(MARKUP)}, unknown=("img.wide.test",))
    assert record.lookups[0].error == "img.wide.test is not a known name"
    assert record.requests[1].outcome == "lookup-failed"


def test_a_goaway_in_mid_load() -> None:
    """What comes after it goes over new connections, one for each host: the old one may serve nobody."""
    late = (
        Head(200, (("content-type", "text/html; charset=utf-8"),)),
        Body(f"<img src={IMG}/a.png>".encode()),
        Wait(200),
    )
    more = f"<img src={IMG}/b.png><img src=/c.png>".encode()
    record = load({"/": (*late, Body(more))}, {"img.wide.test": {"/a.png": (GoAway(), *asset(b"", "image/png"))}})
    by_path = {each.url.rpartition("/")[2]: each for each in record.requests}
    assert by_path["a.png"].coalesced
    assert by_path["b.png"].connection != 0 != by_path["c.png"].connection
    assert all(each.outcome == "complete" for each in record.requests)


@pytest.mark.parametrize(("far", "at_once"), [(False, 6), (True, 14)])
def test_a_host_served_by_another_s_is_not_known_for_http2(far: bool, at_once: int) -> None:
    """Six pictures at a time, however long it goes on, as in Chromium (``test_connections``); on a connection of its
    own, once that has shown what it speaks, all."""
    host = "far.wide.test" if far else "img.wide.test"
    pictures = "".join(f"<img src=https://{host}/{number}.png>" for number in range(14)).encode()
    first = Body(f"<img src=https://{host}/first.png>".encode())
    late = (Head(200, (("content-type", "text/html; charset=utf-8"),)), first, Wait(200), Body(pictures))
    slow = {f"/{number}.png": asset(b"", "image/png", delay_ms=500) for number in range(14)}
    requests = load({"/": late}, {host: slow}).requests[2:]
    begun = [each.times.request_start or 0 for each in requests]
    assert sum(at < begun[0] + 400 for at in begun) == at_once
    assert all(each.coalesced is not far for each in requests)
    if not far:
        assert "not known to speak HTTP/2" in (requests[-1].held or "")


def test_421_in_a_load() -> None:
    def answer(request: object) -> object:
        return text(421, "") if request.stream > 1 else asset(b"12345", "image/png")  # type: ignore[attr-defined]

    record = load({"/": page(MARKUP)}, {"img.wide.test": {"/a.png": answer}})
    request = record.requests[1]
    assert (request.status, request.retries, request.coalesced, request.sizes.decoded) == (200, 1, False, 5)
    assert record.connections[request.connection or 0].host == "img.wide.test"
