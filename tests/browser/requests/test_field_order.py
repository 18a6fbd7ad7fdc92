"""The order of fields, as Chromium 156 sent them to a server that wrote them down (proven again end to end)."""

from __future__ import annotations

import pytest

from fetcher.browser.profiles import CHROMIUM
from fetcher.browser.requests.dressing import Asking, dress
from fetcher.browser.requests.field_order import wire_order
from fetcher.fields.referrer_policy import DEFAULT
from fetcher.terms import Credentials, Destination, HttpVersion, Mode, NetPriority
from fetcher.urls import parse

A, S, B = "https://a.test/p", "https://s.a.test/p", "https://b.test/p"
PLAIN, LOCAL = "http://a.test/p", "http://localhost/p"
D, M = Destination, Mode
SHORT = {
    "sec-ch-ua": "ua", "sec-ch-ua-mobile": "mobile", "sec-ch-ua-platform": "platform", "user-agent": "agent",
    "upgrade-insecure-requests": "uir", "accept-encoding": "ae", "accept-language": "al", "sec-fetch-site": "site",
    "sec-fetch-mode": "mode", "sec-fetch-user": "user", "sec-fetch-dest": "dest", "sec-fetch-storage-access": "access",
    "sec-ch-ua-arch": "arch", "sec-ch-ua-model": "model", "sec-purpose": "purpose",
}  # fmt: skip
# what is asked for; how; from which page; over which hops; the names in order
ROWS: list[tuple[str, Destination, Mode, str | None, tuple[str, ...], str]] = [
    (A, D.DOCUMENT, M.NAVIGATE, None, (), "ua mobile platform uir agent accept site mode user dest ae al priority"),
    (A, D.DOCUMENT, M.NAVIGATE, None, (B,), "uir agent accept site mode user dest ua mobile platform ae al priority"),
    (A, D.FRAME, M.NAVIGATE, A, (), "ua mobile platform uir agent accept site mode dest referer ae al priority"),
    (B, D.FRAME, M.NAVIGATE, A, (), "ua mobile platform uir agent accept site mode dest access referer ae al priority"),
    (
        B, D.FRAME, M.NAVIGATE, A, (A,),
        "uir agent accept site mode dest access ua mobile platform referer ae al priority",
    ),
    (A, D.IMAGE, M.NO_CORS, A, (), "platform agent ua mobile accept site mode dest referer ae al priority"),
    (B, D.IMAGE, M.NO_CORS, A, (), "platform agent ua mobile accept site mode dest access referer ae al priority"),
    (A, D.SCRIPT, M.CORS, A, (), "origin platform agent ua mobile accept site mode dest referer ae al priority"),
    (B, D.SCRIPT, M.CORS, A, (), "origin platform agent ua mobile accept site mode dest referer ae al priority"),
    (A, D.VIDEO, M.NO_CORS, A, (), "platform agent ua mobile accept site mode dest referer ae al range priority"),
    (A, D.VIDEO, M.CORS, A, (), "platform agent ua mobile accept site mode dest referer ae al range priority"),
    (B, D.VIDEO, M.CORS, A, (), "platform agent ua mobile accept origin site mode dest referer ae al range priority"),
    (PLAIN, D.DOCUMENT, M.NAVIGATE, None, (), "uir agent accept ae al priority"),
    (PLAIN, D.STYLE, M.NO_CORS, PLAIN, (), "agent accept referer ae al priority"),
    (PLAIN, D.SCRIPT, M.CORS, PLAIN, (), "agent origin accept referer ae al priority"),
    (LOCAL, D.STYLE, M.NO_CORS, LOCAL, (), "platform agent ua mobile accept site mode dest referer ae al priority"),
    (B, D.IMAGE, M.NO_CORS, PLAIN, (PLAIN,), "agent accept site mode dest access referer ae al priority"),
    (PLAIN, D.IMAGE, M.NO_CORS, PLAIN, (B,), "agent accept referer ae al priority"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "destination", "mode", "page", "hops", "names"), ROWS)
def test_the_order_of_fields(
    url: str, destination: Destination, mode: Mode, page: str | None, hops: tuple[str, ...], names: str
) -> None:
    """Each place a request is worded in has its own order: the browser process, a renderer, the network service."""
    client = parse(page) if page else None
    asking = Asking(client, None if destination is D.DOCUMENT else client, hops=tuple(map(parse, hops)))
    fields = dress(
        CHROMIUM, parse(url), destination=destination, mode=mode, priority=NetPriority.MEDIUM, hinted=False,
        referrer=client, referrer_policy=DEFAULT, protocol=HttpVersion.HTTP_2, asking=asking,
        credentials=Credentials.SAME_ORIGIN if mode is M.CORS else Credentials.INCLUDE,
    )  # fmt: skip
    assert " ".join(SHORT.get(name, name) for name, _ in fields) == names


# the names a renderer sets; the order they were seen in
TABLES = [
    ("user-agent origin", "user-agent origin"),
    ("user-agent sec-purpose", "user-agent sec-purpose"),
    ("origin user-agent ua mobile platform arch", "origin arch platform user-agent ua mobile"),
    ("user-agent ua mobile platform dpr", "platform dpr user-agent ua mobile"),
    ("user-agent ua mobile platform arch model", "arch platform user-agent ua model mobile"),
    (
        "origin user-agent ua mobile platform arch dpr viewport-width sec-ch-dpr sec-ch-viewport-width",
        "origin platform viewport-width ua sec-ch-dpr mobile arch dpr user-agent sec-ch-viewport-width",
    ),
]
LONG = {short: name for name, short in SHORT.items() if short in ("ua", "mobile", "platform", "arch", "model")}


@pytest.mark.parametrize(("names", "seen"), TABLES)
def test_a_renderers_order_is_that_of_its_table(names: str, seen: str) -> None:
    """It changes with how many there are, and a place that is taken puts a name into a later one."""
    order = wire_order(frozenset(LONG.get(name, name) for name in names.split()))
    assert order == tuple(LONG.get(name, name) for name in seen.split())
