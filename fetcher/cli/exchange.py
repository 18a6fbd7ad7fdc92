"""What ``fetcher get`` saw of one exchange: printed as it comes, and as JSON at the end, however it ended.

Everything a server sent is escaped before it is printed, and secrets are left out of the JSON as in saved records.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, TextIO

from fetcher import clock
from fetcher.errors import FetcherError
from fetcher.record.redaction import REDACTED, SECRET_FIELDS, redact_text
from fetcher.report.escape import safe
from fetcher.report.runner_commands import unmarked
from fetcher.terms import ConnectionFacts, Fields, HttpVersion, ProxyFacts
from fetcher.urls import parse
from fetcher.wire.events import InterimResponse

if TYPE_CHECKING:
    from fetcher.client import Response

VERSIONS = {HttpVersion.HTTP_1_1: "HTTP/1.1", HttpVersion.HTTP_2: "HTTP/2", HttpVersion.HTTP_3: "HTTP/3"}
PAIR = re.compile(r'\[\n *("(?:[^"\\]|\\.)*"),\n *("(?:[^"\\]|\\.)*")\n *\]')  # a field: on one line, to be read
INDENT = " " * 12
STATUS_LOOK = {1: "\x1b[1;36m", 2: "\x1b[1;32m", 3: "\x1b[1;33m", 4: "\x1b[1;31m", 5: "\x1b[1;31m"}


class Exchange:
    """One request and what came back. Heads are printed to ``heads`` (None: nowhere) with their milliseconds since the
    request was sent. Raises ``InvalidURL``."""

    def __init__(self, url: str, method: str, heads: TextIO | None, *, colour: bool, verbose: bool) -> None:
        parsed = parse(url)
        self.url = parsed.href
        self.target = parsed.target
        self.method = method
        self.error: FetcherError | None = None
        self.status: int | None = None
        self._heads = heads
        self._colour = colour
        self._verbose = verbose
        self._facts: ConnectionFacts | None = None
        self._sent: float | None = None
        self._interim: list[InterimResponse] = []
        self._response: Response | None = None
        self._decoded: int | None = None
        self._begun = False

    # what happened

    def connected(self, facts: ConnectionFacts) -> None:
        """The connection stands and the request is about to be sent on it."""
        self._facts = facts
        if self._verbose:
            tls = f", {facts.tls.version} {facts.tls.cipher}" if facts.tls is not None else ""
            took = facts.times.connect_end - facts.times.connect_start
            if facts.proxy is not None:
                self._note_proxy(facts.proxy)
            self._note(f"connected to {facts.address} port {facts.port} in {took:.1f} ms: {facts.protocol.value}{tls}")
        self._sent = clock.now()

    def _note_proxy(self, proxy: ProxyFacts) -> None:
        for one in proxy.interim:
            self._note(f"the proxy itself answered {one.status} {one.reason}".rstrip())
        self._note(f"through the proxy {proxy.url}, {'in a tunnel' if proxy.tunnel else 'which forwards'}")

    def interim(self, event: InterimResponse) -> None:
        self._interim.append(event)
        version = VERSIONS[self._facts.protocol] if self._facts is not None else ""
        self._print_head(event.at, version, event.status, event.reason, event.fields)

    def final(self, response: Response) -> None:
        self._response = response
        self.status = response.status
        self._sent = response.times.request_start or self._sent
        at = response.times.final_response_headers_start
        self._print_head(at, response.http_version, response.status, response.reason, response.fields)
        if self._verbose:
            for deviation in response.deviations:
                self._note(f"leniency: {deviation}")
        if self._heads is not None:
            print(file=self._heads, flush=True)

    def ended(self, response: Response, decoded: int | None) -> None:
        """``decoded`` is None where the content was not read."""
        self._decoded = decoded if response.is_complete else None
        if self._verbose and decoded is None:
            self._note("the content was not read")
        elif self._verbose and response.is_complete:
            for name, value in response.trailers:
                self._note(f"trailer {name}: {value}")
            at = self._since(response.times.response_end)
            self._note(f"{response.transferred} bytes of content ({decoded} decoded), complete after {at} ms")

    # on the terminal

    def _print_head(self, at: float, version: str, status: int, reason: str, fields: Fields) -> None:
        if self._heads is None:
            return
        if not self._begun:
            self._begun = True
            print(f"{'0.0 ms':>10}  request sent", file=self._heads)
        line = unmarked(safe(f"{version} {status} {reason}".rstrip()))
        if self._colour:
            line = f"{STATUS_LOOK.get(status // 100, '')}{line}\x1b[0m"
        print(f"{f'{self._since(at):.1f} ms':>10}  {line}", file=self._heads)
        for name, value in fields:
            print(unmarked(f"{INDENT}{safe(name)}: {safe(value)}"), file=self._heads)
        self._heads.flush()

    def _note(self, text: str) -> None:
        if self._heads is not None:
            print(unmarked(f"{'*':>10}  {safe(text)}"), file=self._heads, flush=True)

    def _since(self, at: float | None) -> float:
        """Milliseconds since the request was sent."""
        return round(max(0.0, (at or 0.0) - (self._sent or 0.0)), 3)

    # as JSON

    def as_json(self, *, redact: bool = True) -> str:
        """Times are milliseconds since the request was sent, sizes bytes; the body is left out. ASCII, with a newline
        at its end."""
        response, facts = self._response, self._facts
        shown = redact_text if redact else str
        members: dict[str, Any] = {
            "schema": 1,
            "kind": "exchange",
            "url": shown(self.url),
            "method": self.method,
            "outcome": "complete" if self.error is None else self.error.kind,
            "error": None if self.error is None else shown(str(self.error)),
            "connection": None if facts is None else _connection(facts),
            "interim": [
                {
                    "at": self._since(one.at),
                    "status": one.status,
                    "reason": one.reason,
                    "fields": _fields(one.fields, redact),
                }
                for one in self._interim
            ],
            "response": None,
        }
        if response is not None:
            times = response.times
            members["response"] = {
                "version": response.http_version,
                "status": response.status,
                "reason": response.reason,
                "fields": _fields(response.fields, redact),
                "trailers": _fields(response.trailers, redact),
                "deviations": list(response.deviations),
                "first_interim_response_start": self._since(self._interim[0].at) if self._interim else None,
                "final_response_headers_start": self._since(times.final_response_headers_start),
                "response_end": None if times.response_end is None else self._since(times.response_end),
                "transferred": response.transferred,
                "decoded": self._decoded,
            }
        return PAIR.sub(r"[\1, \2]", json.dumps(members, indent=1)) + "\n"


def _fields(fields: Fields, redact: bool = True) -> list[list[str]]:
    if not redact:
        return [[name, value] for name, value in fields]
    return [[name, REDACTED if name in SECRET_FIELDS else redact_text(value)] for name, value in fields]


def _connection(facts: ConnectionFacts) -> dict[str, Any]:
    times, tls = facts.times, facts.tls
    known = times.lookup_start is not None and times.lookup_end is not None
    return {
        "protocol": facts.protocol.value,
        "address": facts.address,
        "port": facts.port,
        "lookup_ms": round((times.lookup_end or 0) - (times.lookup_start or 0), 3) if known else None,
        "tcp_ms": round(times.tcp_end - times.connect_start, 3),
        "tls_ms": None if times.tls_start is None else round(times.connect_end - times.tls_start, 3),
        "tls": None if tls is None else {"version": tls.version, "cipher": tls.cipher, "verified": tls.verified},
        "proxy": None if facts.proxy is None else _proxy(facts.proxy),
    }


def _proxy(proxy: ProxyFacts) -> dict[str, Any]:
    """``interim`` is what the proxy itself said before its tunnel stood: no part of the exchange."""
    asked, answered = proxy.request_start, proxy.response_start
    return {
        "url": proxy.url,
        "tunnel": proxy.tunnel,
        "status": proxy.status,
        "tunnel_ms": None if asked is None or answered is None else round(answered - asked, 3),
        "interim": [{"status": one.status, "fields": _fields(one.fields)} for one in proxy.interim],
    }


class TerminalText:
    """Content on a terminal: lines and tabs stay, everything else that could act on it is escaped; binary content is
    not shown at all."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._binary = False
        self._started = False

    def write(self, piece: bytes) -> None:
        if not self._started:
            self._started = True
            self._binary = b"\0" in piece
            if self._binary:
                self._stream.write("(binary content, not shown on a terminal; -o FILE saves it)")
        if not self._binary:
            self._show(self._decoder.decode(piece))

    def end(self) -> None:
        if self._started:
            if not self._binary:
                self._show(self._decoder.decode(b"", True))
            self._stream.write("\n")
            self._stream.flush()

    def _show(self, text: str) -> None:
        lines = text.replace("\r\n", "\n").split("\n")
        self._stream.write("\n".join("\t".join(map(safe, line.split("\t"))) for line in lines))
        self._stream.flush()
