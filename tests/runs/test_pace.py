"""--rps: loads wait until their requests are paid for, each host for itself."""

from __future__ import annotations

import asyncio

import pytest

from fetcher.errors import UsageError
from fetcher.runs.pace import Pace
from tests.support.loads import shop


async def test_a_load_pays_for_its_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's host is asked again after as many tenths of a second as it had requests; another one at once."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    pace = Pace(10, sleep=sleep)
    await pace.turn("https://shop.test/product/42")
    pace.made(shop())
    await pace.turn("https://other.test/")
    assert slept == []
    await pace.turn("https://shop.test/")
    asked = [one for one in shop().requests if "//shop.test/" in one.url and one.times.request_start is not None]
    assert slept == [pytest.approx(len(asked) / 10, abs=0.1)]


async def test_without_a_limit_nothing_waits() -> None:
    pace = Pace(None, sleep=asyncio.sleep)
    pace.made(shop())
    await asyncio.wait_for(pace.turn("https://shop.test/"), 1)


@pytest.mark.parametrize("rps", [0.0, -1.0, float("inf"), float("nan")])
def test_what_is_no_pace(rps: float) -> None:
    with pytest.raises(UsageError, match="--rps is a number of requests a second"):
        Pace(rps)
