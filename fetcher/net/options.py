"""What a caller may say about the network, as one frozen value, and the parsers of curl's two override strings.

``resolve`` and ``connect_to`` mean what curl's ``--resolve`` and ``--connect-to`` mean: they change where bytes go,
never the Host field, the server name in the TLS hello, or the name the certificate is checked against.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal

from fetcher.errors import UsageError
from fetcher.net.proxy import Proxies
from fetcher.terms import Limits
from fetcher.urls import is_ip

HttpChoice = Literal["auto", "1.1", "2"]
Resolve = tuple[str, int, str]
ConnectTo = tuple[str, int | None, str, int | None]


def _keylog_from_environment() -> str | None:
    return os.environ.get("SSLKEYLOGFILE") or None


@dataclass(frozen=True, slots=True)
class NetOptions:
    """How connections are made. ``resolve`` holds (host, port, addresses), where the host may be "*", addresses are
    IP literals with commas between them, and of several entries for one host the last counts. ``connect_to`` holds
    (host, port, to_host, to_port): "" and None stand for any on the left and for the same on the right, the first
    entry that fits counts. ``ca_file`` replaces the system's trust store, as curl's --cacert does. ``http`` is "auto"
    (ALPN decides), "1.1" or "2". ``keylog_file`` gets the TLS secrets; by default the environment's SSLKEYLOGFILE.
    ``proxies`` is by default none: ``proxy.from_environment(os.environ)`` reads the environment's."""

    resolve: tuple[Resolve, ...] = ()
    connect_to: tuple[ConnectTo, ...] = ()
    ca_file: str | None = None
    insecure: bool = False
    cert_file: str | None = None
    key_file: str | None = None
    http: HttpChoice = "auto"
    limits: Limits = field(default_factory=Limits)
    keylog_file: str | None = field(default_factory=_keylog_from_environment)
    proxies: Proxies = field(default_factory=Proxies)

    def __post_init__(self) -> None:
        if self.http not in ("auto", "1.1", "2"):
            raise UsageError(f"{self.http!r} is not an HTTP version here; use auto, 1.1 or 2")
        if self.key_file is not None and self.cert_file is None:
            raise UsageError("a client key needs its certificate; give --cert as well as --key")

    def destination(self, host: str, port: int) -> tuple[str, int]:
        """Where to connect for ``host`` and ``port`` after ``connect_to``."""
        for from_host, from_port, to_host, to_port in self.connect_to:
            if from_host in ("", host) and from_port in (None, port):
                return to_host or host, to_port or port
        return host, port

    def overridden(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses ``resolve`` gives for ``host`` and ``port``; () where a look-up is needed."""
        exact = [text for name, number, text in self.resolve if name == host and number == port]
        found = exact or [text for name, number, text in self.resolve if name == "*" and number == port]
        return tuple(found[-1].split(",")) if found else ()


def parse_resolve(text: str) -> Resolve:
    """``HOST:PORT:ADDR[,ADDR...]`` (IPv6 addresses may stand in brackets) as (host, port, addresses)."""
    shape = f"{text!r} is not HOST:PORT:ADDRESS, such as shop.test:443:127.0.0.1 or shop.test:443:[::1]"
    host, rest = _take_host(text.removeprefix("+"), shape)
    number, colon, addresses = rest.partition(":")
    port = _port(number, shape)
    if not host or not colon or port is None:
        raise UsageError(shape)
    bare = [_unbracket(address.strip()) for address in addresses.split(",")]
    for address in bare:
        if not is_ip(address):
            raise UsageError(f"{address!r} in {text!r} is not an IP address; {shape.partition(' is ')[2]} is the form")
    return host, port, ",".join(bare)


def parse_connect_to(text: str) -> ConnectTo:
    """``HOST1:PORT1:HOST2:PORT2``, any part empty, as (host, port, to_host, to_port)."""
    shape = f"{text!r} is not HOST1:PORT1:HOST2:PORT2, such as shop.test:443:127.0.0.1:8443 (parts may be empty)"
    host, rest = _take_host(text, shape)
    number, colon, rest = rest.partition(":")
    if not colon:
        raise UsageError(shape)
    to_host, to_number = _take_host(rest, shape)
    return host, _port(number, shape), to_host, _port(to_number, shape)


def _take_host(text: str, shape: str) -> tuple[str, str]:
    """The host before the first colon outside brackets, lower-cased and without brackets, and what follows it."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or not rest.startswith(":") or not is_ip(host):
            raise UsageError(shape)
        return host.lower(), rest[1:]
    host, colon, rest = text.partition(":")
    if not colon:
        raise UsageError(shape)
    return host.lower(), rest


def _port(text: str, shape: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise UsageError(shape)
    return int(text)


def _unbracket(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text
