"""The final response: known from its head on, content streamed, interim responses and both clocks at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fetcher.client.exchange import Exchange
from fetcher.client.headers import Headers
from fetcher.errors import FetcherError, LocalProtocolError
from fetcher.terms import ConnectionFacts, Fields, field_value
from fetcher.wire.events import BodyData, InterimResponse, ResponseHead

if TYPE_CHECKING:
    from fetcher.wire.coding import Decoder


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Clock milliseconds, all on one line with ``InterimResponse.at``: ``start`` when the caller asked,
    ``request_start`` when the bytes were handed to the socket, then the two clocks that are never merged, then the
    content's end (None until then)."""

    start: float
    request_start: float | None
    first_interim_response_start: float | None
    final_response_headers_start: float
    response_end: float | None


class Response:
    """One final response. Content is decoded as Content-Encoding says unless ``decode=False`` was asked for.

    Read it with ``read``, ``text``, ``json`` or ``async for``, or drop it with ``aclose`` or ``async with``. Content
    that is not read waits at the server; a response that is dropped gives its exchange up by itself.
    Reading raises ``ConnectionLost``, ``StreamReset``, ``RemoteProtocolError``, ``LimitExceeded``, ``DeadlineExceeded``
    (phase body or total) or ``ContentError``."""

    __slots__ = (
        "_content",
        "_decode",
        "_decoder",
        "_error",
        "_exchange",
        "_facts",
        "_head",
        "_parts",
        "_started",
        "url",
    )

    def __init__(
        self, url: str, exchange: Exchange, head: ResponseHead, facts: ConnectionFacts, *, decode: bool
    ) -> None:
        self.url = url
        self._exchange = exchange
        self._head = head
        self._facts = facts
        self._decode = decode
        self._decoder: Decoder | None = None
        self._started = False
        self._parts: Iterator[bytes] = iter(())  # decoded as they are taken
        self._content: bytes | None = None
        self._error: FetcherError | None = None

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.url}>"

    @property
    def status(self) -> int:
        return self._head.status

    @property
    def reason(self) -> str:
        """The reason phrase; "" on HTTP/2, which has none."""
        return self._head.reason

    @property
    def fields(self) -> Fields:
        """Header fields in wire order, names in lower case, duplicates kept."""
        return self._head.fields

    @property
    def headers(self) -> Headers:
        return Headers(self._head.fields)

    @property
    def http_version(self) -> str:
        """ "HTTP/1.0", "HTTP/1.1" or "HTTP/2"."""
        return self._head.version

    @property
    def deviations(self) -> tuple[str, ...]:
        """Each leniency that was needed to read the head and, once it is complete, the content."""
        return self._head.deviations + self._exchange.deviations

    @property
    def interim(self) -> tuple[InterimResponse, ...]:
        """Every 1xx that came before, in order, with its time."""
        return tuple(self._exchange.interim)

    @property
    def trailers(self) -> Fields:
        """Trailer fields; () until the content is complete."""
        return self._exchange.trailers

    @property
    def connection_facts(self) -> ConnectionFacts:
        """Address, protocol, TLS and phase times of the connection it came over."""
        return self._facts

    @property
    def transferred(self) -> int:
        """Bytes of content that have come so far, before decoding."""
        return self._exchange.transferred

    @property
    def times(self) -> ResponseTimes:
        exchange = self._exchange
        first = exchange.interim[0].at if exchange.interim else None
        return ResponseTimes(exchange.start, exchange.request_start, first, self._head.at, exchange.response_end)

    @property
    def is_complete(self) -> bool:
        """All content has arrived (read or not), so a kept-alive connection is free for the next request."""
        return self._exchange.response_end is not None

    async def read(self) -> bytes:
        """All the content, or what is left of it after some was iterated over; the same again when called again."""
        if self._content is None:
            self._check()
            raw = await self._exchange.gather()
            try:
                pieces = [*self._parts, *self._decoded(raw, end=True)]
            except FetcherError as error:
                await self._failed(error)
                raise
            self._content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            if self._exchange.owned:
                await self._exchange.aclose()
        return self._content

    async def text(self, encoding: str | None = None) -> str:
        """The content as text: by ``encoding``, a byte order mark, the charset of Content-Type, or UTF-8. What does
        not decode becomes U+FFFD."""
        content = await self.read()
        if content.startswith(b"\xef\xbb\xbf"):
            return content.decode("utf-8-sig", "replace")
        charset = encoding or _charset(field_value(self.fields, "content-type")) or "utf-8"
        try:
            return content.decode(charset, "replace")
        except LookupError:
            return content.decode("utf-8", "replace")

    async def json(self) -> Any:
        return json.loads(await self.read())

    def __aiter__(self) -> Response:
        return self

    async def __anext__(self) -> bytes:
        """The next piece of content, as it comes; never b""."""
        self._check()
        exchange = self._exchange
        while True:
            try:
                part = next(self._parts, None)
            except FetcherError as error:
                await self._failed(error)
                raise
            if part is not None:
                return part
            if exchange.over and not exchange.pending:
                if exchange.error is not None:
                    raise exchange.error
                raise StopAsyncIteration
            event = await exchange.next_event()
            if isinstance(event, BodyData):
                exchange.consumed(event)
                self._parts = self._decoded([event.data], end=False)
            else:
                self._parts = self._decoded([], end=True)

    def _decoded(self, pieces: list[bytes], *, end: bool) -> Iterator[bytes]:
        """Nothing is decoded before it is asked for: a few bytes may unpack to a gigabyte."""
        if not self._started:
            if not pieces:
                return  # an answer to HEAD, a 304: nothing was coded, so nothing can be cut short
            self._started = True
            if self._decode and field_value(self.fields, "content-encoding") is not None:
                from fetcher.wire.coding import decoder_for

                self._decoder = decoder_for(self.fields, self._exchange.decoded_limit)
        decoder = self._decoder
        if decoder is None:
            yield from pieces
            return
        for piece in pieces:
            yield from filter(None, decoder.feed(piece))
        if end:
            yield from decoder.finish()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    async def _failed(self, error: FetcherError) -> None:
        self._error = error
        await self._exchange.aclose()

    async def aclose(self) -> None:
        """Drop content that was not read. A kept-alive HTTP/1.1 connection ends with it unless the content was
        complete; HTTP/2 resets this stream only; a connection of ``fetch``'s own is closed when this returns."""
        if not self._exchange.over and self._content is None and self._error is None:
            self._error = LocalProtocolError("the response was closed before its content was read")
        await self._exchange.aclose()

    async def __aenter__(self) -> Response:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        exchange = getattr(self, "_exchange", None)
        if exchange is not None and not exchange.over:
            exchange.discard_later()


def _charset(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type value."""
    for parameter in (content_type or "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
