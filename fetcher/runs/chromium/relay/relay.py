"""Between a Chromium and the servers: a proxy on this machine that passes HTTP/2 on, and can withhold 103s.

Chromium (156) has no switch by which it would ignore a 103. So both arms of a comparison go through here, and in the
one without hints the 103, received by the relay, is withheld; nothing else differs between the arms. Towards the
servers the relay connects as a load of ours does (``NetOptions``: --resolve, --cacert, --proxy ...), one connection for
each that Chromium opens, so that round trips are as many; towards Chromium it has one throw-away key, which that
browser alone trusts. What passed is in the ``Passage`` of each load.

Any program of this machine can reach its port. So it speaks TLS to who names it, and its name is a secret of each run,
told to the browser over its pipe: whoever connects without is refused before he can say what he wants.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import ssl
from dataclasses import replace
from types import TracebackType
from typing import Self

from fetcher import clock
from fetcher.errors import FetcherError
from fetcher.net.opening import Reached, prepare, reach
from fetcher.net.options import NetOptions
from fetcher.origin.certificates import throw_away
from fetcher.runs.chromium.relay.dressing import Dressing
from fetcher.runs.chromium.relay.near import Near
from fetcher.runs.chromium.relay.passage import Link, Passage
from fetcher.runs.chromium.relay.pump import Pump
from fetcher.runs.chromium.trust import key_hash
from fetcher.terms import Fields, HttpVersion
from fetcher.urls import resolve
from fetcher.wire.http1.passing import Passing as Http1Passing
from fetcher.wire.http2.passing import Passing

HEAD_BYTES = 16_384
HEAD_SECONDS = 10.0
MOST_CONNECTIONS = 256
DOMAIN = "relay.invalid"
_ALPN = {HttpVersion.HTTP_2: "h2", HttpVersion.HTTP_1_1: "http/1.1"}


class Relay:
    """Listens on loopback while it is entered, for who calls it ``name``; ``proxy`` says that to a browser that finds
    ``DOMAIN`` on loopback. ``begin`` says what becomes of connections from then on."""

    def __init__(self, options: NetOptions) -> None:
        self.port = 0
        self.name = f"{secrets.token_hex(16)}.{DOMAIN}"
        self._options = options
        self._passage = Passage(withheld=False)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        certificate = throw_away((DOMAIN,))
        self.key_hash = key_hash(ssl.PEM_cert_to_DER_cert(_first(certificate.chain.decode("ascii"))))
        self._contexts = {version: certificate.server_context([name]) for version, name in _ALPN.items()}
        self._door = certificate.server_context(["http/1.1"])
        self._door.sni_callback = self._named

    @property
    def proxy(self) -> str:
        return f"https://{self.name}:{self.port}"

    async def __aenter__(self) -> Self:
        prepare(self._options)
        self._server = await asyncio.start_server(
            self._accepted, "127.0.0.1", 0, limit=HEAD_BYTES, ssl=self._door, ssl_handshake_timeout=HEAD_SECONDS
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, *, withheld: bool, dressing: Dressing | None = None) -> Passage:
        """A load begins: its connections are in the passage given, and its 103s are ``withheld`` or not."""
        self._passage = Passage(withheld, dressing=dressing)
        return self._passage

    def _named(self, tls: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> int | None:
        known = hmac.compare_digest((name or "").encode("utf-8", "replace"), self.name.encode("ascii"))
        return None if known else int(ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer, self._passage)
        except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError, FetcherError):
            pass  # Chromium tells what it makes of a connection that ended
        except asyncio.CancelledError:
            pass  # a load or the whole is over; the server's task has nobody who would take it
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passage: Passage) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = head.decode("latin-1").partition(" ")
        target = rest.partition(" ")[0]
        if len(passage.links) < MOST_CONNECTIONS:
            host, colon, port = target.rpartition(":")
            if method == "CONNECT" and colon and port.isdigit() and len(port) < 6:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await self._tunnel(Near(reader, writer), Link(host.strip("[]"), int(port), clock.now()), passage)
                return
            if method != "CONNECT" and target.startswith("http://"):
                await self._forward(Near(reader, writer, head), target, passage)
                return
        writer.write(b"HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    async def _tunnel(self, near: Near, link: Link, passage: Passage) -> None:
        passage.links.append(link)
        async with asyncio.timeout(HEAD_SECONDS):
            offered = await near.begun()
        link.scheme = "https" if offered is not None else "http"
        options = self._options
        if offered is None or "h2" not in offered:
            options = replace(options, http="1.1")
        reached = await self._reached(link, options)
        try:
            if offered is not None:
                async with asyncio.timeout(HEAD_SECONDS):
                    await near.secure(self._contexts[reached.facts.protocol])
            authority = f"{_bracketed(link.host)}:{link.port}"
            await self._carried(link, near, reached, passage, authority)
        finally:
            reached.stream.abort()

    async def _forward(self, near: Near, target: str, passage: Passage) -> None:
        """Requests over http: that name their server in full, as a proxy gets them."""
        url = resolve(target)
        if url is None or not url.host:
            return
        link = Link(url.host, url.port, clock.now(), scheme="http")
        passage.links.append(link)
        reached = await self._reached(link, replace(self._options, http="1.1"))
        try:
            await self._carried(link, near, reached, passage, target[7:].partition("/")[0], forward=True)
        finally:
            reached.stream.abort()

    async def _reached(self, link: Link, options: NetOptions) -> Reached:
        try:
            reached = await reach(link.scheme, link.host, link.port, options)
        except FetcherError as error:
            link.error = str(error)
            raise
        link.facts = reached.facts
        return reached

    async def _carried(
        self, link: Link, near: Near, reached: Reached, passage: Passage, authority: str, *, forward: bool = False
    ) -> None:
        asked = None
        if reached.facts.protocol is HttpVersion.HTTP_2:
            link.passing = Passing(withheld=passage.withheld, dress=passage.dressing)
        else:
            prefix, fields = self._onward(link, reached)
            if forward or prefix or passage.dressing is not None:
                asked = Http1Passing(
                    link.scheme, authority, passage.dressing, forward=forward, prefix=prefix, fields=fields
                ).from_client
        await Pump(link, near, reached.stream, asked).run()

    def _onward(self, link: Link, reached: Reached) -> tuple[str, Fields]:
        """What a proxy beyond that forwards requests (--proxy, http:) wants to have in them."""
        if reached.facts.proxy is None or reached.facts.proxy.tunnel:
            return "", ()
        proxy = self._options.proxies.choose(link.scheme, link.host)
        authorization = proxy.authorization if proxy is not None else None
        fields = (("proxy-authorization", authorization),) if authorization else ()
        host = _bracketed(link.host) + (f":{link.port}" if link.port != 80 else "")
        return f"http://{host}", fields


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _first(chain: str) -> str:
    """The first certificate of a PEM chain."""
    end = "-----END CERTIFICATE-----"
    return chain.partition(end)[0] + end + "\n"
