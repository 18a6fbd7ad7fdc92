"""Every fault at every point of an exchange, for every kind of request of one small page, as data.

``matrix`` lists the cases of a protocol and a fault; ``site(cases)`` serves them all at once, each under a path of its
own, so that a whole table can be loaded at the same time. ``FaultyOrigin`` can also fail before HTTP begins.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from fetcher.origin.script import (
    HTML,
    Answer,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    RequestSeen,
    Reset,
    Silence,
    Site,
    Wait,
    asset,
    links,
)
from fetcher.origin.server import Origin
from fetcher.terms import Fields

Target = Literal["document", "hinted", "scanned", "css"]
TARGETS: tuple[Target, ...] = ("document", "hinted", "scanned", "css")


@dataclass(frozen=True)
class Wire:
    """One way to speak to an origin."""

    name: str
    tls: bool
    http: tuple[str, ...]

    @property
    def is_http2(self) -> bool:
        return "h2" in self.http


WIRES = (
    Wire("http1", False, ("http/1.1",)),
    Wire("https1", True, ("http/1.1",)),
    Wire("http2", True, ("h2",)),
)

PAGE = {
    "document": "",
    "hinted": "hinted.js",
    "scanned": "scanned.js",
    "css": "found.svg",
    "sheet": "sheet.css",
    "other": "other.svg",
}
"""What each part of the page is called under the case's own path."""
THINK_MS = 30


@dataclass(frozen=True)
class Fault:
    """What goes wrong. ``kind`` is the outcome it leaves; None where the answer is complete all the same.
    ``whole`` True: it ends the connection, not this exchange alone. ``unprocessed`` True: the server says that it did
    not act on the request. ``stalls`` True: only a deadline ends it."""

    name: str
    steps: Answer
    kind: str | None
    whole: bool = False
    unprocessed: bool = False
    stalls: bool = False


CLOSE = Fault("close", (Close(),), "connection-lost", whole=True)
STALL = Fault("stall", (Silence(),), "deadline", stalls=True)
FAULTS_1 = (
    CLOSE,
    Fault("tcp-reset", (Wait(2), Reset()), "connection-lost", whole=True),
    STALL,
    Fault("garbage", (Raw(b"\x00\xff garbage \x00\r\n\r\n"), Close()), "remote-protocol", whole=True),
)
FAULTS_2 = (
    CLOSE,
    *(Fault(f"reset-{code}", (Reset(code),), "stream-reset", unprocessed=code == 7) for code in (0, 1, 2, 7, 8, 11)),
    Fault("goaway", (GoAway(0), Close()), "connection-lost", whole=True),
    Fault("goaway-error", (GoAway(2), Close()), "connection-lost", whole=True),
    Fault("goaway-unprocessed", (GoAway(0, False), Close()), "connection-lost", whole=True, unprocessed=True),
    STALL,
    Fault("garbage", (Raw(b"\xff" * 40), Silence()), "remote-protocol", whole=True),
)


@dataclass(frozen=True)
class Case:
    """``fault`` after ``before`` in the answer to ``target``; ``point`` is the name of how far it had come.
    ``answered`` True: a status had been sent, ``begun`` True: at least an interim response had."""

    target: Target
    point: str
    fault: Fault
    before: Answer
    begun: bool
    answered: bool

    @property
    def name(self) -> str:
        return f"{self.target}-{self.point}-{self.fault.name}"


def faults(wire: Wire) -> tuple[Fault, ...]:
    return FAULTS_2 if wire.is_http2 else FAULTS_1


def matrix(wire: Wire, fault: Fault) -> Iterator[Case]:
    """``fault`` at every point, for every target."""
    for target in TARGETS:
        for point, before, begun, answered in _points(wire, target):
            if fault.name == "garbage" and not wire.is_http2 and point == "after-head":
                continue  # any bytes are content there
            yield Case(target, point, fault, before, begun, answered)


def _points(wire: Wire, target: Target) -> Iterator[tuple[str, Answer, bool, bool]]:
    head, content = _whole(target)
    fields = head.fields
    sized = Head(200, (*fields, ("content-length", str(len(content)))))
    loose = Head(200, fields if wire.is_http2 else (*fields, ("transfer-encoding", "chunked")))
    half = len(content) // 2
    interim = Interim(103, links("<hinted.js>; rel=preload; as=script") if target == "document" else (("x-a", "b"),))
    yield "first", (), False, False
    yield "after-100", (Interim(100),), True, False
    yield "after-103", (interim, Wait(THINK_MS if target == "document" else 1)), True, False
    if not wire.is_http2:
        yield "mid-head", (Raw(b"HTTP/1.1 200 OK\r\ncontent-ty"),), False, False
    yield "after-head", (sized,), True, True
    if wire.is_http2:
        yield "mid-body", (sized, Body(content[:half])), True, True
    yield "between-chunks", (loose, Body(content[:half]), Wait(2)), True, True
    yield "no-terminator", (loose, Body(content)), True, True


DOCUMENT = (
    b"<!doctype html><title>faults</title><link rel=stylesheet href=sheet.css><script src=hinted.js></script>"
    b"<script src=scanned.js></script><img src=other.svg>"
)
FRESH: Fields = (("cache-control", "max-age=600"),)


def _whole(part: str) -> tuple[Head, bytes]:
    match part:
        case "document":
            return Head(200, HTML), DOCUMENT
        case "sheet":
            return Head(200, (("content-type", "text/css"), *FRESH)), b"body{background:url(found.svg)}"
        case "css" | "other":
            return Head(200, (("content-type", "image/svg+xml"), *FRESH)), b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    return Head(200, (("content-type", "text/javascript"), *FRESH)), b"/* nothing happens here */"


def healthy(part: str) -> Answer:
    """The answer of a part that nothing is wrong with."""
    head, content = _whole(part)
    if part != "document":
        return (head, Body(content))
    return (Interim(103, links("<hinted.js>; rel=preload; as=script")), Wait(THINK_MS), head, Body(content))


def site(cases: Iterable[Case]) -> Site:
    """All of ``cases``, each as a page of its own under "/NAME/"; "/healthy/" has no fault."""
    by_name = {case.name: case for case in cases}
    parts = {name: part for part, name in PAGE.items()}

    def answer(request: RequestSeen) -> Answer:
        _, name, rest = request.path.split("/", 2)
        part = parts[rest]
        case = by_name.get(name)
        if case is None or case.target != part:
            return healthy(part)
        return (*case.before, *case.fault.steps)

    return Site({}, default=answer)


class FaultyOrigin(Origin):
    """An origin whose connections end before HTTP begins: ``how`` is close, reset, stall, garbage, or cut (the first
    bytes of a TLS record and then the end)."""

    def __init__(self, how: str, wire: Wire) -> None:
        super().__init__({"/": asset(b"", "text/plain")}, tls=wire.tls, http=wire.http)
        self._how = how
        self._held: list[socket.socket] = []

    async def _handshake(self, client: socket.socket) -> None:
        match self._how:
            case "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            case "stall":
                self._held.append(client)
                return
            case "garbage":
                await asyncio.get_running_loop().sock_sendall(client, b"\x00\xff garbage \x00\r\n\r\n")
            case "cut":
                await asyncio.get_running_loop().sock_sendall(client, b"\x16\x03\x03\x02\x00\x02\x00")
        client.close()

    async def stop(self) -> None:
        for client in self._held:
            client.close()
        self._held.clear()
        await super().stop()
