"""Whether a standing HTTP/2 connection may serve another host (RFC 9113 9.1.1), as Chromium 156 decides it.

Where it would open a connection for a request, and one of the same class and partition stands whose certificate was
found good and covers the host, the host is looked up first; if an address and port of it are those the other connection
goes to, that one serves. A host that answered 421 has connections of its own for the rest of the load. Ordinary loads
look nothing up: it takes a certificate that covers. Not through a proxy, where no address is known.

Seen from a server's log: a connection that a preconnect opened and nothing used yet is passed over for another host's,
and a preconnect itself opens one in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from fetcher.browser.commands import ConnectionKey, ResolveName
from fetcher.terms import ConnectionFacts
from fetcher.urls import is_ip

if TYPE_CHECKING:
    from fetcher.browser.connections.pool import Line

Endpoint = tuple[str, int]
_Class = tuple[str, int, bool, bool, str]


class Waits:
    """The host is being looked up."""


WAITS: Final = Waits()


class Coalescing:
    """``stand``: connections that may serve others, by class; ``alone``: the hosts that no other's may serve."""

    def __init__(self) -> None:
        self.stand: dict[_Class, dict[int, ConnectionFacts]] = {}
        self.alone: set[tuple[str, int]] = set()
        self._endpoints: dict[tuple[str, int], frozenset[Endpoint] | None] = {}  # None: asked

    def stands(self, connection: int, key: ConnectionKey, facts: ConnectionFacts) -> None:
        """An HTTP/2 connection stands."""
        if facts.proxy is None and facts.tls is not None and facts.tls.verified and _serves_more(facts.tls.names, key):
            self.stand.setdefault(_class_of(key), {})[connection] = facts

    def falls(self, connection: int, key: ConnectionKey) -> None:
        self.stand.get(_class_of(key), {}).pop(connection, None)

    def resolved(self, host: str, port: int, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints[host, port] = frozenset(endpoints)

    def find(self, key: ConnectionKey, lines: Mapping[int, Line]) -> int | ResolveName | Waits | None:
        """The connection that serves ``key``, None for one of its own; or its name is looked up first."""
        place = key.host, key.port
        if place in self.alone or key.session:
            return None
        may = {
            number: facts
            for number, facts in self.stand.get(_class_of(key), {}).items()
            if not lines[number].draining
            and lines[number].key.host != key.host
            and facts.tls is not None
            and covers(facts.tls.names, key.host)
        }
        if not may:
            return None
        if place not in self._endpoints:
            self._endpoints[place] = None
            return ResolveName(*place)
        known = self._endpoints[place]
        if known is None:
            return WAITS
        return next((number for number, facts in may.items() if (facts.address, facts.port) in known), None)


def covers(names: Iterable[str], host: str) -> bool:
    """Whether a certificate for ``names`` is one for ``host`` (RFC 9525 6.3): letter by letter, or with a "*" that
    stands for the whole first label of a name of three labels at least."""
    host = host.rstrip(".").lower()
    parent = "" if is_ip(host) else host.partition(".")[2]
    return any(
        name == host or (bool(parent) and "." in parent and name == f"*.{parent}")
        for name in (each.rstrip(".").lower() for each in names)
    )


def _serves_more(names: tuple[str, ...], key: ConnectionKey) -> bool:
    return any(each.lower() != key.host for each in names)


def _class_of(key: ConnectionKey) -> _Class:
    return key.scheme, key.port, key.credentialed, key.third_party, key.partition
