"""The origin as a server: where it listens, what it refuses, whom it trusts, and that nothing is left when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
from pathlib import Path

import pytest
from h2.events import InformationalResponseReceived

from fetcher.errors import MissingExtra, UsageError
from fetcher.origin import (
    Answer,
    Body,
    ConnectionClosed,
    Head,
    Interim,
    Origin,
    RequestSeen,
    Silence,
    Site,
    Wait,
    asset,
    certificates,
    page,
    text,
    throw_away,
)
from fetcher.origin.static import content_type, files
from tests.support.origin_clients import answer_to, connected, get, h2_client


def seen(target: str, authority: str = "a.test:81") -> RequestSeen:
    return RequestSeen(0, 1, 1, "h2", "GET", "https", authority, target)


def test_a_site_finds_the_whole_target_then_the_path_then_the_default() -> None:
    """Hosts with a table of their own use that one alone; routes may be functions of the request."""
    a, b, c = text(200, "a"), text(200, "b"), text(200, "c")
    site = Site({"/?x=1": a, "/": b, "/f": lambda r: text(200, r.host)}, hosts={"b.test": {"/": c}})
    assert site.answer(seen("/?x=1")) == a
    assert site.answer(seen("/?x=2")) == b
    assert site.answer(seen("/f")) == text(200, "a.test")
    assert site.answer(seen("/", "B.test:81")) == c
    assert site.answer(seen("/f", "b.test"))[0] == text(404, "")[0]
    assert seen("/", "[::1]:81").host == "[::1]"
    assert seen("/", "[::1]").host == "[::1]"


def test_a_page_thinks_from_the_request_on() -> None:
    """The 103 leaves after its delay, the head when the thinking is done, a delay beyond it notwithstanding."""
    hint = "</a.css>; rel=preload; as=style"
    answer = page("<p>", hints=[hint], think_ms=300, interim_delay_ms=20)
    assert answer[:3] == (Wait(20), Interim(103, (("link", hint),)), Wait(280))
    assert page("<p>", hints=[hint], think_ms=10, interim_delay_ms=20)[2] == Wait(0)
    assert page("<p>", think_ms=10) == (Wait(10), *page("<p>")[1:])


def test_files_of_a_directory_become_routes(tmp_path: Path) -> None:
    """Every file by its path, an index for its folder too, types by our own table."""
    root = tmp_path
    (root / "css").mkdir()
    (root / "css" / "a.css").write_bytes(b"a{}")
    (root / "index.html").write_bytes(b"<p>")
    routes = files(root, cache="no-cache")
    assert sorted(routes) == ["/", "/css/a.css", "/index.html"]
    assert routes["/css/a.css"] == asset(b"a{}", "text/css; charset=utf-8", cache="no-cache")
    assert content_type("x.unknown") == "application/octet-stream"
    with pytest.raises(UsageError, match="there is no directory"):
        files(root / "none")


async def test_a_port_in_use_is_refused_with_a_sentence() -> None:
    """The second origin on a port says which one, and what to do."""
    async with Origin(Site({})) as first:
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1 port {first.port}"):
            await Origin(Site({}), port=first.port).start()


def test_only_protocols_we_speak_are_taken() -> None:
    """HTTP/3 and nothing at all are refused when the origin is made."""
    for http in (("h3",), ()):
        with pytest.raises(UsageError, match="an origin speaks"):
            Origin(Site({}), http=http)


async def test_addresses() -> None:
    """url carries scheme and port, IPv6 in brackets; cleartext has no authority to trust."""
    async with Origin({"/": text(200, "six")}, host="::1") as origin:
        assert origin.url == f"http://[::1]:{origin.port}"
        assert origin.url_of("a.test") == f"http://a.test:{origin.port}"
        assert (await answer_to(origin, "/")).endswith(b"six")
        with pytest.raises(UsageError, match="without TLS"):
            _ = origin.ca_file


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "a.test", "x.b.test", "cdn.test"])
async def test_the_certificate_is_good_for_its_names(name: str) -> None:
    """A client that trusts ca_file alone completes the handshake under each name."""
    async with Origin(Site({}), tls=True) as origin:
        context = ssl.create_default_context(cafile=str(origin.ca_file))
        _, writer = await asyncio.open_connection(origin.host, origin.port, ssl=context, server_hostname=name)
        writer.transport.abort()
    assert not origin._connections


async def test_a_client_that_does_not_trust_is_logged_and_gone() -> None:
    """The failed handshake is a ConnectionClosed without a protocol, and its reason."""
    async with Origin(Site({}), tls=True) as origin:
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(origin.host, origin.port, ssl=ssl.create_default_context())
        entry = await origin.log.until(lambda e: isinstance(e, ConnectionClosed))
        assert isinstance(entry, ConnectionClosed)
        assert entry.protocol == ""
        assert entry.reason


def test_without_trustme_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """MissingExtra carries the pip command."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    certificates._authority.cache_clear()
    certificates.throw_away.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'early-hints-fetcher\[serve\]'"):
        throw_away()


def test_certificate_files(tmp_path: Path) -> None:
    """ca.pem, server.pem and a key that only its owner reads; one authority for the whole process."""
    folder = tmp_path / "new"
    assert throw_away().write(folder) == folder / "ca.pem"
    assert (folder / "server.key").stat().st_mode & 0o077 == 0
    assert (folder / "ca.pem").read_bytes() == throw_away(("other.test",)).authority
    assert (folder / "server.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("tls", [False, True])
async def test_stopping_drops_idle_busy_and_half_open_connections(tls: bool) -> None:
    """An idle client, one in mid-answer, one served in silence and one that never shook hands: all end, at once."""
    site = Site({"/slow": (Head(), Body(9, 1, 60_000)), "/silent": (Silence(),), "/wait": (Wait(60_000),)})
    async with Origin(site, tls=tls) as origin:
        before = asyncio.all_tasks()
        async with connected(origin, "http/1.1") as idle, connected(origin, "http/1.1") as busy:
            silent_reader, silent_writer = await asyncio.open_connection(origin.host, origin.port)
            busy[1].write(get("/slow"))
            await busy[0].readuntil(b"\r\n\r\n")
            await origin.stop()
            for reader in (idle[0], busy[0], silent_reader):
                with contextlib.suppress(ConnectionError):
                    await reader.read()
                assert reader.at_eof() or reader.exception() is not None
            silent_writer.transport.abort()
        assert not {task for task in asyncio.all_tasks() - before if not task.done()}
        assert not origin._connections


async def test_stopping_ends_http2_streams_and_deletes_the_ca_file() -> None:
    """Open streams are cancelled with their connection; the temporary authority file goes too."""
    async with Origin(Site({"/": (Interim(), Silence())}), tls=True) as origin, h2_client(origin) as client:
        await client.until(client.request("/"), InformationalResponseReceived)
        file = origin.ca_file
        assert file.exists()
        await origin.stop()
        assert not file.exists()


async def test_the_site_may_change_while_running() -> None:
    """A request gets the site of its moment."""

    def counted(request: RequestSeen) -> Answer:
        return text(200, f"stream {request.stream}")

    async with Origin({"/": text(200, "before")}) as origin:
        assert (await answer_to(origin, "/")).endswith(b"before")
        origin.site = Site({"/": counted})
        assert (await answer_to(origin, "/")).endswith(b"stream 1")
