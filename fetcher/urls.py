"""WHATWG URLs, origins and sites: the one door to ada-url and publicsuffixlist.

``parse`` gives a frozen, hashable ``URL`` whose parts are strings as the standard serialises them, or raises
``InvalidURL`` with one sentence. Origins are compared as text ("https://a.test:8443"); opaque ones are "null".
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import ada_url

from fetcher.errors import InvalidURL

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class URL:
    """A parsed URL. ``host`` has no brackets round IPv6; ``port`` is the effective one (0 for other schemes);
    ``target`` is path and query; ``href`` is the serialisation without the fragment."""

    href: str
    scheme: str
    host: str
    port: int
    target: str
    origin: str
    fragment: str

    def __str__(self) -> str:
        return self.href

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the Host field and :authority."""
        return self.href.split("/", 3)[2].rpartition("@")[2] if "://" in self.href else ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def is_http(self) -> bool:
        return self.scheme in DEFAULT_PORTS

    @property
    def is_trustworthy(self) -> bool:
        """Potentially trustworthy (Secure Contexts 3.2): https, or a loopback host."""
        return self.scheme == "https" or is_loopback(self.host)


# An absolute path (and query) that stands in a serialised URL as it is: nothing to encode, no dot segment.
_PATH = r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*+)++(?:\?[A-Za-z0-9_~.=&-]*+)?"
_PLAIN_PATH = re.compile(_PATH)
# A URL that is its own serialisation: lower case, no internationalised name, no address, no default port.
_PLAIN_URL = re.compile(
    r"https?://(?:[a-z0-9-]++\.)*+[a-z][a-z0-9-]*+"
    rf"(?::(?!80/|443/)[1-9][0-9]{{1,3}}|:[1-5][0-9]{{4}})?{_PATH}"
)


_REMEMBERED = 2_048
"""The longest text that is kept for the next time: thousands of megabytes are not to stay in memory."""


@lru_cache(maxsize=64)
def _root(base: str) -> str | None:
    """What stands before the path of an http(s) URL."""
    url = resolve(base)
    return url.href.removesuffix(url.target) if url is not None and url.is_http else None


def resolve(text: str, base: str | None = None) -> URL | None:
    """``text`` against ``base``, or None where the standard's parser fails (the caller drops it)."""
    return _resolve(text, base) if len(text) <= _REMEMBERED else _resolve.__wrapped__(text, base)


@lru_cache(maxsize=2048)
def _resolve(text: str, base: str | None) -> URL | None:
    # As most links are written, in a third of the time.
    if base is not None and _PLAIN_PATH.fullmatch(text) and (root := _root(base)) is not None:
        return split(root + text)
    if _PLAIN_URL.fullmatch(text) and "xn--" not in text:
        return split(text)
    try:
        parsed = ada_url.URL(text, base) if base is not None else ada_url.URL(text)
    except ValueError:
        return None
    href: str = parsed.href
    if href.startswith(("https://", "http://")):
        return split(href)
    bare, _, fragment = href.partition("#")
    host, target = parsed.hostname.strip("[]"), parsed.pathname + parsed.search
    return URL(bare, parsed.protocol[:-1], host, int(parsed.port or 0), target, parsed.origin, fragment)


def in_field(text: str, *, in_link: bool = False) -> str:
    """A URL as a header field has it, read as Latin-1: its bytes beyond ASCII are kept as they are, escaped (observed
    in Chromium 156). Of a query in a Link of a 103 (``in_link``) they are text in UTF-8."""
    if text.isascii() or any(each > "\xff" for each in text):
        return text
    path, mark, query = text.partition("?")
    if in_link:
        return _escaped(path) + mark + query.encode("latin-1").decode("utf-8", "replace")
    return _escaped(text)


def _escaped(text: str) -> str:
    return "".join(each if each.isascii() else f"%{ord(each):02X}" for each in text)


def split(href: str) -> URL:
    """The parts of an http(s) URL that is already serialised as the standard says, such as another URL's ``href``.
    That has one shape, and asking ada for part after part takes longer than its parsing did."""
    return _split(href) if len(href) <= _REMEMBERED else _split.__wrapped__(href)


@lru_cache(maxsize=2048)
def _split(href: str) -> URL:
    bare, _, fragment = href.partition("#")
    scheme, _, rest = bare.partition("://")
    authority, _, path = rest.partition("/")
    where = authority.rpartition("@")[2]
    host, _, port = where.rpartition(":")
    if not port.isdigit() or not host:
        host, port = where, ""
    number = int(port) if port else DEFAULT_PORTS[scheme]
    return URL(bare, scheme, host.strip("[]"), number, f"/{path}", f"{scheme}://{where}", fragment)


def parse(text: str, base: str | None = None) -> URL:
    """``text`` as an http(s) URL; raises ``InvalidURL`` with a sentence that says what to do."""
    bare = text.strip()
    if not bare and base is None:
        raise InvalidURL("the URL is empty; write one such as https://example.com/")
    url = resolve(bare, base)
    if url is None or (not url.is_http and _HOST_AND_PORT.match(bare)):
        raise InvalidURL(f"{text!r} is not a URL{_why_not(bare)}")
    if not url.is_http:
        raise InvalidURL(f"{text!r} has the scheme {url.scheme!r}; only http and https URLs can be fetched")
    return url


# What the standard reads as a scheme and its path, and a person means as host and port.
_HOST_AND_PORT = re.compile(r"[a-z0-9.-]+:[0-9]+(?:[/?#]|$)", re.IGNORECASE)
_PORT = re.compile(r"https?://(?:[^/?#@]*@)?(?:\[[^]/?#]*\]|[^:/?#]*):([^/?#]*)", re.IGNORECASE)


def _why_not(text: str) -> str:
    """What is wrong with ``text``, or what was probably meant by it, to follow "is not a URL"; "" where unknown."""
    whole = text if "://" in text else "https://" + text.lstrip("/")
    port = _PORT.match(whole)
    if port is not None and port[1] and not (port[1].isascii() and port[1].isdigit() and int(port[1][:9]) < 65536):
        return f": its port {port[1]!r} is not a number from 0 to 65535"
    guess = None if whole == text else resolve(whole)
    return "" if guess is None else f"; did you mean {guess.href if text.startswith('//') else whole} ?"


LONGEST_LABEL = 63
"""RFC 1035 2.3.4. Undoing a longer one takes time by its square, and no rule has it."""
MOST_LABELS = 12
"""Of the end of a host are compared with the list, more than any of its lines has: a URL has room for 30,000."""


@cache
def _rules() -> frozenset[str]:
    """The lines of the list of public suffixes, those of other scripts as people write them: "co.uk", "*.ck",
    "!www.ck", and comments, which no host equals. The package's own reader takes ten times as long for the same, before
    the first byte of every load."""
    from publicsuffixlist import PSLFILE  # only where a site is asked for

    with open(PSLFILE, encoding="utf-8") as file:
        return frozenset(file.read().lower().split("\n"))


def _as_written(label: str) -> str:
    """``label`` of a URL's host as the list has it. Few hosts have such labels, and the list 500 lines: encoding those
    would take 15 ms at every start."""
    if not label.startswith("xn--") or len(label) > LONGEST_LABEL:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _suffix_length(labels: list[str]) -> int:
    """How many of the last ``labels`` of a host are its public suffix (publicsuffix.org, "Algorithm")."""
    rules = _rules()
    written = [_as_written(label) for label in labels[-MOST_LABELS:]]
    for start in range(len(written)):
        name = ".".join(written[start:])
        if f"!{name}" in rules:
            return len(written) - start - 1
        if name in rules or f"*.{name.partition('.')[2]}" in rules:
            return len(written) - start
    return 1


def warm_up() -> None:
    """Load the list of public suffixes now, so that no request of a load has to wait for it."""
    _rules()


@lru_cache(maxsize=4096)
def is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_ip(host) and ipaddress.ip_address(host).is_loopback


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """eTLD+1, or the host itself for IP addresses, single labels and public suffixes."""
    if is_ip(host) or "." not in host:
        return host
    labels = host.lower().removesuffix(".").split(".")
    if "" in labels:
        return host
    length = _suffix_length(labels)
    return host if length >= len(labels) else ".".join(labels[-length - 1 :])


@lru_cache(maxsize=4096)
def is_public_suffix(host: str) -> bool:
    """Whether unrelated owners register names directly under ``host``: no cookie may cover it. Single labels are."""
    if is_ip(host) or "." not in host:
        return not is_ip(host)
    labels = host.lower().removesuffix(".").split(".")
    return "" not in labels and _suffix_length(labels) >= len(labels)


def same_site(a: URL, b: URL) -> bool:
    """Schemefully same site (HTML "same site")."""
    if a.origin == b.origin:
        return True
    if a.scheme != b.scheme or a.host.split(".")[-2:] != b.host.split(".")[-2:]:
        return False  # a registrable domain has two labels at least
    return a.host == b.host or registrable_domain(a.host) == registrable_domain(b.host)


def sec_fetch_site(initiator: URL, target: URL) -> str:
    """The Sec-Fetch-Site word for a request ``initiator`` makes to ``target``."""
    if initiator.origin == target.origin:
        return "same-origin"
    return "same-site" if same_site(initiator, target) else "cross-site"
