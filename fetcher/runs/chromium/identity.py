"""What a headless Chromium calls itself: the same browser with a window, on the device asked for.

Its own user agent says HeadlessChrome, which sites treat otherwise than browsers of people; user agent and client
hints are set together, so that they never contradict each other.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from fetcher.browser.profiles import BRANDS
from fetcher.browser.requests.device import phone_user_agent
from fetcher.terms import Device

_VERSION = re.compile(r"(?:Headless)?Chrome/([0-9]+)")
_PLATFORMS = {"darwin": "macOS", "linux": "Linux"}


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
