"""Hosts that are only asked over https (RFC 6797): what Strict-Transport-Security fields left, as values and at work.

No clock: the wall time (seconds since the epoch) is a parameter. Nothing is preloaded: the list that browsers are built
with is not here, so a host on it is upgraded by them at its first visit and by us at its second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fetcher.fields.strict_transport_security import parse
from fetcher.urls import URL, is_ip

MOST = 10_000
"""Hosts remembered; the oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class SecureHost:
    """``expires`` is seconds since the epoch."""

    host: str
    expires: float
    include_subdomains: bool = False


class SecureHosts:
    """The rules of one browser. An empty one is false and costs a request nothing."""

    def __init__(self, hosts: Iterable[SecureHost] = ()) -> None:
        self._hosts = {one.host: one for one in hosts}

    def __bool__(self) -> bool:
        return bool(self._hosts)

    def values(self, now: float) -> tuple[SecureHost, ...]:
        """What holds at ``now``, the oldest first."""
        return tuple(one for one in self._hosts.values() if one.expires > now)

    def note(self, value: str, url: URL, now: float) -> str | None:
        """Take in the field of a response that came over a valid https connection; returns why not, or None. The first
        field of a response counts (RFC 6797 8.1): the caller gives that one."""
        if url.scheme != "https":
            return "it came over cleartext HTTP"
        if is_ip(url.host):
            return "an IP address cannot be kept to https"
        said = parse(value)
        if isinstance(said, str):
            return said
        self._hosts.pop(url.host, None)
        if said.max_age:
            self._hosts[url.host] = SecureHost(url.host, now + said.max_age, said.include_subdomains)
            if len(self._hosts) > MOST:
                del self._hosts[next(iter(self._hosts))]
        return None

    def covers(self, url: URL, now: float) -> bool:
        """Whether an http: request for ``url`` goes out as https:."""
        if url.scheme != "http" or not self._hosts or is_ip(url.host):
            return False
        own = self._hosts.get(url.host)
        if own is not None and own.expires > now:
            return True
        parent = url.host.partition(".")[2]
        while parent:
            found = self._hosts.get(parent)
            if found is not None and found.include_subdomains and found.expires > now:
                return True
            parent = parent.partition(".")[2]
        return False
