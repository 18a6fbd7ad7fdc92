"""The origin's log: order, stamps, questions, and JSON lines that another process can read back."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from fetcher import clock
from fetcher.origin import (
    ConnectionClosed,
    ConnectionOpened,
    Log,
    Origin,
    RequestArrived,
    Sent,
    Site,
    asset,
    page,
    text,
)
from tests.support.origin_clients import answer_to, connected, get, h2_client


def request(at: float, stream: int, target: str) -> RequestArrived:
    return RequestArrived(at, 1, stream, "h2", "GET", "a.test", target, (("accept", "*/*"),))


def head(at: float, stream: int, target: str) -> Sent:
    return Sent(at, 1, stream, target, "head", 200)


LOG = Log()
for entry in (
    ConnectionOpened(1, 1, "h2"),
    request(2, 1, "/old.css"),
    request(3, 3, "/?q=1"),
    Sent(4, 1, 3, "/?q=1", "interim", 103),
    request(5, 5, "/a.css"),
    request(6, 7, "/b.js"),
    head(7, 5, "/a.css"),
    head(8, 3, "/?q=1"),
    request(9, 9, "/late.png"),
    request(10, 11, "/"),
    request(11, 13, "/a.css"),
    ConnectionClosed(12, 1, "h2", "why"),
):
    LOG.add(entry)


def test_before_head_names_what_arrived_between_a_document_and_its_head() -> None:
    """Earlier and later requests do not count; a visit whose head never left counts to the end of the log."""
    assert LOG.before_head("/") == ["/a.css", "/b.js"]
    assert LOG.before_head("/?q=1") == ["/a.css", "/b.js"]
    assert LOG.before_head("/", visit=1) == ["/a.css"]
    assert LOG.before_head("/", visit=-1) == ["/a.css"]
    with pytest.raises(IndexError):
        LOG.before_head("/never")


def test_questions_by_path_kind_and_protocol() -> None:
    """A path finds every query of it; kinds and protocols narrow."""
    assert [r.at for r in LOG.requests("/a.css")] == [5, 11]
    assert [r.target for r in LOG.requests("/")] == ["/?q=1", "/"]
    assert [s.what for s in LOG.sent("/")] == ["interim", "head"]
    assert [s.target for s in LOG.sent(what="head")] == ["/a.css", "/?q=1"]
    assert (len(LOG.connections()), len(LOG.connections("h2")), len(LOG.connections("http/1.1"))) == (1, 1, 0)
    assert LOG.multiset() == Counter({"/a.css": 2, "/old.css": 1, "/?q=1": 1, "/b.js": 1, "/late.png": 1, "/": 1})


def test_lines_read_back_are_the_same_log() -> None:
    """Each entry is a line as it happens; lines of another kind are passed over."""
    lines = io.StringIO()
    log = Log(lines)
    for each in LOG:
        log.add(each)
    text_of_all = '{"http": "not an entry"}\nnor this\n[]\n' + lines.getvalue()
    assert Log.read(text_of_all.splitlines()).entries == LOG.entries


def test_a_reader_that_goes_away_does_not_stop_the_log() -> None:
    """A closed sink is given up; the entries stay."""
    lines = io.StringIO()
    log = Log(lines)
    lines.close()
    log.add(ConnectionOpened(1, 1, "h2"))
    log.add(ConnectionClosed(2, 1, "h2"))
    assert len(log) == 2


async def test_until_finds_what_is_there_and_awaits_what_is_not() -> None:
    """An entry already in the log answers at once, another when it comes."""
    assert await LOG.until(lambda e: isinstance(e, ConnectionClosed)) is LOG.entries[-1]
    async with Origin(Site({"/": text(200, "hello")})) as origin:
        await answer_to(origin, "/")
        assert isinstance(await origin.log.until(lambda e: isinstance(e, ConnectionClosed)), ConnectionClosed)


@pytest.mark.parametrize(("tls", "alpn"), [(False, "http/1.1"), (True, "http/1.1"), (True, "h2")])
async def test_the_order_of_one_hinted_exchange(tls: bool, alpn: str) -> None:
    """Opened, request, interim, head, end, closed: each not before the last, and inside what the client saw."""
    site = Site({"/": page("<p>", hints=("</a.css>; rel=preload; as=style",), interim_delay_ms=1, think_ms=3)})
    async with Origin(site, tls=tls, http=(alpn,)) as origin:
        asked = clock.now()
        if alpn == "h2":
            async with h2_client(origin) as client:
                assert await client.story("/") == [103, 200, b"<p>", "end"]
        else:
            await answer_to(origin, "/")
        answered = clock.now()
        await origin.log.until(lambda e: isinstance(e, ConnectionClosed))
    entries = origin.log.entries
    kinds = [e.what if isinstance(e, Sent) else type(e).__name__ for e in entries]
    assert kinds == ["ConnectionOpened", "RequestArrived", "interim", "head", "end", "ConnectionClosed"]
    times = [e.at for e in entries]
    assert times == sorted(times)
    assert asked <= times[0]
    assert times[4] <= answered
    assert times[2] - times[1] >= 1
    assert times[3] - times[1] >= 3
    assert {e.connection for e in entries} == {1}
    assert isinstance(entries[1], RequestArrived)
    assert (entries[1].protocol, entries[1].authority, entries[1].target) == (alpn, "a.test", "/")


async def test_hinted_requests_are_seen_before_the_head() -> None:
    """A client that asks for the sheet at the 103, and for the picture at the head, is told apart by the log."""
    site = Site(
        {
            "/": page("<p>", hints=("</a.css>; rel=preload; as=style",), interim_delay_ms=1, think_ms=60),
            "/a.css": asset(b"a{}", "text/css"),
            "/b.png": asset(10, "image/png"),
        }
    )
    async with Origin(site) as origin:
        async with connected(origin, "http/1.1") as (reader, writer):
            writer.write(get("/"))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 103")
            await answer_to(origin, "/a.css")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await answer_to(origin, "/b.png")
        assert origin.log.before_head("/") == ["/a.css"]
        assert origin.log.multiset() == Counter({"/": 1, "/a.css": 1, "/b.png": 1})
