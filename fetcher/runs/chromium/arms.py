"""An arm of a comparison as a Chromium can load it, from the options of ``load_page`` that say how we would.

What concerns connections (--cacert, -k, --resolve, --connect-to, --cert, --proxy, --http) is the relay's, which
connects as a load of ours does; fields and credentials (-H, -u) it adds on the way. Cookies, the device and the user
agent are the browser's. What means nothing there is refused in a sentence that names it, before anything starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fetcher.browser.requests.device import device as device_named
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import UsageError
from fetcher.net.options import NetOptions
from fetcher.net.proxy import basic
from fetcher.runs.chromium.options import ChromiumOptions
from fetcher.runs.chromium.relay.dressing import Dressing
from fetcher.urls import parse

_REFUSED = {
    "frames": "Chromium loads what is in frames anyway; leave --frames (frames) out",
    "session": "Chromium makes its own connections; leave session out",
    "only_hints": "Chromium loads the whole page; leave only_hints out",
    "watch": "what Chromium does cannot be watched from here; leave watch out",
    "on_state": "what Chromium remembers is thrown away after each load; leave on_state out",
    "without": "Chromium sends the fields that it sends; leave without out",
    "observed": "Chromium runs the page's scripts itself; leave observed out",
}
_KNOWN = frozenset(
    {
        *("browser", "early_hints", "http", "headers", "user_agent", "options", "limits", "timeout", "find_text"),
        *("transport", "header_scope", "auth", "device", "state"),
    }
)


@dataclass(frozen=True, slots=True)
class Arm:
    """``options`` start the Chromium, ``net`` says how its relay connects; arms of which both are the same share one.
    ``load`` are the options of ``Measuring.load``."""

    url: str
    options: ChromiumOptions
    net: NetOptions
    load: Mapping[str, Any]

    def shares_with(self, other: Arm) -> bool:
        return self.options == other.options and self.net == other.net


def arm_of(url: str, options: Mapping[str, Any], program: str | None = None) -> Arm:
    """Raises ``UsageError``."""
    for name, value in options.items():
        if name in _REFUSED and value:
            raise UsageError(_REFUSED[name])
        if name not in _KNOWN and name not in _REFUSED:
            raise UsageError(f"{name} is no option of a page load; leave it out")
    page = parse(url)
    if options.get("browser", "chromium") != "chromium":
        raise UsageError(
            f"--browser (browser) {options['browser']} says as whom fetcher loads, and here Chromium does; leave it out"
        )
    if options.get("transport", "connections") != "connections":
        raise UsageError("Chromium makes its own connections; leave --transport (transport) out")
    net = options.get("options") or NetOptions()
    if options.get("limits") is not None:
        net = replace(net, limits=options["limits"])
    if options.get("http", "auto") != "auto":
        net = replace(net, http=options["http"])
    if page.scheme == "http" and net.http == "2":
        raise UsageError(f"{url} is plain http, and HTTP/2 needs TLS here; use https or --http 1.1")
    state = options.get("state") or BrowserState()
    if state.secure_hosts or state.stored or state.client_hints:
        raise UsageError("of what a browser remembers Chromium takes cookies alone; give a state that has no others")
    user_agent = options.get("user_agent")
    if user_agent is not None and any(letter in "\r\n\0" for letter in user_agent):
        raise UsageError("the User-Agent has a line break or NUL in it (-A)")
    device = options.get("device")
    auth = options.get("auth")
    fields = tuple((name.lower(), value) for name, value in options.get("headers") or ())
    everywhere = options.get("header_scope", "site") == "all"
    authorization = None if auth is None else basic(*auth)
    dressing = Dressing(page, fields, everywhere=everywhere, authorization=authorization)
    return Arm(
        page.href + (f"#{page.fragment}" if page.fragment else ""),
        ChromiumOptions(
            program=program, user_agent=user_agent, cookies=state.cookies,
            device=device_named(device) if isinstance(device, str) else device,
        ),
        net,
        {
            "early_hints": options.get("early_hints", True), "timeout": options.get("timeout"),
            "dressing": dressing if fields or authorization else None,
        },
    )  # fmt: skip
