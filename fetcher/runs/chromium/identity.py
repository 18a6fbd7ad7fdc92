"""What a headless Chromium calls itself: the same browser with a window, on the device asked for.

Its own user agent says HeadlessChrome, which sites treat otherwise than browsers of people. It is told twice: on the
command line, which alone reaches what a 103 asks for, and in each tab, with client hints that do not contradict it.
"""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import suppress
from typing import Any

from fetcher.browser.profiles import BRANDS
from fetcher.browser.requests.device import phone_user_agent
from fetcher.runs.chromium import pipe
from fetcher.terms import Device

_VERSION = re.compile(r"(?:Headless)?Chrome/([0-9]+)")
_PRINTED = re.compile(r"(?:Chrom\w+) ([0-9]+)\.[0-9.]+")
_PLATFORMS = {"darwin": "macOS", "linux": "Linux"}
_SYSTEMS = {"darwin": "Macintosh; Intel Mac OS X 10_15_7"}
VERSION_SECONDS = 10.0


async def asked(program: str) -> str | None:
    """The user agent of ``program`` with a window, from the version it prints; None where it prints none."""
    if found := _PRINTED.search((await _printed(program)).decode("utf-8", "replace")):
        system = _SYSTEMS.get(sys.platform, "X11; Linux x86_64")
        return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{found[1]}.0.0.0 Safari/537.36"
    return None


async def _printed(program: str) -> bytes:
    """What it says of its version, the first of it. Whatever ends the wait ends the program and what it started."""
    with suppress(OSError, TimeoutError):
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            program, "--version", stdin=quiet, stdout=asyncio.subprocess.PIPE, stderr=quiet, start_new_session=True
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(VERSION_SECONDS):
                said = b""
                while len(said) < 1_000 and (data := await process.stdout.read(1_000)):
                    said += data
                return said
        finally:
            pipe.end(process.pid)
            await process.wait()
    return b""


def flags(own: str | None, given: str | None, device: Device | None) -> tuple[str, ...]:
    """The command line's part; none where nothing is known."""
    named = given or own
    if named is None:
        return ()
    mobile = device is not None and device.mobile and given is None
    return (f"--user-agent={phone_user_agent(named) if mobile else named}",)


def of(own: str, given: str | None, device: Device | None) -> dict[str, Any]:
    """Arguments for Emulation.setUserAgentOverride. ``own`` is the browser's user agent, ``given`` is -A."""
    mobile = device is not None and device.mobile
    plain = own.replace("HeadlessChrome/", "Chrome/")
    found = _VERSION.search(own)
    major = found[1] if found else BRANDS[-1][1].partition(".")[0]
    brands = [
        {"brand": name, "version": major if name == "Chromium" else version.partition(".")[0]}
        for name, version in BRANDS
    ]
    metadata = {
        "brands": brands,
        "fullVersionList": [{**each, "version": f"{each['version']}.0.0.0"} for each in brands],
        "platform": "Android" if mobile else _PLATFORMS.get(sys.platform, "Linux"),
        "platformVersion": "",
        "architecture": "",
        "model": "",
        "mobile": mobile,
    }
    return {"userAgent": given or (phone_user_agent(plain) if mobile else plain), "userAgentMetadata": metadata}
