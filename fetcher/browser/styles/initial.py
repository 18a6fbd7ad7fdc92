"""What a browser's own style sheet says (HTML 15), as far as it decides what is drawn and in which font."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fetcher.discovery.css.rules import Declaration
from fetcher.discovery.tree import Element

if TYPE_CHECKING:
    from fetcher.browser.styles.cascade import Style
    from fetcher.discovery.css.declarations.longhands import Computed

VALUES: dict[str, Computed] = {
    "font-family": ("\0serif",), "font-weight": 400.0, "font-style": "normal", "font-stretch": 100.0,
}  # fmt: skip
_NEVER = frozenset("script template noscript param datalist rp".split())  # noqa: SIM905
_UNDISPLAYED = frozenset("head title style link meta base area source track noframes noembed".split())  # noqa: SIM905
_CHILDLESS = frozenset("iframe canvas video audio textarea object embed img input frame frameset".split())  # noqa: SIM905
_BOLD = frozenset("b strong h1 h2 h3 h4 h5 h6 th optgroup".split())  # noqa: SIM905
_ITALIC = frozenset("i em cite var dfn address".split())  # noqa: SIM905
_MONOSPACE = frozenset("code kbd samp pre tt listing xmp plaintext".split())  # noqa: SIM905
CONTROLS = frozenset("input button textarea select".split())  # noqa: SIM905
_SVG_HINTS = frozenset(
    "fill filter stroke marker marker-start marker-mid marker-end mask clip-path cursor display font-family "  # noqa: SIM905
    "font-weight font-style".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "  # noqa: SIM905
    "form h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p pre search section summary td th ul".split()
)
INLINE = frozenset("img input button textarea select svg iframe video audio canvas object embed br".split())  # noqa: SIM905
"""Elements that take room in a line, so that the font of what they stand in is looked up."""


def is_never_drawn(element: Element) -> bool:
    """Whether no style sheet could show it."""
    return element.in_html and (element.tag in _NEVER or _is_hidden_input(element))


def _is_hidden_input(element: Element) -> bool:
    return element.tag == "input" and element.attributes.get("type", "").lower() == "hidden"


def has_no_children(element: Element) -> bool:
    return element.in_html and element.tag in _CHILDLESS


def hints(element: Element) -> Iterator[Declaration]:
    """Its own and its attributes' declarations, below every sheet."""
    tag, attributes = element.tag, element.attributes
    if not element.in_html:
        for name in _SVG_HINTS & attributes.keys():
            yield Declaration(name, attributes[name])
        return
    hides = tag in _UNDISPLAYED or "hidden" in attributes
    hides = hides or (tag == "dialog" and "open" not in attributes) or "popover" in attributes
    hides = hides or (tag == "audio" and "controls" not in attributes)
    hides = hides or _is_in_closed_details(element)
    if hides:
        yield Declaration("display", "none")
    elif tag == "li" or tag == "summary":
        yield Declaration("display", "list-item")
    elif tag in _BLOCKS:
        yield Declaration("display", "block")
    if tag in _BOLD:
        yield Declaration("font-weight", "bolder" if tag in ("b", "strong") else "bold")
    elif tag in _ITALIC:
        yield Declaration("font-style", "italic")
    elif tag in _MONOSPACE:
        yield Declaration("font-family", "monospace")
    elif tag in CONTROLS:
        yield Declaration("font", "1em system-ui")
    elif tag == "font" and attributes.get("face"):
        yield Declaration("font-family", attributes["face"])
    if attributes.get("background") and tag in ("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"):
        url = attributes["background"].strip().replace("\\", "\\\\").replace('"', '\\"')
        yield Declaration("background-image", f'url("{url}")')


def _is_in_closed_details(element: Element) -> bool:
    above = element.parent
    return above is not None and above.tag == "details" and "open" not in above.attributes and element.tag != "summary"


def relative_weight(was: float, word: str) -> float:
    """CSS Fonts 4, 2.2.1."""
    if word == "bolder":
        return 400.0 if was < 350 else 700.0 if was < 550 else max(was, 900.0)
    return min(was, 100.0) if was < 550 else 400.0 if was < 750 else 700.0


def draws(element: Element, style: Style, pseudo: str, own: Style) -> bool:
    """Whether a pseudo-element of a drawn element is drawn."""
    if own.word("display") == "none":
        return False
    if pseudo in ("before", "after"):
        content = own.values.get("content")
        if content is None:
            return element.tag == "q"
        # With "content: none" it makes no box, and is asked for what it would be drawn with all the same.
        return not (element.in_html and element.tag in ("img", "input", "br"))
    if pseudo == "marker":
        return "list-item" in style.word("display")
    if pseudo == "placeholder":
        return element.tag in ("input", "textarea") and "placeholder" in element.attributes
    if pseudo == "file-selector-button":
        return element.tag == "input" and element.attributes.get("type", "").lower() == "file"
    block = style.word("display") not in ("", "inline", "contents")
    return block and _has_text(element)


def _has_text(element: Element) -> bool:
    return any(each.text.strip() for each in element.walk())
