"""Requests from the public network into a local one (Local Network Access; EH 10.2): Chromium 156 refuses them.

Only the address that answers tells, so the check stands between the connection and the request: nothing is sent. A page
that came from a loopback or local address may ask there; through a proxy no address is known, and nothing is refused.
Chromium can be allowed to by its user, page by page; nobody is asked here.
"""

from __future__ import annotations

import ipaddress

from fetcher.browser.policies.blocked import Blocked
from fetcher.terms import ConnectionFacts

_LOOPBACK = [ipaddress.ip_network(text) for text in ("127.0.0.0/8", "::1/128")]
_LOCAL = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
]


def space(facts: ConnectionFacts | None) -> str | None:
    """ "loopback", "local" or "public"; None where the address is not known."""
    if facts is None or facts.proxy is not None:
        return None
    try:
        address = ipaddress.ip_address(facts.address.partition("%")[0])
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in _LOOPBACK):
        return "loopback"
    return "local" if any(address in network for network in _LOCAL) else "public"


def judge(page: ConnectionFacts | None, target: ConnectionFacts | None, *, hinted: bool) -> Blocked | None:
    """Whether what came over ``page`` may send a request over ``target``."""
    where = space(target)
    if where not in ("loopback", "local") or space(page) != "public":
        return None
    which = "a loopback" if where == "loopback" else "a local network's"
    reason = f"it would go from a public page to {which} address, which browsers only do where their user allows it"
    return Blocked("EH 10.2" if hinted else "local network", reason)
