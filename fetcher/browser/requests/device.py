"""Devices: screen, pixel ratio, user agent and client hints, chosen together so that they never contradict each other.

The screens are those Lighthouse measures on (core/config/constants.js): ``mobile`` is its Moto G Power, 412x823 at
1.75, ``desktop`` 1350x940 at 1. The user agent is Chromium's reduced one, which names no model: "Android 10; K" is what
every phone says. ``sec-ch-ua-model`` is sent only where a server asked for it (Accept-CH), so not here.
"""

from __future__ import annotations

import re
from dataclasses import replace

from fetcher.browser.profiles import Profile
from fetcher.errors import UsageError
from fetcher.terms import Device, Fields

DEVICES = {
    "mobile": Device("mobile", mobile=True, width=412, height=823, dpr=1.75),
    "desktop": Device("desktop", mobile=False, width=1350, height=940, dpr=1.0),
}
_SYSTEM = re.compile(r"\([^()]*\)")


def device(name: str | None, viewport: tuple[int, int] | None = None, dpr: float | None = None) -> Device | None:
    """The device called ``name`` with another viewport (CSS pixels) or pixel ratio where given; None when nothing is.
    Without a name the desktop is what is changed. Raises UsageError."""
    if name is None and viewport is None and dpr is None:
        return None
    chosen = DEVICES.get(name or "desktop")
    if chosen is None:
        raise UsageError(f"there is no device {name!r}; choose one of {', '.join(DEVICES)}")
    if viewport is not None:
        width, height = viewport
        if not (0 < width <= 100_000 and 0 < height <= 100_000):
            raise UsageError(f"a viewport of {width}x{height} CSS pixels cannot be; use one such as 1350x940")
        chosen = replace(chosen, width=width, height=height)
    if dpr is not None:
        if not 0.1 <= dpr <= 10:
            raise UsageError(f"a device pixel ratio of {dpr:g} cannot be; use one from 0.1 to 10")
        chosen = replace(chosen, dpr=float(dpr))
    return chosen


def parse_viewport(text: str) -> tuple[int, int]:
    """ "1350x940" as (1350, 940). Raises UsageError."""
    width, times, height = text.lower().partition("x")
    if not (times and width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise UsageError(f"{text!r} is not WIDTHxHEIGHT in CSS pixels, such as 1350x940")
    return int(width[:7]), int(height[:7])


def user_agent(profile: Profile, mobile: bool) -> str:
    """``profile``'s user agent as its phone version words it."""
    return (profile.phone or phone_user_agent(profile.user_agent)) if mobile else profile.user_agent


def phone_user_agent(desktop: str) -> str:
    """The user agent of the phone version of the browser whose ``desktop`` one this is."""
    return _SYSTEM.sub("(Linux; Android 10; K)", desktop, count=1).replace(" Safari/", " Mobile Safari/")


def client_hints(profile: Profile, mobile: bool) -> Fields:
    """The low-entropy client hints, which every request carries."""
    if not mobile:
        return profile.client_hints
    phone = {"sec-ch-ua-mobile": "?1", "sec-ch-ua-platform": '"Android"'}
    return tuple((name, phone.get(name, value)) for name, value in profile.client_hints)
