"""The lists of --sitemap over the network: asked for at the pace, and with the fields, that the pages themselves are.

-u goes to the sitemap's own origin, -H to its site (or wherever --header-scope says), -b where its cookies belong; a
list that lies elsewhere, or a redirect there, gets none of them that is not meant for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fetcher.errors import ContentError
from fetcher.terms import Fields, field_value

if TYPE_CHECKING:
    from fetcher.net.options import NetOptions
    from fetcher.runs.pace import Pace


@dataclass(frozen=True, slots=True)
class Asking:
    """How lists are asked for: ``headers`` and ``options`` (``auth``, ``state``, ``header_scope``) as ``load_page``
    takes them, ``timeout`` in seconds for each."""

    net: NetOptions
    pace: Pace
    headers: Fields = ()
    user_agent: str | None = None
    timeout: float | None = None
    options: Mapping[str, Any] | None = None


async def get_list(url: str, first: str, asking: Asking) -> bytes:
    """The content of ``url``, over as many redirects as a browser follows, for the sitemap ``first``. Raises
    FetcherError."""
    from fetcher.client import fetch
    from fetcher.runs.sitemap import MOST_BYTES
    from fetcher.urls import parse

    limits = replace(asking.net.limits, body_bytes=MOST_BYTES, decoded_bytes=MOST_BYTES)
    for _ in range(limits.redirects + 1):
        await asking.pace.turn(url)
        asking.pace.asked(url)
        fields = fields_for(url, first, asking)
        async with await fetch(
            url, headers=fields, options=asking.net, limits=limits, timeout=asking.timeout
        ) as response:
            place = field_value(response.fields, "location")
            if response.status in (301, 302, 303, 307, 308) and place is not None:
                url = parse(place, url).href
                continue
            if response.status != 200:
                raise ContentError(f"{url} answered {response.status}; there is no sitemap")
            return await response.read()
    raise ContentError(f"{url}: too many redirects")


def fields_for(url: str, first: str, asking: Asking) -> Fields:
    """What ``url`` is asked with."""
    from fetcher.urls import parse, same_site

    options = asking.options or {}
    where, home = parse(url), parse(first)
    fields: Fields = ()
    if same_site(where, home) or options.get("header_scope") == "all":
        fields = asking.headers
    named = {name for name, _ in fields}
    if asking.user_agent is not None and "user-agent" not in named:
        fields += (("user-agent", asking.user_agent),)
    own = {name: value for name, value in options.items() if name != "auth" or where.origin == home.origin}
    return fields + state_fields(own, url, named)


def state_fields(asked: Mapping[str, Any], url: str, given: set[str]) -> Fields:
    """What -u and -b add to one request of ``url``, unless -H gave it."""
    fields: list[tuple[str, str]] = []
    if "auth" in asked and "authorization" not in given:
        from fetcher.net.proxy import basic

        fields.append(("authorization", basic(*asked["auth"])))
    if "state" in asked and "cookie" not in given:
        from fetcher import clock
        from fetcher.browser.storage.cookies import CookieJar
        from fetcher.urls import parse

        cookies = CookieJar(asked["state"].cookies).field(parse(url), clock.wall())
        if cookies is not None:
            fields.append(("cookie", cookies))
    return tuple(fields)
