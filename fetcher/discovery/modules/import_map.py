"""Import maps (HTML 8.1.5.4 and 8.1.6.2): read, merged as several of a document are, and asked for a specifier.

Text and URLs in, URLs out; no request is decided here. What was resolved already stays as it is: a later map loses the
rules that would have changed it, as in browsers since they know several maps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from fetcher.urls import URL, resolve

SpecifierMap = dict[str, str | None]
_SPECIAL = frozenset({"ftp", "file", "http", "https", "ws", "wss"})
_PREFIXES = 200  # of one specifier that are looked up, the longest first


class Unresolved(Exception):
    """Why a specifier leads nowhere: the module that has it fails, and none of its imports is requested."""


@dataclass(slots=True)
class ImportMap:
    """The map of one document. ``resolved``: what was asked so far, (base, specifier, whether it may match a
    prefix)."""

    imports: SpecifierMap = field(default_factory=dict)
    scopes: dict[str, SpecifierMap] = field(default_factory=dict)
    integrity: dict[str, str] = field(default_factory=dict)
    resolved: set[tuple[str, str, bool]] = field(default_factory=set)

    def merge(self, text: str, base: URL) -> str | None:
        """Take in the map that ``text`` spells; gives why it is none. Members that are wrong are left out alone."""
        try:
            parsed = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return "not JSON"
        if not isinstance(parsed, dict):
            return "not an object"
        for name in ("imports", "scopes", "integrity"):
            if not isinstance(parsed.get(name, {}), dict):
                return f"its {name} are not an object"
        scopes = parsed.get("scopes", {})
        if not all(isinstance(each, dict) for each in scopes.values()):
            return "a scope is not an object"
        imports = _specifiers(parsed.get("imports", {}), base)
        for _, specifier, prefixed in self.resolved:
            for key in _matching(specifier, imports, prefixed=prefixed):
                del imports[key]
        self.imports = {**imports, **self.imports}
        for prefix, members in scopes.items():
            scope = resolve(prefix, base.href)
            if scope is not None:
                self._scope(_whole(scope), _specifiers(members, base))
        for key, value in parsed.get("integrity", {}).items():
            url = _like_url(key, base)
            if url is not None and isinstance(value, str):
                self.integrity.setdefault(url.href, value)
        return None

    def _scope(self, prefix: str, members: SpecifierMap) -> None:
        for base, specifier, prefixed in self.resolved:
            if prefix == base or (prefix.endswith("/") and base.startswith(prefix)):
                for key in _matching(specifier, members, prefixed=prefixed):
                    del members[key]
        self.scopes[prefix] = {**members, **self.scopes.get(prefix, {})}

    def resolve(self, specifier: str, base: URL) -> URL:
        """HTML "resolve a module specifier" in a module whose base URL is ``base``. Raises Unresolved."""
        as_url = _like_url(specifier, base)
        normalised = _whole(as_url) if as_url is not None else specifier
        prefixed = as_url is None or as_url.scheme in _SPECIAL
        where = _whole(base)
        found: URL | None = None
        for scope in (where, *_prefixes(where)) if self.scopes else ():
            if scope in self.scopes:
                found = _match(normalised, self.scopes[scope], prefixed=prefixed)
                if found is not None:
                    break
        found = found or _match(normalised, self.imports, prefixed=prefixed) or as_url
        if found is None:
            raise Unresolved(f"{_told(specifier)} is a bare specifier that no import map knows")
        self.resolved.add((where, normalised, prefixed))
        return found


def _specifiers(members: dict[str, object], base: URL) -> SpecifierMap:
    """HTML "sort and normalize a module specifier map"; lookups are by length, so no order is kept."""
    found: SpecifierMap = {}
    for key, value in members.items():
        as_url = _like_url(key, base)
        normalised = _whole(as_url) if as_url is not None else key
        if not key:
            continue
        url = _like_url(value, base) if isinstance(value, str) else None
        address = _whole(url) if url is not None else None
        found[normalised] = None if address and key.endswith("/") and not address.endswith("/") else address
    return found


def _matching(specifier: str, members: SpecifierMap, *, prefixed: bool) -> list[str]:
    keys = [specifier, *_prefixes(specifier)] if prefixed else [specifier]
    return [key for key in keys if key in members]


def _match(specifier: str, members: SpecifierMap, *, prefixed: bool) -> URL | None:
    """HTML "resolve an imports match": the longest key that fits decides, also where it leads nowhere."""
    if specifier in members:
        address = members[specifier]
        found = resolve(address) if address is not None else None
        if found is None:
            raise Unresolved(f"the import map gives {_told(specifier)} no URL")
        return found
    for key in _prefixes(specifier) if prefixed and members else ():
        if key not in members:
            continue
        address = members[key]
        if address is None:
            raise Unresolved(f"the import map gives {_told(key)} no URL")
        found = resolve(specifier[len(key) :], address)
        if found is None or not _whole(found).startswith(address):
            raise Unresolved(f"{_told(specifier)} leaves what the import map gives for {_told(key)}")
        return found
    return None


def _prefixes(text: str) -> Iterator[str]:
    """What of ``text`` ends in "/", the longest first, not itself."""
    end = len(text) - 1 if text.endswith("/") else len(text)
    for _ in range(_PREFIXES):
        end = text.rfind("/", 0, end)
        if end < 0:
            return
        yield text[: end + 1]


def _like_url(specifier: str, base: URL) -> URL | None:
    """HTML "resolve a URL-like module specifier"."""
    if specifier.startswith(("/", "./", "../")):
        return resolve(specifier, base.href)
    return resolve(specifier)


def _whole(url: URL) -> str:
    return f"{url.href}#{url.fragment}" if url.fragment else url.href


def _told(text: str) -> str:
    return repr(text if len(text) <= 100 else f"{text[:100]}...")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
