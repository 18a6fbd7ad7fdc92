"""The driver beside a Chromium that does what each test says: values, cancellation, floods, what is left behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from fetcher import clock
from fetcher.browser.storage.cookies import Cookie
from fetcher.errors import ChromiumFailed
from fetcher.fields.set_cookie import SameSite
from fetcher.runs.chromium import ChromiumOptions, chromium, driving, process
from tests.support.fake_chromium import fake

URL = "https://a.test/"


def options(folder: Path, does: str = "") -> ChromiumOptions:
    return ChromiumOptions(program=fake(folder, does))


def is_left(folder: Path) -> bool:
    """Whether the profile is still there."""
    told = (folder / "arguments").read_text().splitlines()
    return any(Path(each.partition("=")[2]).exists() for each in told if each.startswith("--user-data-dir="))


async def test_a_load_gives_requests_and_messages(tmp_path: Path) -> None:
    async with chromium(options(tmp_path), URL) as browser:
        assert browser.version == "Chrome/156.0.8078.108"
        assert "Chrome/156.0.0.0" in browser.user_agent
        async with browser.tab(watch_network=True) as tab:
            await tab.run(tab.blocking.navigate, URL)
            events = await tab.events()
    assert [each["method"] for each in events].count("Network.requestWillBeSent") == 5
    assert not is_left(tmp_path)


@pytest.mark.parametrize("where", ["Page.navigate", "Page.loadEventFired", "Runtime.evaluate"])
async def test_a_page_that_waits_for_somebody_waits_for_nobody(tmp_path: Path, where: str) -> None:
    """A dialog is dismissed, whenever it opens, and takes no event from those who want them."""
    async with chromium(options(tmp_path, f"held {where}"), URL) as browser, browser.tab(watch_network=True) as tab:
        loaded = await tab.load(URL, timeout=5)
        assert await tab.evaluate("performance.loadEventStart") == 440.0
    assert (loaded.load_event, len(loaded.asked)) == (440.0, 5)


INTERRUPTED = """
import shutil
from fetcher.runs.chromium.driving import fresh_profile

whole = shutil.rmtree

def interrupted(*arguments, **keywords):
    shutil.rmtree = whole
    raise KeyboardInterrupt

try:
    with fresh_profile() as name:
        print(name)
        shutil.rmtree = interrupted
except KeyboardInterrupt:
    pass
"""


def test_a_second_ctrl_c_leaves_no_profile() -> None:
    """Where the folder's removal is interrupted, it is removed at exit."""
    told = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True)
    assert told.stdout.startswith(tempfile.gettempdir())
    assert not Path(told.stdout.strip()).exists()


async def test_being_cancelled_ends_the_browser_at_once(tmp_path: Path) -> None:
    """Also while it starts, and while a call waits for an answer that would take half a minute."""
    for does in ("mute Browser.getVersion", "mute Page.navigate"):
        entered = asyncio.Event()

        async def load(does: str = does, entered: asyncio.Event = entered) -> None:
            async with chromium(options(tmp_path, does)) as browser, browser.tab() as tab:
                entered.set()
                await tab.load(URL)

        task = asyncio.create_task(load())
        if does.endswith("navigate"):
            await entered.wait()
        else:
            await asyncio.to_thread(_started, tmp_path / "arguments")
        await asyncio.sleep(0.05)
        started = clock.now()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert clock.now() - started < 3_000
        assert not is_left(tmp_path)
        (tmp_path / "arguments").unlink()


async def test_an_exception_inside_ends_it_too(tmp_path: Path) -> None:
    """It is the exception that is told, and no process is left as a child of ours."""
    numbers: list[int] = []

    async def fail() -> None:
        async with chromium(options(tmp_path)) as browser, browser.tab() as tab:
            numbers.append(tab.blocking.browser.pid)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not is_left(tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(numbers[0], 0)


async def test_a_refused_command_is_told_and_the_browser_goes_on(tmp_path: Path) -> None:
    async with chromium(options(tmp_path, "refuse Page.reload")) as browser, browser.tab() as tab:
        with pytest.raises(ChromiumFailed, match=r"Chromium refused Page.reload: it cannot"):
            await tab.call("Page.reload")
        assert await tab.call("Page.stopLoading") == {}


async def test_events_that_nobody_takes_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's log ends, which is said; the browser still answers."""
    monkeypatch.setattr(process, "MOST_WAITING", 100)
    async with chromium(options(tmp_path, "many 200")) as browser, browser.tab(watch_network=True) as tab:
        await tab.run(tab.blocking.navigate, URL)
        with pytest.raises(ChromiumFailed, match="more than could be followed"):
            await tab.run(lambda: [tab.blocking.next_event(1.0) for _ in range(102)])
        assert (await browser.call("Browser.getVersion"))["product"]


async def test_events_of_a_tab_that_was_closed_are_not_kept(tmp_path: Path) -> None:
    """Nor those of its frames; a session's own are there from the first on."""
    async with chromium(options(tmp_path)) as browser:
        running = browser._running
        async with browser.tab() as tab:
            child = {"sessionId": "s", "method": "Target.attachedToTarget", "params": {"sessionId": "child"}}
            first = {"sessionId": "child", "method": "Network.dataReceived", "params": {}}
            for message in (child, first):
                running._received(message)
            running.join("child", tab.blocking.session)
        for message in ({**first, "sessionId": "s"}, first, child, {**first, "sessionId": "other"}):
            running._received(message)
        assert running._events == {}
        assert running._full == set()


async def test_a_message_without_end_and_one_that_stops_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LARGEST", 10_000)
    with pytest.raises(ChromiumFailed, match="larger than"):
        async with chromium(options(tmp_path, "huge Page.enable")) as browser, browser.tab():
            pass
    monkeypatch.undo()
    with pytest.raises(ChromiumFailed, match="could not be sent in time"):
        async with chromium(options(tmp_path, "deaf Page.stopLoading")) as browser, browser.tab() as tab:
            await tab.run(lambda: [_send(tab.blocking.browser) for _ in range(100)])  # more than the pipe holds


def _started(arguments: Path) -> None:
    deadline = clock.now() + 10_000
    while not arguments.exists() and clock.now() < deadline:
        threading.Event().wait(0.01)


def _send(browser: process.Chromium) -> None:
    try:
        browser.call("Page.stopLoading", None, 0.05, padding="x" * 10_000)
    except ChromiumFailed as error:
        if "could not be sent" in str(error):
            raise


def test_cookies_in_the_protocols_words() -> None:
    """A host's own by its URL, one for hosts below by its domain; nothing that was not said is added."""
    plain = driving._cookie(Cookie("a", "1", "a.test"))
    assert plain["url"] == "http://a.test/"
    assert "domain" not in plain
    assert "expires" not in plain
    wide = driving._cookie(
        Cookie("b", "2", "a.test", "/x", 99.0, False, True, True, SameSite.NONE, partition="https://t.test")
    )
    assert (wide["url"], wide["domain"], wide["expires"]) == ("https://a.test/x", "a.test", 99.0)
    assert (wide["sameSite"], wide["secure"], wide["httpOnly"]) == ("None", True, True)
    assert wide["partitionKey"]["topLevelSite"] == "https://t.test"
