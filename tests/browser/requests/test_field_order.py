"""The order of fields, as Chromium 156 sent them to a server that wrote them down (proven again end to end)."""

from __future__ import annotations

import pytest

from fetcher.browser.profiles import CHROMIUM
from fetcher.browser.requests.dressing import Asking, dress
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
