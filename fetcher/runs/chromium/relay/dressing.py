"""Fields that requests get on their way from a Chromium to the servers (-H, -u): as a load of ours sends them, to the
page's own site or to every one, credentials to its origin alone.

Chromium can be told of fields for its tabs, which go to every site then, and what a 103 asks for has none of them.
"""

from __future__ import annotations

from fetcher.errors import LocalProtocolError, UsageError
from fetcher.terms import Fields
from fetcher.urls import URL, registrable_domain, resolve
from fetcher.wire.http1.names import request_name

MOST_KEPT = 1_000
_FRAMING = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)


class Dressing:
    """``fields`` go to the site of ``page`` (from http to its https, never back), ``everywhere`` to all;
    ``authorization`` to the page's origin. Raises ``UsageError`` for what cannot be a field, or says how a request is
    framed or where it goes."""

    def __init__(
        self, page: URL, fields: Fields, *, everywhere: bool = False, authorization: str | None = None
    ) -> None:
        for name, value in fields:
            _check(name, value)
        self._page = page
        self._fields = fields
        self._everywhere = everywhere
        self._authorization = authorization
        self._known: dict[tuple[str, str], Fields] = {}

    def __call__(self, scheme: str, authority: str) -> Fields:
        """What a request to ``authority`` gets in place of its own fields of the same name."""
        found = self._known.get((scheme, authority))
        if found is None:
            found = self._for(resolve(f"{scheme}://{authority}/"))
            if len(self._known) < MOST_KEPT:
                self._known[scheme, authority] = found
        return found

    def _for(self, url: URL | None) -> Fields:
        page = self._page
        if url is None:
            return ()
        is_home = registrable_domain(url.host) == registrable_domain(page.host) and page.scheme in (url.scheme, "http")
        found = self._fields if self._everywhere or is_home else ()
        if self._authorization and url.origin == page.origin and all(name != "authorization" for name, _ in found):
            found = (*found, ("authorization", self._authorization))
        return found


def _check(name: str, value: str) -> None:
    try:
        request_name(name)
        value.encode("latin-1")
    except (LocalProtocolError, UnicodeEncodeError) as error:
        raise UsageError(f"the field {name!r} (-H) cannot be sent: {error}") from error
    if any(letter in "\r\n\0" for letter in value):
        raise UsageError(f"the value of the field {name} (-H) has a line break or NUL in it")
    if name in _FRAMING:
        raise UsageError(f"-H {name}: Chromium's own requests cannot have another one; leave it out")
