"""Which elements name something, and how their attributes say so: HTML's rules, element by element.

Text in, (kind, url) out; shared by the incremental scanner and the whole-document parse. What the element is worth
(media, loading, nomodule, type) stays in the attributes for ``browser`` to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fetcher.discovery.candidates import CandidateKind
from fetcher.fields import refresh

Named = list[tuple[CandidateKind, str]]
SPACE = "\t\n\f\r "
_SPACES = re.compile(f"[{SPACE}]+")

# HTML 4.12.1.1 "prepare the script element": the JavaScript MIME type essences (MIME Sniffing 4.6).
_JAVASCRIPT = frozenset(
    f"{top}/{sub}"
    for top in ("application", "text")
    for sub in ("ecmascript", "javascript", "x-ecmascript", "x-javascript")
) | frozenset(["text/jscript", "text/livescript", *(f"text/javascript1.{minor}" for minor in range(6))])

_RELATIONS = {
    "stylesheet": CandidateKind.STYLESHEET,
    "preload": CandidateKind.PRELOAD,
    "modulepreload": CandidateKind.MODULEPRELOAD,
    "preconnect": CandidateKind.PRECONNECT,
    "dns-prefetch": CandidateKind.DNS_PREFETCH,
    "icon": CandidateKind.ICON,
    "manifest": CandidateKind.MANIFEST,
    "prefetch": CandidateKind.PREFETCH,
    "compression-dictionary": CandidateKind.PREFETCH,
}
# Of a <link> with several relations, the one that asks first in Chromium, in whatever order they are written: its
# preload scanner takes it for a preload before a style sheet, and its parser comes to a prefetch last.
_TURNS = {CandidateKind.PRELOAD: 0, CandidateKind.MODULEPRELOAD: 1, CandidateKind.STYLESHEET: 2}
# What a <meta> may say that governs the document.
_GOVERNING = frozenset({"accept-ch", "content-security-policy-report-only", "default-style", "delegate-ch"})
_GOVERNING_NAMES = frozenset({"handheldfriendly", "mobileoptimized", "referrer", "viewport"})
_BACKGROUNDS = frozenset({"body", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"})


def ascii_lower(text: str) -> str:
    """Only A-Z change: U+212A must not become "k"."""
    return text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)


def _url(attributes: Mapping[str, str], name: str) -> str:
    return attributes.get(name, "").strip(SPACE)


def _foreign_url(attributes: Mapping[str, str]) -> str:
    """SVG 2 16.1.2: href wins over xlink:href, even when empty."""
    return _url(attributes, "href" if "href" in attributes else "xlink:href")


def _link(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "href")
    relations = dict.fromkeys(_SPACES.split(ascii_lower(attributes.get("rel", ""))))
    found: Named = []
    for relation in relations:
        kind = _RELATIONS.get(relation)
        if kind is None:
            continue
        if kind is CandidateKind.STYLESHEET and "disabled" in attributes:
            continue
        if url or (kind is CandidateKind.PRELOAD and attributes.get("imagesrcset", "").strip(SPACE)):
            found.append((kind, url))
    if len(found) > 1:
        found.sort(key=lambda each: _TURNS.get(each[0], len(_TURNS)))
    return found


def script_kind(attributes: Mapping[str, str]) -> CandidateKind | None:
    """SCRIPT, MODULE_SCRIPT, or None for a data block (HTML 4.12.1.1 steps 8 to 13). Only JavaScript's types may have
    spaces around them."""
    written = attributes.get("type")
    if written is None:
        language = attributes.get("language", "")
        written = f"text/{language}" if language else "text/javascript"
    elif not written:
        written = "text/javascript"
    if ascii_lower(written) == "module":
        return CandidateKind.MODULE_SCRIPT
    return CandidateKind.SCRIPT if ascii_lower(written.strip(SPACE)) in _JAVASCRIPT else None


def inline_text(attributes: Mapping[str, str]) -> CandidateKind | None:
    """What the text of a <script> is read for: MODULE_SCRIPT for its imports, IMPORT_MAP as one, SPECULATION for the
    pages its rules list, INLINE_SCRIPT for whether there is any."""
    if "src" in attributes:
        return None
    if ascii_lower(attributes.get("type", "")) == "speculationrules":
        return CandidateKind.SPECULATION
    if ascii_lower(attributes.get("type", "")) == "importmap":
        return CandidateKind.IMPORT_MAP
    kind = script_kind(attributes)
    if kind is CandidateKind.SCRIPT:
        return CandidateKind.INLINE_SCRIPT if "nomodule" not in attributes and _is_for_window(attributes) else None
    return kind


def _is_for_window(attributes: Mapping[str, str]) -> bool:
    """Whether for= and event=, given together, let a classic script run (HTML 4.12.1.1, "prepare the script
    element", step 18)."""
    if "for" not in attributes or "event" not in attributes:
        return True
    event = ascii_lower(attributes["event"].strip(SPACE))
    return ascii_lower(attributes["for"].strip(SPACE)) == "window" and event in ("onload", "onload()")


def is_css(attributes: Mapping[str, str]) -> bool:
    """Whether a <style> element holds CSS (HTML 4.2.6)."""
    return ascii_lower(attributes.get("type", "")) in ("", "text/css")


def is_shadow_root(attributes: Mapping[str, str]) -> bool:
    """Whether a <template> makes its contents a part of the document (HTML 4.12.3, declarative shadow roots)."""
    return ascii_lower(attributes.get("shadowrootmode", "")) in ("open", "closed")


def _script(attributes: Mapping[str, str]) -> Named:
    kind = script_kind(attributes)
    url = _url(attributes, "src")
    return [(kind, url)] if kind is not None and url else []


def _image(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "src")
    return [(CandidateKind.IMAGE, url)] if url or attributes.get("srcset", "").strip(SPACE) else []


def _input(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "src") if ascii_lower(attributes.get("type", "")) == "image" else ""
    return [(CandidateKind.IMAGE, url)] if url else []


def _video(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "poster")
    return [*([(CandidateKind.IMAGE, url)] if url else ()), *_audio(attributes)]


def _audio(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "src")
    return [(CandidateKind.MEDIA, url)] if url else []


def _object(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "data")
    return [(CandidateKind.EMBEDDED, url)] if url else []


def _embed(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "src")
    return [(CandidateKind.EMBEDDED, url)] if url else []


def _iframe(attributes: Mapping[str, str]) -> Named:
    """One with srcdoc asks for nothing, whatever its src: it is named so that this can be said."""
    url = _url(attributes, "src")
    return [(CandidateKind.FRAME, url)] if url or "srcdoc" in attributes else []


def _frame(attributes: Mapping[str, str]) -> Named:
    url = _url(attributes, "src")
    return [(CandidateKind.FRAME, url)] if url else []


def _meta(attributes: Mapping[str, str]) -> Named:
    pragma = ascii_lower(attributes.get("http-equiv", ""))
    if pragma == "content-security-policy" and attributes.get("content"):
        return [(CandidateKind.CONTENT_SECURITY_POLICY, "")]
    if pragma in _GOVERNING or ascii_lower(attributes.get("name", "")) in _GOVERNING_NAMES:
        return [(CandidateKind.META, "")]
    if pragma != "refresh":
        return []
    found = refresh.parse(attributes.get("content", ""))
    return [(CandidateKind.REFRESH, found.url)] if found is not None else []


def _base(attributes: Mapping[str, str]) -> Named:
    return [(CandidateKind.BASE, _url(attributes, "href"))] if "href" in attributes else []


def _svg_image(attributes: Mapping[str, str]) -> Named:
    url = _foreign_url(attributes)
    return [(CandidateKind.IMAGE, url)] if url and not url.startswith("#") else []


def _svg_script(attributes: Mapping[str, str]) -> Named:
    """One of an unknown type is asked for all the same (observed in Chromium 156: its preload scanner)."""
    url = _foreign_url(attributes)
    return [(script_kind(attributes) or CandidateKind.SCRIPT, url)] if url else []


def _style(attributes: Mapping[str, str]) -> Named:
    """With a title it may name the style sheets that apply (CSSOM 6.2)."""
    return [(CandidateKind.META, "")] if attributes.get("title") and is_css(attributes) else []


def _svg_link(attributes: Mapping[str, str]) -> Named:
    """Nothing to SVG, but the preload scanner knows no namespaces and asks ahead (observed in Chromium 156): a style
    sheet too, which then nobody uses."""
    ahead = (CandidateKind.PRELOAD, CandidateKind.MODULEPRELOAD, CandidateKind.PRECONNECT)
    found = [
        (CandidateKind.PRELOAD if kind is CandidateKind.STYLESHEET else kind, url) for kind, url in _link(attributes)
    ]
    return [each for each in found if each[0] in ahead]


def _svg_filter_image(attributes: Mapping[str, str]) -> Named:
    """Like what style sheets name: only layout asks for it."""
    return [(CandidateKind.CSS_IMAGE, url) for _, url in _svg_image(attributes)]


def _svg_use(attributes: Mapping[str, str]) -> Named:
    url = _foreign_url(attributes)
    return [(CandidateKind.SVG_USE, url)] if url and not url.startswith("#") else []


HTML_ELEMENTS: dict[str, Callable[[Mapping[str, str]], Named]] = {
    "audio": _audio,
    "base": _base,
    "embed": _embed,
    "frame": _frame,
    "iframe": _iframe,
    "img": _image,
    "image": _image,  # the tree builder renames it to img
    "input": _input,
    "link": _link,
    "meta": _meta,
    "object": _object,
    "script": _script,
    "style": _style,
    "video": _video,
}
SVG_ELEMENTS: dict[str, Callable[[Mapping[str, str]], Named]] = {
    "feimage": _svg_filter_image,
    "image": _svg_image,
    "link": _svg_link,
    "script": _svg_script,
    "use": _svg_use,
}


def named_by(element: str, attributes: Mapping[str, str], *, foreign: bool = False) -> Named:
    """What a start tag names, in the order of its rel tokens. ``foreign`` says the element is SVG or MathML."""
    rule = (SVG_ELEMENTS if foreign else HTML_ELEMENTS).get(element)
    named = rule(attributes) if rule is not None else []
    if "background" in attributes and element in _BACKGROUNDS and not foreign:
        url = _url(attributes, "background")
        return [*named, (CandidateKind.CSS_IMAGE, url)] if url else named
    return named


# Of elements that mostly say nothing of interest: what their tags hold where they do, a style attribute included. A
# reference may spell any of it.
_WORTH = {
    "input": re.compile(rb"image|hidden|style[\t\n\f\r =]|&"),
    "link": re.compile(rb"style(?:sheet|[\t\n\f\r =])|icon|pre(?:load|connect|fetch)|manifest|dictionary|&"),
    "meta": re.compile(
        rb"viewport|handheld|mobileopt|policy|re(?:ferrer|fresh)|accept-ch|d(?:efault-style|elegate-ch)"
        rb"|style[\t\n\f\r =]|&"
    ),
}


def worth_reading(element: str, text: bytes, start: int, end: int) -> bool:
    """Whether the attributes of an HTML element, as written, can make it name or decide anything."""
    words = _WORTH.get(element)
    return words is None or words.search(text[start:end].lower()) is not None


def inline_script(attributes: Mapping[str, str], *, foreign: bool = False) -> bool:
    """Whether a <script> start tag begins a script of its own rather than naming one or holding data."""
    sources = ("href", "xlink:href") if foreign else ("src",)
    return script_kind(attributes) is not None and not any(name in attributes for name in sources)


_PRESENTING = (
    *("clip-path", "cursor", "fill", "filter", "font-family", "marker", "marker-end", "marker-mid", "marker-start"),
    *("mask", "stroke"),
)


def presented(attributes: Mapping[str, str]) -> str:
    """The presentation attributes of an SVG element that can name a file, as declarations (SVG 2, 6.6)."""
    return ";".join(
        f"{name}:{attributes[name]}"
        for name in _PRESENTING
        if name in attributes and (name == "font-family" or "url" in attributes[name].lower())
    )


def worth_scanning(style: str) -> bool:
    """Whether a style attribute can name anything: most cannot, and a CSS scanner each would be dear."""
    lower = style.lower()
    return "url" in lower or "font" in lower or "image-set" in lower or "\\" in lower
