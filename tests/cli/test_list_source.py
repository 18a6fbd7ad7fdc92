"""How --sitemap's lists are asked for: as the pages are, and nobody is told what is not meant for them."""

from __future__ import annotations

import pytest

from fetcher.browser.storage.cookies import CookieJar
from fetcher.browser.storage.state import BrowserState
from fetcher.cli.auditing.list_source import Asking, fields_for, get_list
from fetcher.errors import ContentError
from fetcher.net import NetOptions
from fetcher.runs.pace import Pace
from fetcher.urls import parse
from tests.support.command_line import Listening

HOME = "https://shop.test/sitemap.xml"
ASKING = Asking(
    NetOptions(),
    Pace(None),
    (("x-team", "blue"),),
    "tester/1",
    options={"auth": ("u", "p"), "header_scope": "site"},
)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (HOME, ["x-team", "user-agent", "authorization"]),
        ("https://cdn.shop.test/list.xml", ["x-team", "user-agent"]),
        ("https://elsewhere.test/list.xml", ["user-agent"]),
    ],
)
def test_each_place_gets_its_own(url: str, names: list[str]) -> None:
    """-u the origin, -H the site, -A everybody."""
    assert [name for name, _ in fields_for(url, HOME, ASKING)] == names


def test_cookies_go_where_they_belong() -> None:
    jar = CookieJar()
    jar.store("a=1", parse(HOME), 0.0)
    asking = Asking(NetOptions(), Pace(None), options={"state": BrowserState(cookies=jar.cookies(0.0))})
    assert dict(fields_for("https://shop.test/2.xml", HOME, asking)).get("cookie") == "a=1"
    assert fields_for("https://elsewhere.test/2.xml", HOME, asking) == ()


async def test_a_list_waits_for_its_turn(origin: Listening) -> None:
    """A request like any other: at --rps, and with its fields."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    asking = Asking(NetOptions(), Pace(2, sleep=sleep), (("x-team", "blue"),))
    assert b"x-team: blue" in await get_list(f"{origin.http}/echo", f"{origin.http}/echo", asking)
    with pytest.raises(ContentError, match="answered 404; there is no sitemap"):
        await get_list(f"{origin.http}/nowhere.xml", f"{origin.http}/echo", asking)
    assert slept == [pytest.approx(0.5, abs=0.2)]
