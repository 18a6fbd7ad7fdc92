"""What a headless Chromium calls itself: the same browser with a window, on the device asked for.

Its own user agent says HeadlessChrome, which sites treat otherwise than browsers of people. It is told twice: on the
command line, which alone reaches what a 103 asks for, and in each tab, with client hints that do not contradict it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from typing import Any

from fetcher.browser.profiles import BRANDS
from fetcher.browser.requests.device import phone_user_agent
from fetcher.terms import Device

_VERSION = re.compile(r"(?:Headless)?Chrome/([0-9]+)")
_PRINTED = re.compile(r"(?:Chrom\w+) ([0-9]+)\.[0-9.]+")
_PLATFORMS = {"darwin": "macOS", "linux": "Linux"}
_SYSTEMS = {"darwin": "Macintosh; Intel Mac OS X 10_15_7"}
VERSION_SECONDS = 10.0


def asked(program: str) -> str | None:
    """The user agent of ``program`` with a window, from the version it prints; None where it prints none. Blocks."""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=VERSION_SECONDS, check=False
        )
        if found := _PRINTED.search(done.stdout[:1_000].decode("utf-8", "replace")):
            system = _SYSTEMS.get(sys.platform, "X11; Linux x86_64")
            return (
                f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{found[1]}.0.0.0 Safari/537.36"
            )
    return None


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
