"""The pages of a sitemap (sitemaps.org): an XML list of URLs or an index of such lists, plain or gzip.

Bounded as the protocol is, and more where a hostile one could grow: size before and after decompression, lists, depth.
Only pages of the sitemap's own site count, as the protocol has it; what was left out is said.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from fetcher.errors import ContentError
from fetcher.runs.targets import Target
from fetcher.urls import parse, resolve, same_site

MOST_BYTES = 52_428_800
"""Of one list, decompressed: the protocol's own limit."""
MOST_LISTS = 500
DEEPEST = 3

Get = Callable[[str], Awaitable[bytes]]
"""The content of a URL; raises FetcherError."""


@dataclass(slots=True, eq=False)
class Sitemap:
    """``pages`` in the order of the lists, at most as many as were wanted; ``more`` that there were others; ``foreign``
    counts URLs of other sites."""

    pages: list[Target] = field(default_factory=list)
    more: bool = False
    foreign: int = 0
    _seen: set[str] = field(default_factory=set)
    _lists: int = 0


async def read_sitemap(url: str, get: Get, *, most: int) -> Sitemap:
    """The first ``most`` pages that ``url`` and the lists it names give. Raises FetcherError where ``url`` cannot be
    had, ContentError where it is no sitemap."""
    found = Sitemap()
    await _read(url, get, most, found, 0)
    if not found.pages:
        raise ContentError(f"{url}: the sitemap names no page of its own site")
    return found


async def _read(url: str, get: Get, most: int, found: Sitemap, depth: int) -> None:
    if url in found._seen:
        return
    found._seen.add(url)
    found._lists += 1
    if found._lists > MOST_LISTS:
        raise ContentError(f"{url}: the sitemap has more than {MOST_LISTS} lists")
    root = _parsed(_plain(await get(url), url), url)
    base = parse(url)
    kind = root.tag.rpartition("}")[2]
    if kind not in ("urlset", "sitemapindex"):
        raise ContentError(f"{url}: this is no sitemap; its XML is a <{kind[:40]}>, not a <urlset> or <sitemapindex>")
    for entry in root:
        place = next((one.text or "" for one in entry if one.tag.rpartition("}")[2] == "loc"), "").strip()
        named = resolve(place)
        if named is None or named.scheme not in ("http", "https"):
            continue
        if not same_site(named, base):
            found.foreign += 1
        elif kind == "sitemapindex":
            if depth < DEEPEST:
                await _read(named.href, get, most, found, depth + 1)
        elif named.href not in found._seen:
            if len(found.pages) >= most:
                found.more = True
                return
            found._seen.add(named.href)
            found.pages.append(Target(named.href))
        if found.more:
            return


def _plain(content: bytes, url: str) -> bytes:
    """``content`` without gzip, whatever its name or type say."""
    if not content.startswith(b"\x1f\x8b"):
        if len(content) > MOST_BYTES:
            raise ContentError(f"{url}: the sitemap has more than {MOST_BYTES} bytes")
        return content
    inflate = zlib.decompressobj(wbits=31)
    try:
        text = inflate.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise ContentError(f"{url}: the sitemap's gzip cannot be read: {error}") from error
    if len(text) > MOST_BYTES:
        raise ContentError(f"{url}: the sitemap has more than {MOST_BYTES} bytes")
    if not inflate.eof:
        raise ContentError(f"{url}: the sitemap's gzip breaks off")
    return text


def _parsed(text: bytes, url: str) -> ElementTree.Element:
    """The root. A sitemap needs no document type, and entities that grow need one: it is refused."""
    if b"\0" in text[:64]:
        raise ContentError(f"{url}: the sitemap is not UTF-8")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ContentError(f"{url}: the sitemap has a document type, which none needs; it is not read")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ContentError(f"{url}: the sitemap is no XML: {error}") from error
