"""The arms of ``fetcher compare --in chromium``: what the Chromium is started with, and what it cannot be told.

What concerns the network (--cacert, -k, --resolve, --connect-to, --cert, --proxy) is the relay's, which connects as a
load of ours does. What cannot be carried over is refused in a sentence, before anything starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from fetcher.cli import options as o
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.browser.storage.cookies import Cookie
    from fetcher.runs.compare import Way

_REFUSED = {
    "a": "--a takes options of fetcher load, which Chromium does not know; leave it out, or --in chromium",
    "b": "--b takes options of fetcher load, which Chromium does not know; leave it out, or --in chromium",
    "browser": "--browser says as whom fetcher loads; with --in chromium it is Chromium, so leave it out",
    "http": "Chromium settles the HTTP version with the server itself; leave --http out",
    "frames": "Chromium loads what is in frames anyway; leave --frames out",
    "user": "-u: Chromium would send the credentials to every site; leave it out, or --in chromium",
}
ON, OFF = "the 103 passed on by the relay", "every 103 received and withheld by the relay"


class Started:
    """The arms as ``ways``, the ``options`` of the Chromium, and ``net``, how its relay connects. ``given`` are the
    command's parameters by name. Raises ``UsageError``."""

    def __init__(self, context: typer.Context, urls: Sequence[str], given: Mapping[str, Any]) -> None:
        from fetcher.runs.chromium import ChromiumOptions
        from fetcher.urls import parse

        for name, sentence in _REFUSED.items():
            source = context.get_parameter_source(name)
            if source is not None and source.name != "DEFAULT":
                raise UsageError(sentence)
        headers = o.header_fields(given["header"])
        if headers and given["header_scope"] is not o.HeaderScopes.ALL:
            raise UsageError("-H goes to every site in Chromium: say so with --header-scope all, or leave it out")
        if len(urls) > 2:
            raise UsageError(f"compare takes one URL or two, not {len(urls)}")
        for url in urls:
            if parse(url).scheme != "https":
                raise UsageError(f"--in chromium compares pages over https, and {url} is not one")
        self.net = o.net_options(
            http=o.HttpVersions.AUTO, cacert=given["cacert"], insecure=given["insecure"], resolve=given["resolve"],
            connect_to=given["connect_to"], cert=given["cert"], key=given["key"], proxy=given["proxy"],
            noproxy=given["noproxy"],
        )  # fmt: skip
        asked = o.page_options(
            urls[0], cookie=given["cookie"], device=given["device"], viewport=given["viewport"], dpr=given["dpr"]
        )
        self.options = ChromiumOptions(
            program=given["chromium"], headers=tuple(headers), user_agent=given["user_agent"],
            device=asked.get("device"), cookies=tuple(_cookies(asked)),
        )  # fmt: skip
        self.ways = self._ways([parse(url).href for url in urls], given["max_time"])

    def _ways(self, urls: Sequence[str], timeout: float | None) -> tuple[Way, Way]:
        from dataclasses import replace

        from fetcher.runs.compare import Way, off_and_on

        options = {"timeout": timeout}
        if len(urls) == 1:
            off, on = off_and_on(urls[0], options)
            return replace(off, words=OFF), replace(on, words=ON)
        if urls[0] == urls[1]:
            raise UsageError("both arms are the same; give another URL, or one alone")
        return Way(urls[0], urls[0], options), Way(urls[1], urls[1], options)


def _cookies(asked: Mapping[str, Any]) -> Iterator[Cookie]:
    state = asked.get("state")
    if state is not None:
        yield from state.cookies
