"""Which of the URLs that a page uses a hint probably meant: another spelling of the same resource, or another version
of the same file (a content hash or version number in its path, a version in its query).

Deterministic and linear: URLs are put under what their spellings (``near_urls``), or their versions, share.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from fetcher.analysis.content_hashes import hexadecimal, without_tail
from fetcher.analysis.near_urls import spelled, spelling_differs
from fetcher.urls import URL, resolve


class Nearness(StrEnum):
    """By what one misses the other; the first that fits, in this order. VERSION also where one alone has a version in
    its query. QUERY is another query that is no version: another picture perhaps, of a server that makes them."""

    SPELLING = "spelling"
    VERSION = "version"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Near:
    """``url`` is the one that is used; ``told`` says in a clause by what the other misses it."""

    url: str
    nearness: Nearness
    told: str


class NearURLs:
    """Finds the nearest of ``urls``, the first of equals."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._by_spelling: dict[str | None, str] = {}
        self._by_version: dict[str, str] = {}
        self._by_path: dict[str, str] = {}
        for url in dict.fromkeys(urls):
            parsed = resolve(url)
            if parsed is None or not parsed.is_http:
                continue
            self._exact.add(parsed.href)
            self._by_spelling.setdefault(spelled(parsed.href), parsed.href)
            self._by_version.setdefault(_version_free(parsed), parsed.href)
            self._by_path.setdefault(_path(parsed), parsed.href)

    def of(self, url: str) -> Near | None:
        """The nearest to ``url``, None where it is used itself or nothing is near."""
        parsed = resolve(url)
        if parsed is None or not parsed.is_http or parsed.href in self._exact:
            return None
        other = self._by_spelling.get(spelled(parsed.href))
        if other is not None:
            return Near(
                other, Nearness.SPELLING, "; ".join(spelling_differs(parsed.href, other)) or "the spelling differs"
            )
        other = self._by_version.get(_version_free(parsed))
        if other is not None:
            return Near(other, Nearness.VERSION, "only the version differs")
        other = self._by_path.get(_path(parsed))
        return Near(other, Nearness.QUERY, "only the query differs") if other is not None else None


def _path(url: URL) -> str:
    return f"{url.origin}{url.path}"


SHORTEST = 6
"""Hex digits of a content hash, where another URL is near that differs in it."""
_NUMBER = re.compile(r"(?<![0-9A-Za-z])v?[0-9]+(?:[._][0-9]+)+(?![0-9A-Za-z])|(?<![0-9A-Za-z])v[0-9]+(?![0-9A-Za-z])")
_LONG = re.compile(r"(?<![0-9A-Za-z])[0-9]{8,}(?![0-9A-Za-z])")
_VERSIONS = frozenset(
    {"", "_", "v", "ver", "version", "rev", "r", "h", "hash", "t", "ts", "time", "build", "b", "cb", "bust", "id_sha"}
)


def _version_free(url: URL) -> str:
    pairs = [pair for pair in url.target.partition("?")[2].split("&") if pair and not _is_version(pair)]
    return f"{url.origin}{version_free(url.path)}?{'&'.join(pairs)}"


def _is_version(pair: str) -> bool:
    """Whether it names a version, so that with another one or without it the query asks for the same thing."""
    name, equals, _ = pair.partition("=")
    return name.lower() in _VERSIONS if equals else any(letter.isdigit() for letter in name)


@lru_cache(maxsize=4096)
def version_free(path: str) -> str:
    """``path`` with "*" for what changes from one release to the next: content hashes, version numbers, timestamps.
    One of several figures alone (``/img/2.png``) is a name and no version."""
    return "/".join(_segment(segment) for segment in path.split("/"))


def _segment(segment: str) -> str:
    stem, dot, ending = segment.rpartition(".")
    if not dot:
        stem, ending = segment, ""
    for pattern in (_NUMBER, _LONG, hexadecimal(SHORTEST)):
        stem = pattern.sub("*", stem)
    return f"{without_tail(stem) if dot else stem}{dot}{ending}"
