"""A Chromium from asynchronous code: started, driven and ended, its blocking parts in threads.

Cancelling whatever waits ends the browser at once, so that nothing waits for a browser that nobody wants any more.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from fetcher.browser.storage.cookies import Cookie
from fetcher.errors import ChromiumFailed
from fetcher.runs.chromium import identity, pipe, process, tabs, trust
from fetcher.runs.chromium.found import executable
from fetcher.runs.chromium.options import ChromiumOptions, command_line
from fetcher.runs.chromium.process import CALL_SECONDS, Message
from fetcher.runs.chromium.tabs import Loaded

START_SECONDS = 60.0
REMOVALS = 20

Given = ParamSpec("Given")
Result = TypeVar("Result")


@asynccontextmanager
async def chromium(options: ChromiumOptions | None = None, *urls: str) -> AsyncIterator[Browser]:
    """A browser with a fresh profile, for loads of ``urls`` (of which --cacert and -k have to know). Raises
    ``MissingChromium``, ``ChromiumFailed``, and ``UsageError`` for options that cannot be carried over."""
    chosen = options or ChromiumOptions()
    program = executable(chosen.program)
    with fresh_profile() as profile:
        command_line(chosen, program, profile)  # refuses before anything is asked of the network
        named = chosen.user_agent or await identity.asked(program)
        command = command_line(chosen, program, profile, await trust.trusted(chosen.net, urls))
        command += identity.flags(named, chosen.user_agent, chosen.device)
        running = process.Chromium(command, Path(profile, "messages"))
        # Should the interpreter end past all of this (a second Ctrl-C), the browser still ends before it.
        at_exit = weakref.finalize(running, pipe.end, running.pid)
        try:
            try:
                version = await _in_thread(running, running.call, "Browser.getVersion", None, START_SECONDS)
            except ChromiumFailed as error:
                if not running.gone:
                    raise
                raise running.failed(f"{program} ended at once; is it a Chromium?") from error
            running.version = str(version.get("product", ""))
            yield Browser(running, chosen, named or str(version.get("userAgent", "")))
        finally:
            if chosen.netlog is None:
                running.kill()  # a profile that is thrown away needs no farewell, which takes a second; a log does
            await _ended(running)
            at_exit.detach()


class _Profile:
    """A folder's ``name``, and what its removal at exit hangs on."""

    def __init__(self, name: str) -> None:
        self.name = name


@contextmanager
def fresh_profile() -> Iterator[str]:
    """A folder that is there for as long as the browser is, and removed at exit where that is interrupted (a second
    Ctrl-C): after the browser's end, as that was arranged for later."""
    made = _Profile(tempfile.mkdtemp(prefix="fetcher-chromium-"))
    at_exit = weakref.finalize(made, _remove, made.name)
    try:
        yield made.name
    finally:
        _remove(made.name)
        at_exit.detach()


def _remove(folder: str) -> None:
    """A process that is being killed may still finish a file meanwhile, so that is tried more than once."""
    for _ in range(REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            break
        threading.Event().wait(0.05)


class Browser:
    """A browser that runs. ``notes`` are sentences on what it does otherwise than a load of ours with the same
    options."""

    def __init__(self, running: process.Chromium, options: ChromiumOptions, user_agent: str) -> None:
        self._running = running
        self.options = options
        self.version = running.version
        self.user_agent = user_agent
        self.notes = _notes(options)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the DevTools protocol to the browser itself."""
        return await _in_thread(self._running, self._running.call, method, **parameters)

    @asynccontextmanager
    async def tab(self, *, watch_network: bool = False) -> AsyncIterator[Tab]:
        """An empty page that knows nothing from before, dressed as the options say: headers, cookies, device, user
        agent. ``watch_network`` turns the protocol's Network domain on."""
        opening = tabs.opened(self._running, watch_network=watch_network, through=self.options.through)
        blocking = await _in_thread(self._running, opening.__enter__)
        try:
            tab = Tab(self._running, blocking)
            await tab.run(self._dress, blocking)
            yield tab
        finally:
            await _in_thread(self._running, _leave, opening)

    def _dress(self, tab: tabs.Tab) -> None:
        options = self.options
        tab.call("Emulation.setUserAgentOverride", **identity.of(self.user_agent, options.user_agent, options.device))
        if options.device is not None:
            device = options.device
            tab.call(
                "Emulation.setDeviceMetricsOverride",
                width=device.width, height=device.height, deviceScaleFactor=device.dpr, mobile=device.mobile,
            )  # fmt: skip
            if device.mobile:
                tab.call("Emulation.setTouchEmulationEnabled", enabled=True)
        if options.headers:
            joined: dict[str, str] = {}
            for name, value in options.headers:
                joined[name] = f"{joined[name]}, {value}" if name in joined else value
            tab.call("Network.enable")
            tab.call("Network.setExtraHTTPHeaders", headers=joined)
        if options.cookies and tab.context is not None:
            cookies = [_cookie(each) for each in options.cookies]
            self._running.call("Storage.setCookies", cookies=cookies, browserContextId=tab.context)


class Tab:
    """A tab of a ``Browser``. ``blocking`` is the tab itself, for what has to run in one thread (``run``)."""

    def __init__(self, running: process.Chromium, blocking: tabs.Tab) -> None:
        self._running = running
        self.blocking = blocking

    async def load(self, url: str, timeout: float = CALL_SECONDS) -> Loaded:
        """Navigate and wait for the load event, and where the network is watched for every request to end."""
        return await self.run(self.blocking.load, url, timeout)

    async def evaluate(self, expression: str, *, wait: bool = False) -> Any:
        """The value of a JavaScript expression in the page; with ``wait`` what its promise comes to."""
        return await self.run(self.blocking.evaluate, expression, wait=wait)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the DevTools protocol to this page."""
        return await self.run(self.blocking.call, method, **parameters)

    async def events(self) -> list[Message]:
        """The events that came since the last call or load."""
        return self.blocking.events()

    async def run(self, function: Callable[Given, Result], *arguments: Given.args, **keywords: Given.kwargs) -> Result:
        """``function`` in a thread; being cancelled ends the browser."""
        return await _in_thread(self._running, function, *arguments, **keywords)


def _leave(opening: AbstractContextManager[tabs.Tab]) -> None:
    opening.__exit__(None, None, None)


async def _in_thread(
    running: process.Chromium, function: Callable[Given, Result], *arguments: Given.args, **keywords: Given.kwargs
) -> Result:
    work = _begun(function, *arguments, **keywords)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        running.kill()  # so that the thread, which cannot be cancelled, has nothing to wait for
        with suppress(Exception):
            await work
        raise


def _begun(
    function: Callable[Given, Result], *arguments: Given.args, **keywords: Given.kwargs
) -> asyncio.Future[Result]:
    """``function`` in a thread. What it raises once nobody waits for it (a second Ctrl-C) is nobody's business."""
    work = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **keywords))
    work.add_done_callback(lambda done: done.cancelled() or done.exception())
    return work


async def _ended(running: process.Chromium) -> None:
    work = _begun(running.close)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        running.kill()
        with suppress(Exception):
            await work
        raise


def _cookie(cookie: Cookie) -> dict[str, Any]:
    """As the protocol's CookieParam: a domain where hosts below it get it too, else the URL of the one host."""
    scheme = "https" if cookie.secure else "http"
    found: dict[str, Any] = {
        "name": cookie.name, "value": cookie.value, "path": cookie.path, "secure": cookie.secure,
        "httpOnly": cookie.http_only, "url": f"{scheme}://{cookie.domain}{cookie.path}",
    }  # fmt: skip
    if not cookie.host_only:
        found["domain"] = cookie.domain
    if cookie.expires is not None:
        found["expires"] = cookie.expires
    if cookie.same_site is not None:
        found["sameSite"] = cookie.same_site.value.capitalize()
    if cookie.partition is not None:
        found["partitionKey"] = {"topLevelSite": cookie.partition, "hasCrossSiteAncestor": False}
    return found


def _notes(options: ChromiumOptions) -> tuple[str, ...]:
    net = options.net
    notes = []
    if net.insecure:
        notes.append(
            "certificate errors are ignored (-k): Chromium keeps answers of other servers than the page's and those of "
            "--resolve out of its HTTP cache, so it may fetch some of them twice"
        )
    elif net.ca_file is not None and net.proxies.is_any:
        notes.append("--cacert through a proxy: Chromium trusts servers that send the authority itself, no others")
    if options.headers:
        notes.append("-H: Chromium does not send these fields with what a 103 asks for")
    if any("," in addresses for _, _, addresses in net.resolve):
        notes.append("--resolve: Chromium uses the first address alone")
    return tuple(notes)
