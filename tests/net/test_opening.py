"""Opening connections over real sockets: facts, TLS and its sentences, ALPN, phase deadlines, cancellation."""

from __future__ import annotations

import asyncio
import datetime
from itertools import count
from pathlib import Path

import pytest

from fetcher.errors import DeadlineExceeded, FetcherError, ProtocolError, TLSFailed, UsageError
from fetcher.net import NetOptions, open_connection
from fetcher.net.tls import context_for
from fetcher.terms import HttpVersion, Limits
from tests.support.loopback import (
    HOST,
    OK,
    Http2Server,
    answering,
    authority,
    ca_file,
    open_descriptors,
    server_context,
    serving,
    settled,
)


def to(port: int, **kwargs: object) -> NetOptions:
    """Options that lead every host's ``port`` to 127.0.0.1 and trust the tests' authority."""
    kwargs.setdefault("ca_file", ca_file())
    return NetOptions(resolve=(("*", port, "127.0.0.1"),), **kwargs)  # type: ignore[arg-type]


async def idle(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_cleartext_facts() -> None:
    """No TLS facts, no look-up times for a literal, phases in order."""
    async with serving(idle) as port:
        connection = await open_connection("http", "127.0.0.1", port, NetOptions())
        facts = connection.facts
        assert (facts.protocol, facts.address, facts.port, facts.tls) == (HttpVersion.HTTP_1_1, "127.0.0.1", port, None)
        assert facts.times.lookup_start is None
        assert facts.times.tls_start is None
        assert facts.times.connect_start <= facts.times.tcp_end == facts.times.connect_end
        connection.close()
        await connection.wait_closed()
        assert connection.is_closed


async def test_tls_facts_and_alpn() -> None:
    """What the handshake settled is told: version, names, issuer, ALPN, phases apart."""
    async with serving(Http2Server(lambda *_: None), tls=server_context(HOST, "*.shop.test")) as port:
        connection = await open_connection("https", HOST, port, to(port))
        facts = connection.facts
        assert facts.protocol is HttpVersion.HTTP_2
        assert connection.engine.version is HttpVersion.HTTP_2
        assert facts.tls is not None
        assert facts.tls.version == "TLSv1.3"
        assert facts.tls.alpn == "h2"
        assert facts.tls.verified
        assert facts.tls.names == (HOST, "*.shop.test")
        assert "trustme" in (facts.tls.issuer or "")
        assert facts.tls.not_after
        times = facts.times
        assert times.tls_start is not None
        assert times.connect_start <= times.tcp_end <= times.tls_start <= times.connect_end
        connection.close()
        await connection.wait_closed()


@pytest.mark.parametrize(
    ("http", "server", "agreed"),
    [
        ("auto", ("h2", "http/1.1"), HttpVersion.HTTP_2),
        ("auto", ("http/1.1",), HttpVersion.HTTP_1_1),
        ("auto", (), HttpVersion.HTTP_1_1),
        ("1.1", ("h2", "http/1.1"), HttpVersion.HTTP_1_1),
        ("2", ("h2", "http/1.1"), HttpVersion.HTTP_2),
    ],
)
async def test_alpn(http: str, server: tuple[str, ...], agreed: HttpVersion) -> None:
    """The http option is what we offer; the server's choice is the engine."""
    async with serving(idle, tls=server_context(alpn=server)) as port:
        connection = await open_connection("https", HOST, port, to(port, http=http))
        assert connection.protocol is agreed
        connection.abort()
        await connection.wait_closed()


async def test_http2_required_and_not_agreed() -> None:
    """http "2" with a server that knows only 1.1 says what to do; on http:// it is a usage error."""
    async with serving(idle, tls=server_context(alpn=())) as port:
        with pytest.raises(ProtocolError, match="did not agree to HTTP/2; use --http auto"):
            await open_connection("https", HOST, port, to(port, http="2"))
    with pytest.raises(UsageError, match=r"HTTP/2 needs TLS here; use https or --http 1\.1"):
        await open_connection("http", HOST, 80, NetOptions(http="2"))


async def test_insecure_checks_nothing_and_says_so() -> None:
    """With insecure any certificate will do, and the facts say unverified."""
    async with serving(idle, tls=server_context("other.test")) as port:
        connection = await open_connection("https", HOST, port, to(port, ca_file=None, insecure=True))
        assert connection.facts.tls is not None
        assert (connection.facts.tls.verified, connection.facts.tls.names) == (False, ())
        connection.abort()
        await connection.wait_closed()


async def test_certificate_sentences() -> None:
    """Wrong host, expired and unknown authority are told apart and name the way out."""
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    cases = [
        (server_context("other.test"), {}, r"is for another host than shop\.test:\d+; .*--insecure"),
        (server_context(not_before=past, not_after=past), {}, r"has expired; skip the check with --insecure"),
        (
            server_context(),
            {"ca_file": None},
            r"not trusted here.*; trust its authority with --cacert FILE \(ca_file\), or skip .* --insecure\Z",
        ),
    ]
    for context, changes, sentence in cases:
        async with serving(idle, tls=context) as port:
            with pytest.raises(TLSFailed, match=sentence):
                await open_connection("https", HOST, port, to(port, **changes))


async def test_a_server_without_tls() -> None:
    """https to a port that speaks HTTP is told as such."""

    async def speaks_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(speaks_http) as port:
        with pytest.raises(TLSFailed, match="does not answer with TLS on this port; is it an http:// address"):
            await open_connection("https", HOST, port, to(port))


async def test_hanging_up_in_the_handshake() -> None:
    """A peer that closes instead of answering the hello is a TLS failure, not a hang."""

    async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(100)

    async with serving(hangs_up) as port:
        with pytest.raises(TLSFailed, match="closed the connection during the TLS handshake"):
            await open_connection("https", HOST, port, to(port))


async def test_client_certificates(tmp_path: Path) -> None:
    """A server that wants a certificate gets the one given; one that cannot be read is a usage error."""
    certificate = authority().issue_cert("client.test")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    context = server_context()
    context.verify_mode = context.verify_mode.__class__.CERT_REQUIRED
    authority().configure_trust(context)
    async with serving(answering(OK), tls=context) as port:
        connection = await open_connection("https", HOST, port, to(port, cert_file=str(tmp_path / "client.pem")))
        connection.abort()
        await connection.wait_closed()
    with pytest.raises(UsageError, match=r"cannot use the client certificate .*missing\.pem"):
        await open_connection("https", HOST, 1, to(1, cert_file=str(tmp_path / "missing.pem")))


def test_unusable_trust_and_keylog_files(tmp_path: Path) -> None:
    """Files that cannot be used are usage errors that name the option."""
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for name in (str(empty), str(tmp_path / "missing.pem")):
        with pytest.raises(UsageError, match="--cacert"):
            context_for(NetOptions(ca_file=name))
    with pytest.raises(UsageError, match="SSLKEYLOGFILE"):
        context_for(NetOptions(keylog_file=str(tmp_path / "no" / "keys.log")))


async def test_contexts_are_shared_and_secrets_logged(tmp_path: Path) -> None:
    """The same TLS options share one context, whatever else differs; the key log gets the session's secrets."""
    keys = tmp_path / "keys.log"
    async with serving(idle, tls=server_context()) as port:
        options = to(port, keylog_file=str(keys))
        assert context_for(options) is context_for(to(port + 1, keylog_file=str(keys)))
        connection = await open_connection("https", HOST, port, options)
        connection.abort()
        await connection.wait_closed()
    context_for(options).keylog_filename = None  # type: ignore[assignment] # closes the file
    context_for.__globals__["_context"].cache_clear()
    assert "CLIENT_TRAFFIC_SECRET_0" in keys.read_text()


async def test_the_tls_deadline() -> None:
    """A server that accepts and says nothing ends with phase "tls"."""
    async with serving(idle) as port:
        with pytest.raises(DeadlineExceeded, match=r"longer than 30 ms, .* does this port speak TLS\?") as caught:
            await open_connection("https", HOST, port, to(port, limits=Limits(tls_ms=30)))
        assert caught.value.phase == "tls"


async def test_cancelled_at_every_step() -> None:
    """Cancelled after n turns of the loop, for every n until it is open: no descriptor and no task stays behind."""
    async with serving(Http2Server(lambda *_: None), tls=server_context()) as port:
        await settled(lambda: False, steps=4)
        before = open_descriptors()
        tasks = len(asyncio.all_tasks())
        for turns in count():
            task = asyncio.create_task(open_connection("https", HOST, port, to(port)))
            for _ in range(turns):
                await asyncio.sleep(0)
            if task.done():
                connection = task.result()
                connection.abort()
                await connection.wait_closed()
                break
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await settled(lambda: (open_descriptors(), len(asyncio.all_tasks())) == (before, tasks)), turns
        assert turns > 4


async def test_connect_to_changes_the_way_and_not_the_name() -> None:
    """--connect-to leads elsewhere; the certificate is still checked against the host asked for."""
    async with serving(idle, tls=server_context()) as port:
        options = NetOptions(ca_file=ca_file(), connect_to=((HOST, 443, "127.0.0.1", port),))
        connection = await open_connection("https", HOST, 443, options)
        assert connection.facts.address == "127.0.0.1"
        assert connection.facts.port == port
        connection.abort()
        await connection.wait_closed()


async def test_foreign_errors_never_escape() -> None:
    """Garbage in place of a TLS hello is an error of our tree."""

    async def garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x16\x03\x03\x00\x05\xff\xff\xff\xff\xff" * 20)
        await writer.drain()

    async with serving(garbage) as port:
        with pytest.raises(FetcherError):
            await open_connection("https", HOST, port, to(port))
