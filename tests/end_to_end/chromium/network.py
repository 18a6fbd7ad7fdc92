"""The servers of a corpus run: one port, as many origins as the cases name, one log by case.

A case's names become names of its own: under the label "c17" https://b.a.test/ is https://b.a-c17.test:PORT/, in URLs,
fields and content on the way out, and b.a.test again in what is read from the log. The port takes TLS (HTTP/2, or
HTTP/1.1 alone for old.test) and cleartext HTTP/1.1 alike, as the first byte tells, so that an upgrade from http to
https finds the same port. Certificates are made per name and come with their authority, whose key Chromium is told to
trust.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import trustme

from fetcher import clock
from fetcher.origin import (
    Answer,
    Body,
    Certificate,
    ConnectionClosed,
    Entry,
    Head,
    Interim,
    Log,
    Origin,
    Raw,
    Repeat,
    RequestSeen,
    Sent,
    Site,
    Step,
    Trailers,
    Wait,
    text,
)
from fetcher.origin.connection import Connection
from fetcher.terms import Fields
from tests.support.chromium import key_hash

NAME = re.compile(
    r"(?P<scheme>(?:\b(?P<http>https?):)?(?://|\\\\)(?:[a-z:]+@)?)?(?<![\w-])(?P<sub>\.?(?:(?:[a-z0-9-]+|\*)\.)*)(?P<site>[a-z0-9]+)\.test\b(?!-|\()",
    re.IGNORECASE,
)
OWN = re.compile(r"\b(?P<sub>(?:[a-z0-9-]+\.)*)(?P<site>[a-z0-9]+)-(?P<label>[a-z]+\d+)\.test(?::\d+)?")
HTTP_1_ONLY = "old"
WIDE = "wide"
"""Its certificates are for all names below it, so that connections may be shared by several."""


@dataclass(slots=True)
class Visit:
    """What one label's origins heard: requests as they came (own names), when each final head left, TLS
    handshakes by host, and when anything last happened. ``stretch`` makes waits that many times as long."""

    seen: list[RequestSeen] = field(default_factory=list)
    heads: dict[tuple[int, int], float] = field(default_factory=dict)
    handshakes: Counter[str] = field(default_factory=Counter)
    under_way: set[tuple[int, int]] = field(default_factory=set)
    last: float = 0.0
    stretch: float = 1.0


def renamed(given: str, label: str, port: int) -> str:
    """``given`` with this label's own names; one after "//" gets the port."""

    def own(match: re.Match[str]) -> str:
        scheme = match["scheme"] or ""
        return f"{scheme}{match['sub']}{match['site']}-{label}.test" + (f":{port}" if scheme else "")

    return NAME.sub(own, given)


@lru_cache(maxsize=4096)
def plain(given: str) -> str:
    """``given`` with the names the case was written with."""
    return OWN.sub(lambda match: f"{match['sub']}{match['site']}.test", given)


class Network:
    """Serves ``sites`` by label from entering to leaving the context; ``visits`` is what was heard."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}
        self.visits: dict[str, Visit] = {}
        self._authority = trustme.CA(organization_name="fetcher corpus")
        self._of: dict[tuple[int, int], str] = {}
        self._listener = _Listener(self)
        self._folder = tempfile.TemporaryDirectory(prefix="fetcher-corpus-")
        self.ca_file = Path(self._folder.name, "ca.pem")
        self._authority.cert_pem.write_to_path(str(self.ca_file))

    @property
    def port(self) -> int:
        return self._listener.port

    def key_hash(self) -> str:
        """What makes Chromium trust every certificate of this network."""
        return key_hash(self.ca_file)

    def add(self, label: str, site: Site, stretch: float = 1.0) -> None:
        self.sites[label] = site
        self.visits[label] = Visit(last=clock.now(), stretch=stretch)

    def url(self, label: str, url: str) -> str:
        return renamed(url, label, self.port)

    async def __aenter__(self) -> Network:
        await self._listener.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.stop()
        self._folder.cleanup()

    def is_quiet(self, label: str, quiet_ms: float, patience_ms: float) -> bool:
        """Nothing happened for ``quiet_ms`` and nothing is under way, or nothing happened for ``patience_ms``."""
        visit = self.visits[label]
        idle = clock.now() - visit.last
        return idle >= patience_ms or (idle >= quiet_ms and not visit.under_way)

    def answer(self, request: RequestSeen) -> Answer:
        """The answer of the case whose name was asked."""
        match = OWN.search(request.authority)
        visit = self.visits.get(match["label"]) if match else None
        if match is None or visit is None:
            return text(404, "no case has this name\n")
        label = match["label"]
        exchange = request.connection, request.stream
        visit.seen.append(request)
        visit.under_way.add(exchange)
        visit.last = clock.now()
        self._of[exchange] = label
        asked = replace(
            request,
            authority=plain(request.authority),
            target=plain(request.target),
            fields=tuple((name, plain(value)) for name, value in request.fields),
        )
        steps = (_step(step, label, self.port) for step in self.sites[label].answer(asked))
        return tuple(Wait(step.ms * visit.stretch) if isinstance(step, Wait) else step for step in steps)

    def logged(self, entry: Entry) -> None:
        match entry:
            case Sent():
                exchange = entry.connection, entry.stream
                visit = self.visits.get(self._of.get(exchange, ""))
                if visit is not None:
                    visit.last = clock.now()
                    if entry.what == "head":
                        visit.heads.setdefault(exchange, entry.at)
                    if entry.what in ("end", "fault"):
                        visit.under_way.discard(exchange)
            case ConnectionClosed():
                for visit in self.visits.values():
                    visit.under_way = {each for each in visit.under_way if each[0] != entry.connection}

    def shook(self, name: str) -> None:
        """A client began a TLS handshake for ``name``."""
        match = OWN.search(name)
        visit = self.visits.get(match["label"]) if match else None
        if visit is not None:
            visit.handshakes[plain(name)] += 1
            visit.last = clock.now()

    def context_for(self, name: str, alpn: tuple[str, ...]) -> ssl.SSLContext:
        match = OWN.search(name)
        wide = match is not None and match["site"] == WIDE and match["sub"].count(".") < 2
        whole = name.removeprefix(match["sub"]) if match is not None else name
        leaf = self._authority.issue_cert(*(whole, f"*.{whole}") if wide else (name,))
        chain = b"".join(each.bytes() for each in (*leaf.cert_chain_pems, self._authority.cert_pem))
        return Certificate(b"", chain, leaf.private_key_pem.bytes()).server_context(alpn)


class _Log(Log):
    """Tells the network instead of growing."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self._network = network

    def add(self, entry: Entry) -> None:
        self._network.logged(entry)


class _Listener(Origin):
    """An origin whose port takes TLS and cleartext, and whose certificate is the one for the name asked for."""

    def __init__(self, network: Network) -> None:
        super().__init__(Site({}, default=network.answer), tls=True, log=_Log(network))
        self._network = network
        self._contexts: dict[str, ssl.SSLContext] = {}

    async def start(self) -> None:
        await super().start()
        assert self._context is not None
        self._context.sni_callback = self._named

    def _named(self, tls: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name is None:
            return
        self._network.shook(name)
        if name not in self._contexts:
            match = OWN.search(name)
            http_1 = match is not None and match["site"] == HTTP_1_ONLY
            self._contexts[name] = self._network.context_for(name, ("http/1.1",) if http_1 else self.http)
        tls.context = self._contexts[name]

    async def _handshake(self, client: socket.socket) -> None:
        """Wait for the first byte: 22 begins a TLS handshake, anything else is a request in clear."""
        client.setblocking(False)
        try:
            first = await _peek(client)
        except OSError:
            client.close()
            return
        if first == b"\x16":
            await super()._handshake(client)
            return
        number = self.log.number_connection()
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: Connection(self, number), client)
        except OSError:
            client.close()


async def _peek(client: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    while True:
        try:
            return client.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            ready = loop.create_future()
            loop.add_reader(client, ready.set_result, None)
            try:
                await ready
            finally:
                loop.remove_reader(client)


def _step(step: Step, label: str, port: int) -> Step:
    """``step`` with this label's names wherever text leaves."""
    match step:
        case Interim() | Head() | Trailers():
            return replace(step, fields=_fields(step.fields, label, port))
        case Body(data=bytes(data)):
            return replace(step, data=_bytes(data, label, port))
        case Raw():
            return replace(step, data=_bytes(step.data, label, port))
        case Repeat():
            return replace(step, steps=tuple(_step(each, label, port) for each in step.steps))
        case _:
            return step


def _fields(fields: Fields, label: str, port: int) -> Fields:
    return tuple((name, value if name == "content-length" else renamed(value, label, port)) for name, value in fields)


def _bytes(data: bytes, label: str, port: int) -> bytes:
    if b".test" not in data:
        return data
    return renamed(data.decode("latin-1"), label, port).encode("latin-1")
