"""Trafficserver with an origin that sends a 102 first: a real server that breaks the protocol, and a clear outcome."""

from __future__ import annotations

import pytest

import fetcher
from tests.support.servers import Server

pytestmark = [pytest.mark.interop, pytest.mark.parametrize("server", ["trafficserver"], indirect=True)]


async def test_a_102_and_then_nothing_over_http1(server: Server, trusting) -> None:
    """Over HTTP/1.1 the 102 comes through and nothing after it: the wait ends by our limit, with the 102 kept."""
    seen = []
    options = trusting(http="1.1", limits=fetcher.Limits(response_ms=1_000))
    with pytest.raises(fetcher.FetcherError) as caught:
        await fetcher.fetch(server.url("/processing"), options=options, on_interim=seen.append)
    assert [one.status for one in seen][:1] == [102]
    assert caught.value.kind in ("deadline", "connection-lost")


async def test_a_102_that_ends_the_stream_over_http2(server: Server, trusting) -> None:
    """Over HTTP/2 the 102 has END_STREAM set, which RFC 9113 8.1 forbids: a protocol error of the server's, said so."""
    options = trusting(http="2", limits=fetcher.Limits(response_ms=3_000))
    with pytest.raises(fetcher.RemoteProtocolError) as caught:
        await fetcher.fetch(server.url("/processing"), options=options)
    assert "102" in str(caught.value)


@pytest.mark.parametrize("http", ["1.1", "2"])
async def test_the_page_load_ends_as_clearly(server: Server, trusting, http: str) -> None:
    """``load_page`` raises with the partial record, whose document request carries the reason."""
    options = trusting(http=http, limits=fetcher.Limits(response_ms=1_000))
    with pytest.raises(fetcher.FetcherError) as caught:
        await fetcher.load_page(server.url("/processing"), options=options)
    record = caught.value.record
    assert record.document is None
    assert record.outcome == record.requests[0].outcome == caught.value.kind
    assert record.error


async def test_the_connection_is_used_up_but_the_server_is_not(server: Server, trusting) -> None:
    """After all that another connection gets its 103 and its page."""
    response = await fetcher.fetch(server.url("/"), options=trusting())
    assert [one.status for one in response.interim] == [103]
    assert "slow page" in await response.text()
