"""A local origin that sends what a script says, over HTTP/1.1 and HTTP/2: behind serve, the demo and the tests.

May import wire, record, fields, urls, clock, errors and terms; trustme only in certificates, jh2 only in http2.
"""

from __future__ import annotations

from fetcher.origin.certificates import Certificate, throw_away
from fetcher.origin.log import ConnectionClosed, ConnectionOpened, Entry, Log, RequestArrived, Sent
from fetcher.origin.script import (
    Answer,
    AwaitContent,
    Body,
    Close,
    GoAway,
    Head,
    Interim,
    Raw,
    Repeat,
    RequestSeen,
    Reset,
    Route,
    Silence,
    Site,
    Step,
    Trailers,
    Wait,
    asset,
    links,
    page,
    text,
)
from fetcher.origin.server import Origin
from fetcher.origin.static import files

__all__ = [  # noqa: RUF022 - the server, what it sends, what it saw
    "Origin",
    "Site",
    "Route",
    "RequestSeen",
    "Answer",
    "Step",
    "Wait",
    "Interim",
    "Head",
    "Body",
    "Trailers",
    "Raw",
    "Close",
    "Reset",
    "GoAway",
    "Silence",
    "AwaitContent",
    "Repeat",
    "page",
    "asset",
    "links",
    "text",
    "files",
    "Log",
    "Entry",
    "RequestArrived",
    "Sent",
    "ConnectionOpened",
    "ConnectionClosed",
    "Certificate",
    "throw_away",
]
