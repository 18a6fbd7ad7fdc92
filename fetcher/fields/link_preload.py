"""The lenient filter for a Link of the final response, as blink reads it (EH 8).

A link that a 103 drops for ``media``, ``imagesrcset``, ``nonce`` or an unknown parameter may act here. What depends on
the viewport (media, the choice among imagesrcset) or on the profile is left to the browser.
"""

from __future__ import annotations

from dataclasses import dataclass

from fetcher import urls
from fetcher.fields import mime
from fetcher.fields.early_hint import RELATIONS, CrossOrigin, fetch_priority
from fetcher.fields.link import Finding, Link
from fetcher.terms import Destination, FetchPriority

DESTINATIONS = {
    "image": Destination.IMAGE,
    "script": Destination.SCRIPT,
    "style": Destination.STYLE,
    "track": Destination.TRACK,
    "font": Destination.FONT,
    "fetch": Destination.EMPTY,
}
_MODULES = {
    "": Destination.SCRIPT, "script": Destination.SCRIPT, "style": Destination.STYLE, "json": Destination.JSON,
}  # fmt: skip
LATER = ("prefetch", "compression-dictionary")
"""What is asked for on behalf of later loads, whatever its as, type and media."""


@dataclass(frozen=True, slots=True)
class FinalLink:
    """A link that may act. ``href`` is unresolved; ``rel`` one of preload, modulepreload, preconnect, dns-prefetch and
    ``LATER``; ``destination`` is None but for the first two. Texts are None when absent."""

    href: str
    rel: str
    destination: Destination | None
    crossorigin: CrossOrigin | None
    type: str | None
    media: str | None
    imagesrcset: str | None
    imagesizes: str | None
    integrity: str | None
    nonce: str | None
    referrerpolicy: str | None
    fetch_priority: FetchPriority
    link: Link

    @property
    def needs_viewport(self) -> bool:
        """EH 8.3: waits until the viewport is known."""
        return self.media is not None or self.imagesrcset is not None


def filter_final_link(link: Link, base: str | None = None, *, by_html: bool = False) -> FinalLink | Finding:
    """The link, or why it makes no request, as Chromium 156 was seen to decide. ``by_html`` decides by the standard
    instead: an anchor may name the response's own URL, which is ``base`` (EH 2.11; without it any anchor that is not
    empty names something else), a type may have parameters, and modules are scripts."""

    def drop(rule: str, code: str, message: str) -> Finding:
        return Finding(rule, code, link.raw, message)

    params: dict[str, str | None] = {}
    for name, value in link.params:
        params.setdefault(name, value)

    words = (params.get("rel") or "").lower().split()
    rel = next((word for word in words if word in RELATIONS), None)
    if rel is None and not by_html:
        rel = next((word for word in words if word in LATER), None)
    if rel is None:
        if "stylesheet" in words:
            return drop(
                "EH 8.8", "stylesheet", "Chromium does not load a style sheet named by a Link field; Firefox does."
            )
        return drop("EH 8.4", "unsupported-rel", "No relation of this link makes a request on a final response.")
    if not link.target:
        return drop("EH 8.2", "empty-target", "The link has an empty target: nothing to request.")
    if _names_another(params.get("anchor"), base) if by_html else "anchor" in params:
        return drop(
            "EH 2.11",
            "anchor-elsewhere",
            "The link has an anchor, which makes it speak of another resource: remove it.",
        )

    destination = None
    if rel in ("preload", "modulepreload"):
        word = (params.get("as") or "").lower()
        if rel == "modulepreload":
            destination = _MODULES.get(word)
            if destination is None or (by_html and destination is not Destination.SCRIPT):
                return drop(
                    "EH 8.4", "unusable-as", "modulepreload takes as=script or none (style and json as modules)."
                )
        elif not word:
            return drop("EH 8.4", "preload-without-as", "A preload without as fetches nothing; say what it is.")
        else:
            destination = DESTINATIONS.get(word)
        if destination is None:
            text = "as must be image, script, style, track, font or fetch; the browser warns and fetches nothing."
            return drop("EH 8.4", "unusable-as", text)
        written = params.get("type") or ""
        if by_html:
            known = mime.supports(destination, written)
        else:  # Chromium looks at no module's type
            known = rel == "modulepreload" or mime.preloads(destination, written, exactly=True)
        if not known:
            text = (
                f"The type given is not one a browser loads for as={word}, so nothing is fetched; correct or remove it."
            )
            return drop("EH 8.5", "unsupported-type", text)

    crossorigin = None
    if "crossorigin" in params:
        credentials = (params["crossorigin"] or "").lower() == "use-credentials"
        crossorigin = CrossOrigin.USE_CREDENTIALS if credentials else CrossOrigin.ANONYMOUS
    picture = destination is Destination.IMAGE
    return FinalLink(
        href=link.target,
        rel=rel,
        destination=destination,
        crossorigin=crossorigin,
        type=params.get("type"),
        media=params.get("media") or None,
        imagesrcset=(params.get("imagesrcset") or None) if picture else None,
        imagesizes=(params.get("imagesizes") or None) if picture else None,
        integrity=params.get("integrity") or None,
        nonce=params.get("nonce") or None,
        referrerpolicy=params.get("referrerpolicy") or None,
        fetch_priority=fetch_priority(params.get("fetchpriority")),
        link=link,
    )


def _names_another(anchor: str | None, base: str | None) -> bool:
    if not anchor:
        return False
    if base is None:
        return True
    here, there = urls.resolve(base), urls.resolve(anchor, base)
    return here is None or there is None or here.href != there.href
