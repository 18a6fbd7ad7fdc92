"""The strict filter a Link of a 103 passes in Chromium's network service (EH 3).

Anything unexpected drops the whole link, so every refusal is a ``Finding`` that names the rule and the fix. Whether a
kept hint is acted on is another question: ``does_act`` answers the part that the link alone decides (EH 4.3, 4.5); the
target's URL, CSP, protocol and profile are the browser's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from fetcher.fields import mime
from fetcher.fields.link import Finding, Link
from fetcher.terms import Destination, FetchPriority

RELATIONS = ("preload", "modulepreload", "preconnect", "dns-prefetch")
PARAMETERS = frozenset({"rel", "as", "crossorigin", "type", "fetchpriority", "integrity"})
DESTINATIONS = {
    "font": Destination.FONT,
    "image": Destination.IMAGE,
    "script": Destination.SCRIPT,
    "style": Destination.STYLE,
    "fetch": Destination.EMPTY,
}
_ELSEWHERE = frozenset({"media", "imagesrcset", "imagesizes", "nonce", "referrerpolicy"})


class CrossOrigin(StrEnum):
    ANONYMOUS = "anonymous"
    USE_CREDENTIALS = "use-credentials"


@dataclass(frozen=True, slots=True)
class EarlyHint:
    """A link that survives at 103. ``href`` is unresolved; ``rel`` one of RELATIONS; ``destination`` None where ``as``
    is absent (a modulepreload is then a script, EH 4.3); ``link`` what it was read from."""

    href: str
    rel: str
    destination: Destination | None
    crossorigin: CrossOrigin | None
    type: str | None
    fetch_priority: FetchPriority
    integrity: str | None
    link: Link


@dataclass(frozen=True, slots=True)
class _Kept:
    """An ``EarlyHint`` but for the link it stands in."""

    rel: str
    destination: Destination | None
    crossorigin: CrossOrigin | None
    type: str | None
    fetch_priority: FetchPriority
    integrity: str | None


_Drop = tuple[str, str, str]  # rule, code, message
_CACHED = 256


def filter_early_hint(link: Link) -> EarlyHint | Finding:
    """The hint, or the one finding that says which rule dropped the link and what would keep it."""
    short = len(link.raw) - len(link.target) <= _CACHED
    found = _filter(link.params) if short else _filter.__wrapped__(link.params)
    if isinstance(found, tuple):
        rule, code, message = found
        return Finding(rule, code, link.raw, message)
    return EarlyHint(
        link.target,
        found.rel,
        found.destination,
        found.crossorigin,
        found.type,
        found.fetch_priority,
        found.integrity,
        link,
    )


@lru_cache(maxsize=256)
def _filter(given: tuple[tuple[str, str | None], ...]) -> _Kept | _Drop:
    """What the parameters alone say: the links of one site repeat them."""
    params: dict[str, str | None] = {}
    for name, value in given:
        params.setdefault(name, value)

    rel = (params.get("rel") or "").lower()
    if rel not in RELATIONS:
        return _wrong_rel(rel)
    for name in params:
        if name not in PARAMETERS:
            return "EH 3.2", "unknown-parameter", _unknown_parameter(name)

    destination = None
    if "as" in params:
        word = (params["as"] or "").lower()
        destination = DESTINATIONS.get(word)
        if destination is None:
            return "EH 3.3", "unusable-as", _unusable_as(word)

    crossorigin = None
    if "crossorigin" in params:
        asked = params["crossorigin"]
        match asked if asked is None else asked.lower():
            case None | "anonymous":
                crossorigin = CrossOrigin.ANONYMOUS
            case "use-credentials":
                crossorigin = CrossOrigin.USE_CREDENTIALS
            case _:
                text = (
                    "crossorigin must be bare, anonymous or use-credentials; in a 103 any other value drops the link."
                )
                return "EH 3.5", "unknown-crossorigin", text

    kind = params.get("type")
    if "type" in params and not mime.is_registered_type(kind or ""):
        text = "type must be a plain type/subtype of a registered kind, without parameters; correct it or leave it out."
        return "EH 3.6", "invalid-type", text

    priority = fetch_priority(params.get("fetchpriority"))
    return _Kept(rel, destination, crossorigin, kind, priority, params.get("integrity"))


def does_act(hint: EarlyHint) -> Finding | None:
    """Why a kept hint makes no request whatever its URL, or None when it may act (EH 4.3, 4.5)."""
    raw = hint.link.raw
    if hint.rel == "preload" and hint.destination is None:
        text = "A preload without as fetches nothing; add as=script, style, font, image or fetch."
        return Finding("EH 4.3", "preload-without-as", raw, text)
    if hint.rel == "dns-prefetch":
        text = "dns-prefetch is read and ignored in a 103; use rel=preconnect."
        return Finding("EH 4.5", "dns-prefetch-ignored", raw, text)
    return None


def fetch_priority(value: str | None) -> FetchPriority:
    """EH 3.7: high, low or auto; absent and unknown mean auto."""
    match (value or "").lower():
        case "high":
            return FetchPriority.HIGH
        case "low":
            return FetchPriority.LOW
        case _:
            return FetchPriority.AUTO


def _wrong_rel(rel: str) -> _Drop:
    if not rel:
        text = "The link has no rel; add rel=preload, modulepreload or preconnect."
        return "EH 3.1", "no-rel", text
    words = rel.strip("'").split()
    if any(word in RELATIONS for word in words):
        text = f"In a 103 rel must be one relation alone, unquoted or in double quotes, not {_shown(rel)}."
        return "EH 3.1", "rel-not-alone", text
    text = f"rel={_shown(rel)} does nothing in a 103; only preload, modulepreload and preconnect act there."
    return "EH 3.1", "unsupported-rel", text


def _unknown_parameter(name: str) -> str:
    where = "; keep it for the Link of the final response" if name in _ELSEWHERE else ""
    return f"Chromium drops a link of a 103 for any parameter it does not know, here {_shown(name)}; remove it{where}."


def _unusable_as(word: str) -> str:
    meant = {"stylesheet": "style", "css": "style", "javascript": "script", "js": "script", "img": "image"}.get(word)
    fix = f"write as={meant}" if meant else "use font, image, script, style or fetch"
    return f"as={_shown(word)} drops the link in a 103; {fix}."


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "...")
