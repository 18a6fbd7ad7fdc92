"""install(): requests, urllib3 and plain http.client read past interim responses, and uninstall undoes it exactly."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest
import requests
import urllib3

from fetcher import stdlib
from fetcher.wire.events import InterimResponse
from tests.support.scripted_http1 import hints, ok, scripted

STYLE = b"</style.css>; rel=preload; as=style"
PATCHED = [
    (http.client.HTTPResponse, "_read_status"),
    (http.client.HTTPResponse, "interim"),
    (http.client.HTTPConnection, "getresponse"),
    (http.client.HTTPConnection, "putheader"),
]


def state() -> list[object]:
    return [owner.__dict__.get(name) for owner, name in PATCHED]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """Whatever a test does, http.client is as it was afterwards."""
    before = state()
    yield
    stdlib.uninstall()
    assert all(now is then for now, then in zip(state(), before, strict=True))


def test_requests_without_it_takes_the_103_for_the_answer() -> None:
    """What install is for: without it requests returns status 103."""
    with scripted([hints(STYLE) + ok(b"page")]) as server, requests.Session() as session:
        status = session.get(f"http://127.0.0.1:{server.port}/", timeout=5).status_code
    if status == 200:
        pytest.skip("this interpreter's http.client has bpo-28570 mended")
    assert status == 103


def test_requests() -> None:
    """A kept connection, three requests, each with its own answer; the callback hears of each 103 and from where."""
    seen: list[tuple[int, str | None]] = []
    stdlib.install(lambda interim, connection: seen.append((interim.status, connection and connection.host)))
    with scripted(*[[hints(STYLE) + ok(body)] for body in (b"1", b"2", b"3")]) as server, requests.Session() as session:
        url = f"http://127.0.0.1:{server.port}/"
        answers = [session.get(url, timeout=5) for _ in range(3)]
        assert server.connections == 1
    assert [(one.status_code, one.content) for one in answers] == [(200, b"1"), (200, b"2"), (200, b"3")]
    assert all("link" not in one.headers for one in answers)
    assert seen == [(103, "127.0.0.1")] * 3


def test_urllib3() -> None:
    """The same through urllib3's pool, with the interim responses kept on the original response."""
    stdlib.install()
    with scripted([hints(STYLE) * 2 + ok(b"1")], [ok(b"2")]) as server, urllib3.PoolManager() as pool:
        url = f"http://127.0.0.1:{server.port}/"
        first = pool.request("GET", url, timeout=5)
        second = pool.request("GET", url, timeout=5)
        assert server.connections == 1
    assert [(one.status, one.data) for one in (first, second)] == [(200, b"1"), (200, b"2")]
    original = first._original_response
    assert original is not None
    assert [one.status for one in original.interim] == [103, 103]  # type: ignore[attr-defined]
    assert second._original_response.interim == ()  # type: ignore[union-attr]


def test_a_flood_reaches_urllib3_and_requests_as_their_own_errors() -> None:
    """Both know what to do with an http.client error."""
    stdlib.install()
    with scripted([hints() * 101], [hints() * 101]) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.ProtocolError):
            pool.request("GET", url, retries=False, timeout=5)
        with requests.Session() as session, pytest.raises(requests.exceptions.ConnectionError):
            session.get(url, timeout=5)


def test_an_upgrade_asked_for_through_urllib3_stays_as_it_was() -> None:
    """101 is the response when the request carried Upgrade, an error when it did not."""
    stdlib.install()
    switching = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    with scripted([switching], [switching]) as server, urllib3.PoolManager() as pool:
        url = f"http://127.0.0.1:{server.port}/"
        asked = pool.request("GET", url, headers={"Upgrade": "x"}, retries=False, timeout=5)
        assert asked.status == 101
        asked.release_conn()
        with pytest.raises(urllib3.exceptions.ProtocolError):
            pool.request("GET", url, retries=False, timeout=5)


def test_plain_http_client_and_our_own_classes_under_install() -> None:
    """http.client itself is mended; our own connection under install reports each response once to each callback."""
    everyone: list[InterimResponse] = []
    own: list[InterimResponse] = []
    stdlib.install(lambda interim, connection: everyone.append(interim))
    with scripted([hints(STYLE) + ok(b"1")], [hints(STYLE) + ok(b"2")]) as server:
        plain = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        plain.request("GET", "/")
        assert plain.getresponse().read() == b"1"
        plain.close()
        ours = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5, on_interim=own.append)
        ours.request("GET", "/")
        response = ours.getresponse()
        assert (response.read(), response.interim) == (b"2", tuple(own))
        ours.close()
    assert (len(everyone), len(own)) == (2, 1)
    assert everyone[1] is own[0]


def test_installing_twice_changes_only_the_callback() -> None:
    """The second call puts nothing on top; one uninstall undoes both, and a second one is harmless."""
    before = state()
    first: list[int] = []
    second: list[int] = []
    stdlib.install(lambda interim, _: first.append(interim.status))
    once = state()
    stdlib.install(lambda interim, _: second.append(interim.status))
    assert all(now is then for now, then in zip(state(), once, strict=True))
    with scripted([hints(STYLE) + ok(b"1")]) as server, urllib3.PoolManager() as pool:
        assert pool.request("GET", f"http://127.0.0.1:{server.port}/", timeout=5).status == 200
    assert (first, second) == ([], [103])
    stdlib.uninstall()
    assert all(now is then for now, then in zip(state(), before, strict=True))
    stdlib.uninstall()
    assert not stdlib.installed()


def test_somebody_elses_patch_over_ours_survives() -> None:
    """uninstall leaves theirs in place and ours beneath it asleep: http.client behaves as it does by itself."""
    original = http.client.HTTPResponse.__dict__["_read_status"]
    stdlib.install()
    ours = http.client.HTTPResponse.__dict__["_read_status"]
    calls: list[int] = []

    def theirs(self: http.client.HTTPResponse) -> object:
        calls.append(1)
        return ours(self)

    http.client.HTTPResponse._read_status = theirs  # type: ignore[attr-defined]
    try:
        stdlib.uninstall()
        assert http.client.HTTPResponse.__dict__["_read_status"] is theirs
        with scripted([hints(STYLE) + ok(b"1")]) as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
            connection.request("GET", "/")
            response = connection.getresponse()
            connection.close()
        assert calls
        assert not hasattr(response, "interim")
    finally:
        http.client.HTTPResponse._read_status = original  # type: ignore[attr-defined]


def test_many_threads_at_once() -> None:
    """Eight threads install, fetch on connections of their own and hear only of their own responses."""
    heard: dict[str, set[int]] = {}
    outcomes: list[tuple[int, bytes]] = []

    def hear(_: InterimResponse, connection: http.client.HTTPConnection | None) -> None:
        heard.setdefault(threading.current_thread().name, set()).add(id(connection))

    with scripted(*[[hints(STYLE) + ok(b"x")]] * 16) as server:

        def work() -> None:
            stdlib.install(hear)
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            for _ in range(2):
                connection.request("GET", "/")
                response = connection.getresponse()
                outcomes.append((response.status, response.read()))
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert outcomes == [(200, b"x")] * 16
    assert [len(connections) for connections in heard.values()] == [1] * 8
