"""Which proxy a connection goes through: proxy URLs, and the environment's variables as curl reads them.

``http_proxy`` is read in lower case only (a CGI server sets HTTP_PROXY from a request's Proxy field), the others in
both, lower case first, and empty ones count as unset. ``no_proxy`` lists hosts, domains and address ranges to reach
directly; it also limits a proxy that was named outright, as in curl. Pure: the sockets are ``tunnel``'s.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from fetcher.errors import UsageError
from fetcher.urls import is_ip

_DEFAULT_PORT = {"http": 1080, "https": 443}  # as curl has them
_SOCKS = re.compile(r"socks(4a?|5h?)?", re.I)


@dataclass(frozen=True, slots=True)
class Proxy:
    """One HTTP proxy, spoken to over ``scheme`` "http" or "https". ``authorization`` is the value of the field
    Proxy-Authorization, None without credentials."""

    scheme: str
    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Without credentials."""
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxy for http and for https targets, None for a direct connection, and who is ``exempt`` from both."""

    http: Proxy | None = None
    https: Proxy | None = None
    exempt: str = ""

    @property
    def is_any(self) -> bool:
        return self.http is not None or self.https is not None

    def choose(self, scheme: str, host: str) -> Proxy | None:
        """The proxy for a connection to ``host`` (without brackets)."""
        proxy = self.https if scheme == "https" else self.http
        return None if proxy is None or is_exempt(host, self.exempt) else proxy


def from_environment(environment: Mapping[str, str], proxy: str | None = None, exempt: str | None = None) -> Proxies:
    """What ``environment`` says, with ``proxy`` (--proxy, "" for none) and ``exempt`` (--noproxy) in place of its
    variables where given. Raises ``UsageError`` that names the variable."""
    if exempt is None:
        exempt = _first(environment, "no_proxy", "NO_PROXY")[1]
    if proxy is not None:
        one = parse_proxy(proxy) if proxy.strip() else None
        return Proxies(one, one, exempt)
    http = _first(environment, "http_proxy", "all_proxy", "ALL_PROXY")
    https = _first(environment, "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    return Proxies(_named(*http), _named(*https), exempt)


def _named(name: str, text: str) -> Proxy | None:
    return parse_proxy(text, name) if text else None


def _first(environment: Mapping[str, str], *names: str) -> tuple[str, str]:
    return next(((name, environment[name]) for name in names if environment.get(name)), (names[0], ""))


def parse_proxy(text: str, source: str = "--proxy") -> Proxy:
    """``[http://|https://][USER:PASSWORD@]HOST[:PORT]``. Raises ``UsageError``, which never shows the credentials."""
    scheme, mark, rest = text.strip().partition("://")
    if not mark:
        scheme, rest = "http", text.strip()
    scheme = scheme.lower()
    if _SOCKS.fullmatch(scheme):
        way_out = "give an http:// or https:// one, or --proxy '' for none"
        raise UsageError(f"{source} names a SOCKS proxy, which fetcher cannot use; {way_out}")
    if scheme not in _DEFAULT_PORT:
        raise UsageError(f"{source} names a proxy of the scheme {scheme!r}; give an http:// or https:// one")
    userinfo, at, place = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
    host, port = _host_and_port(place, _DEFAULT_PORT[scheme])
    if host is None or port is None:
        raise UsageError(f"{source}: {place!r} is not HOST:PORT; write http://proxy.test:3128")
    user, _, password = userinfo.partition(":")
    return Proxy(scheme, host, port, basic(unquote(user), unquote(password)) if at else None)


def basic(user: str, password: str) -> str:
    """Basic credentials (RFC 7617), in UTF-8, as the value of an authorization field."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _host_and_port(place: str, default: int) -> tuple[str | None, int | None]:
    if place.startswith("["):
        host, _, rest = place[1:].partition("]")
        if not is_ip(host) or (rest and not rest.startswith(":")):
            return None, None
        number = rest[1:]
    else:
        host, _, number = place.partition(":")
        if not host or not re.fullmatch(r"[\w.-]+", host):
            return None, None
    if not number:
        return host.lower(), default
    valid = number.isascii() and number.isdigit() and len(number) < 6 and 0 < int(number) < 65_536
    return host.lower(), int(number) if valid else None


def is_exempt(host: str, exempt: str) -> bool:
    """Whether curl's no_proxy list names ``host``: itself, a domain above it, an address or a range; "*" is all."""
    if not exempt:
        return False
    if exempt == "*":
        return True
    host = host.lower().rstrip(".")
    address = is_ip(host)
    for entry in exempt.lower().replace(",", " ").split():
        if address:
            if _covers(entry.strip("[]"), host):
                return True
        elif (domain := entry.strip(".")) and (host == domain or host.endswith(f".{domain}")):
            return True
    return False


def _covers(entry: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
