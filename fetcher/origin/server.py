"""The origin itself: a listening socket, its connections, and a clean end.

    async with Origin(Site({"/": page("<p>hello", hints=["</a.css>; rel=preload; as=style"])})) as origin:
        ...  # origin.url, origin.log

Sockets are accepted here rather than by ``asyncio.start_server``, so that unfinished handshakes end with everything
else: after ``stop()`` no task, socket or file of this origin is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

from fetcher import clock
from fetcher.errors import UsageError
from fetcher.origin.certificates import Certificate, throw_away
from fetcher.origin.connection import Connection
from fetcher.origin.log import ConnectionClosed, Log
from fetcher.origin.script import Route, Site

HANDSHAKE_S = 10.0
GOODBYE_S = 0.5


class Origin:
    """Serves ``site`` on ``host``:``port`` (0: any free port) from entering to leaving the context.

    ``http`` lists the protocols by ALPN name in order of preference. Without TLS that is HTTP/1.1, or HTTP/2 by prior
    knowledge where ``http`` is ("h2",) alone. ``certificate`` defaults to a throw-away one (the extra ``serve``).
    ``site`` may be replaced while running. Raises ``UsageError`` where it cannot listen, ``MissingExtra`` without
    trustme.
    """

    def __init__(
        self,
        site: Site | Mapping[str, Route],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        http: Sequence[str] = ("h2", "http/1.1"),
        certificate: Certificate | None = None,
        log: Log | None = None,
    ) -> None:
        if not http or not set(http) <= {"h2", "http/1.1"}:
            raise UsageError(f"an origin speaks h2, http/1.1 or both, not {', '.join(http) or 'nothing'}")
        self.site = site if isinstance(site, Site) else Site(site)
        self.http = tuple(http)
        self.log = Log() if log is None else log
        self.tls = tls
        self.host = host
        self.certificate = (certificate or throw_away()) if tls else certificate
        self._port = port
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._handshakes: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()
        self._context: ssl.SSLContext | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def port(self) -> int:
        """The port listened on; known once started."""
        return self._port

    @property
    def url(self) -> str:
        """ "http://127.0.0.1:49152", without a slash at the end."""
        return self.url_of(self.host)

    def url_of(self, host: str) -> str:
        """This origin under another name, such as "a.test", that the caller points at it."""
        name = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls else 'http'}://{name}:{self._port}"

    @property
    def ca_file(self) -> Path:
        """The authority to trust, as a PEM file that lives as long as the origin runs."""
        if self.certificate is None:
            raise UsageError("this origin serves without TLS: there is no authority to trust")
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="fetcher-origin-")
            Path(self._folder.name, "ca.pem").write_bytes(self.certificate.authority)
        return Path(self._folder.name, "ca.pem")

    async def start(self) -> None:
        if self.tls:
            assert self.certificate is not None
            self._context = self.certificate.server_context(self.http)
        if "h2" in self.http and (self.tls or self.http == ("h2",)):
            import_module("fetcher.origin.speaker_http2")  # Now rather than while the first client waits.
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            self._listener = socket.create_server((self.host, self._port), family=family, backlog=512)
        except OSError as error:
            # create_server appends to strerror what it was doing.
            why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
            raise UsageError(
                f"cannot listen on {self.host} port {self._port}: {why.lower()}; name another one "
                f"({'--tls-port' if self.tls else '--port'})"
            ) from error
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        self._accepting = asyncio.get_running_loop().create_task(self._accept(self._listener))

    async def stop(self) -> None:
        """Drop everything at once and wait until it is gone. Twice is no harm."""
        tasks = [*self._handshakes]
        if self._accepting is not None:
            tasks.append(self._accepting)
            self._accepting = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        connections = [*self._connections]
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(connection.ended() for connection in connections))
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def opened(self, connection: Connection) -> None:
        self._connections.add(connection)

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listener)
            except ConnectionError:
                continue
            except OSError:  # Out of file descriptors: some will come back.
                await asyncio.sleep(0.1)
                continue
            task = loop.create_task(self._handshake(client))
            self._handshakes.add(task)
            task.add_done_callback(partial(self._shaken, client))

    def _shaken(self, client: socket.socket, task: asyncio.Task[None]) -> None:
        self._handshakes.discard(task)
        if task.cancelled():  # perhaps before its first step, where no except clause of its own could run
            client.close()

    async def _handshake(self, client: socket.socket) -> None:
        number = self.log.number_connection()
        with contextlib.suppress(OSError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = self._context is not None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: Connection(self, number),
                client,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_S if tls else None,
                ssl_shutdown_timeout=GOODBYE_S if tls else None,
            )
        except OSError as error:  # ssl.SSLError and ConnectionError are OSErrors.
            self.log.add(ConnectionClosed(clock.now(), number, "", str(error) or type(error).__name__))
            client.close()
