"""What a load of ours is told, told to a Chromium: what carries over, what is shared, and what is refused by name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fetcher.browser.storage.state import BrowserState, SecureHost
from fetcher.errors import MissingChromium, UsageError
from fetcher.net import NetOptions
from fetcher.runs.chromium.arms import arm_of
from fetcher.runs.chromium.measuring import RELAY, RELAYED
from fetcher.runs.compare import compare
from fetcher.terms import Limits
from tests.support.comparisons import valid
from tests.support.fake_chromium import fake

URL = "https://a.test/"


def test_what_carries_over() -> None:
    """Connections to the relay, the rest to the browser, fields and credentials to both's requests in between."""
    limits = Limits(connect_ms=5.0)
    arm = arm_of(
        f"{URL}#x",
        {
            "browser": "chromium", "early_hints": False, "http": "1.1", "limits": limits, "timeout": 7.0,
            "user_agent": "me", "device": "mobile", "options": NetOptions(insecure=True), "headers": [("X-Team", "b")],
            "auth": ("a", "b"), "frames": False, "transport": "connections", "find_text": None,
        },
        "some-chromium",
    )  # fmt: skip
    assert arm.url == f"{URL}#x"
    assert arm.net == NetOptions(insecure=True, http="1.1", limits=limits)
    assert (arm.options.program, arm.options.user_agent, arm.options.headers) == ("some-chromium", "me", ())
    assert arm.options.device is not None
    assert arm.options.device.mobile
    assert (arm.load["early_hints"], arm.load["timeout"]) == (False, 7.0)
    assert arm.load["dressing"]("https", "a.test") == (("x-team", "b"), ("authorization", "Basic YTpi"))
    assert arm_of(URL, {}).load["dressing"] is None


def test_one_browser_for_arms_that_it_is_started_for_alike() -> None:
    """Hints, fields and credentials are the relay's to tell apart; devices and connections are not."""
    plain = arm_of(URL, {})
    for options in ({"early_hints": False}, {"headers": [("x", "y")]}, {"auth": ("a", "b")}, {"timeout": 3.0}):
        assert plain.shares_with(arm_of("https://b.test/", options)), options
    for options in ({"device": "mobile"}, {"user_agent": "me"}, {"http": "1.1"}):
        assert not plain.shares_with(arm_of(URL, options)), options


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"frames": True}, "leave --frames (frames) out"),
        ({"session": object()}, "leave session out"),
        ({"only_hints": True}, "leave only_hints out"),
        ({"observed": object()}, "leave observed out"),
        ({"transport": "aiohttp"}, "leave --transport (transport) out"),
        ({"browser": "safari"}, "--browser (browser) safari says as whom"),
        ({"user_agent": "a\nb"}, "has a line break or NUL"),
        ({"headers": [("x", "a\r\nb: c")]}, "has a line break or NUL"),
        ({"state": BrowserState(secure_hosts=(SecureHost("a.test", 1e12),))}, "takes cookies alone"),
        ({"wait": 3}, "wait is no option of a page load"),
        ({"http": "3"}, "is not an HTTP version here"),
    ],
)
def test_what_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        arm_of(URL, options)
    assert told in str(raised.value)


def test_from_python(tmp_path: Path) -> None:
    """``compare(in_chromium=...)`` is a comparison as ever, by that browser's name."""
    program = fake(tmp_path)
    made = asyncio.run(compare(URL, pairs=2, warm_up=0, pause=0, in_chromium=program))
    found = valid(made)
    assert (found.counted, found.by) == (2, "Chrome/156.0.8078.108 (headless)")
    assert [arm.name for arm in found.arms] == ["hints off", "hints on"]
    assert "withheld by the relay" in found.arms[0].options
    assert RELAY in found.notes
    assert {one.name for one in found.measures} >= {"fcp", "lcp", "load"}
    assert len((tmp_path / "contexts").read_text().splitlines()) == 4
    options = asyncio.run(
        compare(URL, pairs=1, warm_up=0, pause=0, in_chromium=program, first={"device": "mobile"}, second={})
    )
    assert [bool(load and load.device) for pair in options.pairs for load in (pair.first, pair.second)] == [True, False]
    assert (RELAYED in options.notes, RELAY in options.notes) == (True, False)
    with pytest.raises(MissingChromium, match="no program of that name"):
        asyncio.run(compare(URL, in_chromium=str(tmp_path / "gone")))
    with pytest.raises(UsageError, match="plain http"):
        asyncio.run(compare("http://a.test/", in_chromium=program))
