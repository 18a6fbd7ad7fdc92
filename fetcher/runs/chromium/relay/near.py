"""The browser's end of a tunnel through the relay: its first bytes say what it wants to speak, then they are answered.

A Chromium that opens a page's connection offers HTTP/2 and HTTP/1.1, one that opens a WebSocket HTTP/1.1 alone (over
wss:) or no TLS at all (over ws:). So nothing is agreed with it before the server has agreed to one of the same.
"""

from __future__ import annotations

import asyncio
import ssl

from fetcher.wire import client_hello

READ_BYTES = 65_536


class Near:
    """``reader`` and ``writer`` are the tunnel; ``begun`` waits for the first bytes, ``secure`` answers TLS if that is
    what they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = b"") -> None:
        self._reader, self._writer = reader, writer
        self._first = first
        self._tls: ssl.SSLObject | None = None
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()

    async def begun(self) -> tuple[str, ...] | None:
        """What the browser's TLS offers by ALPN; None where it speaks no TLS. Raises ``RemoteProtocolError``, and
        ``EOFError`` where nothing came."""
        offered = None
        while offered is None:
            data = await self._reader.read(READ_BYTES)
            if not data:
                raise EOFError
            self._first += data
            if self._first[:1] != b"\x16":
                return None
            offered = client_hello.offered(self._first)
        return offered

    async def secure(self, context: ssl.SSLContext) -> None:
        """Shake hands. Raises ``OSError`` (ssl's errors are some) and ``EOFError``."""
        self._in.write(self._first)
        self._first = b""
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send()
                if not await self._more():
                    raise EOFError from None
            else:
                self._send()
                return

    async def read(self) -> bytes:
        """What came next; b"" at the end. Raises ``OSError``."""
        if self._tls is None:
            data, self._first = self._first, b""
            return data or await self._reader.read(READ_BYTES)
        while True:
            try:
                return self._tls.read(READ_BYTES)
            except ssl.SSLWantReadError:
                self._send()
                if not await self._more():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, data: bytes) -> None:
        """Raises ``OSError``."""
        if self._tls is None:
            self._writer.write(data)
            return
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]
        self._send()

    async def drain(self) -> None:
        await self._writer.drain()

    @property
    def waiting(self) -> int:
        """How many bytes that were written have not left yet."""
        return self._writer.transport.get_write_buffer_size()

    def close(self) -> None:
        self._writer.close()

    def _send(self) -> None:
        if data := self._out.read():
            self._writer.write(data)

    async def _more(self) -> bool:
        data = await self._reader.read(READ_BYTES)
        self._in.write(data)
        return bool(data)
