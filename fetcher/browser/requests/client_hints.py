"""Client hints beyond the three that every request carries: which a page may ask for (Accept-CH), and their values.

The values are those of Chromium 156 on the device emulated, as far as a browser without layout has them: there is no
Width, which is an image's, and nothing of the network (RTT, Downlink, ECT), which it would have to measure.
No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fetcher.fields.client_hints import Allowlist, parse_delegation, parse_names, parse_permissions
from fetcher.terms import Device, Fields, field_values
from fetcher.urls import URL

# The order in which the browser process sends them.
ORDER = (
    "device-memory", "sec-ch-device-memory", "dpr", "sec-ch-dpr", "viewport-width", "sec-ch-viewport-width",
    "sec-ch-viewport-height", "sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-full-version", "sec-ch-ua-arch",
    "sec-ch-ua-platform", "sec-ch-ua-platform-version", "sec-ch-ua-model", "sec-ch-ua-bitness", "sec-ch-ua-wow64",
    "sec-ch-ua-full-version-list", "sec-ch-ua-form-factors", "sec-ch-prefers-color-scheme",
    "sec-ch-prefers-reduced-motion", "sec-ch-prefers-reduced-transparency",
)  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(ORDER)}


def in_order(hints: Iterable[tuple[str, str]]) -> Fields:
    return tuple(sorted(hints, key=lambda each: _RANK.get(each[0], len(ORDER))))


_KNOWN = frozenset(ORDER)
_EVERYWHERE = frozenset({"sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform"})
# Where a hint has no permission of the name it is called by.
_FEATURES = {"dpr": "ch-dpr", "viewport-width": "ch-viewport-width", "device-memory": "ch-device-memory"}
# Settled against Chromium 156: its renderer goes by the width's permission for the height too.
_RENDERER_FEATURES = _FEATURES | {"sec-ch-viewport-height": "ch-viewport-width"}


@dataclass(slots=True)
class HintsAsked:
    """What one document has asked for: ``names`` of hints, and the ``allowed`` origins by permission ("ch-dpr").
    ``markup``: those that its <meta http-equiv=accept-ch> names, which no frame in it is asked for with;
    ``delegated``: those of the permissions that a <meta http-equiv=delegate-ch> gives, for frames alone."""

    names: frozenset[str] = frozenset()
    allowed: dict[str, Allowlist] = field(default_factory=dict)
    markup: frozenset[str] = frozenset()
    delegated: frozenset[str] = frozenset()

    def delegate(self, content: str) -> None:
        """<meta http-equiv=delegate-ch>."""
        for name, origins in parse_delegation(content).items():
            if name in _KNOWN:
                self.markup |= {name}
                self.delegated |= {each for each in ORDER if _feature(each) == _feature(name)}
                self.allowed[_feature(name)] = origins

    def for_request(self, url: URL, own: str) -> frozenset[str]:
        """The hints beyond those that go everywhere, for what the document, of the origin ``own``, asks of ``url``."""
        names = self.names | self.markup
        return frozenset(name for name in names if self._may(_feature(name, renderer=True), url, own))

    def for_frame(self, url: URL, own: str) -> frozenset[str]:
        """The same for a frame in it."""
        return frozenset(name for name in self.names | self.delegated if self._may(_feature(name), url, own))

    def withheld(self, url: URL, own: str) -> frozenset[str]:
        """Of the hints that go everywhere, those that Permissions-Policy keeps from ``url``."""
        return frozenset(
            name
            for name in _EVERYWHERE
            if (allowed := self.allowed.get(_feature(name))) is not None and not allowed.allows(url.origin, own)
        )

    def _may(self, feature: str, url: URL, own: str) -> bool:
        allowed = self.allowed.get(feature)
        return url.origin == own if allowed is None else allowed.allows(url.origin, own)


def _feature(name: str, *, renderer: bool = False) -> str:
    return (_RENDERER_FEATURES if renderer else _FEATURES).get(name) or name.removeprefix("sec-")


def accepted(fields: Fields) -> frozenset[str] | None:
    """The hints beyond those that go everywhere which Accept-CH asks for; None where the response has no such field."""
    names = parse_names(field_values(fields, "accept-ch"))
    return None if names is None else (names & _KNOWN) - _EVERYWHERE


def inherited(sent: Fields, fields: Fields) -> HintsAsked:
    """What a frame's document may go on with: the hints it was asked for with. Its own Accept-CH asks nothing."""
    permissions = parse_permissions(field_values(fields, "permissions-policy"))
    return HintsAsked(frozenset(name for name, _ in sent if name in _KNOWN) - _EVERYWHERE, permissions)


def missing(fields: Fields, asked: frozenset[str], sent: Fields) -> frozenset[str]:
    """The critical hints among those ``asked`` for that a request went without: it is to be sent again."""
    critical = parse_names(field_values(fields, "critical-ch")) or frozenset()
    return (critical & asked) - {name for name, _ in sent}


def values(names: frozenset[str], device: Device | None, brands: Iterable[tuple[str, str]], version: str) -> Fields:
    """The fields of the hints called ``names``. ``device`` None is a desktop of 1350 x 940 at 1. Device-Memory is that
    of a usual machine (8 GB, a phone 4): what this one has is nobody's business."""
    phone = device is not None and device.mobile
    width, height, dpr = (1350, 940, 1.0) if device is None else (device.width, device.height, device.dpr)
    told = {
        "device-memory": "4" if phone else "8",
        "sec-ch-device-memory": "4" if phone else "8",
        "dpr": f"{dpr:g}",
        "sec-ch-dpr": f"{dpr:g}",
        "viewport-width": str(width),
        "sec-ch-viewport-width": str(width),
        "sec-ch-viewport-height": str(height),
        "sec-ch-ua-full-version": f'"{version}"',
        "sec-ch-ua-full-version-list": ", ".join(
            f'"{name}";v="{each if "." in each else each + ".0.0.0"}"' for name, each in brands
        ),
        "sec-ch-ua-arch": '""' if phone else '"x86"',
        "sec-ch-ua-bitness": '""' if phone else '"64"',
        "sec-ch-ua-platform-version": '"11.0"' if phone else '""',
        "sec-ch-ua-model": '"moto g power (2022)"' if phone else '""',
        "sec-ch-ua-wow64": "?0",
        "sec-ch-ua-form-factors": '"Mobile"' if phone else '"Desktop"',
        "sec-ch-prefers-color-scheme": "light",
        "sec-ch-prefers-reduced-motion": "no-preference",
        "sec-ch-prefers-reduced-transparency": "no-preference",
    }
    return tuple((name, told[name]) for name in ORDER if name in names and name in told)
