"""The one door to selectolax: a finished document parsed whole, tree and all, by a browser-grade parser.

``tree_of`` gives the cascade its elements. ``whole_document`` gives the same kinds of candidates as the incremental
scanner, in tree order, which is what that is tested against: scripting is off (what <noscript> holds is seen), and
where things stood is not known, so that line and offset are 0. selectolax is imported when asked for, not before: by a
load before its clock runs (``warm_up``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fetcher.discovery.candidates import Candidate, CandidateKind, kept, shown
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html import elements
from fetcher.discovery.html.embedding import INHERITED
from fetcher.discovery.html.picture import SOURCES, Attributes
from fetcher.discovery.tree import Element

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_INTEGRATION = {
    "svg": ("foreignObject", "desc", "title"),
    "math": ("mi", "mo", "mn", "ms", "mtext", "annotation-xml"),
}


def warm_up() -> None:
    """Load the parser now, so that no document waits for it."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: F401


def whole_document(data: bytes, encoding: str = "utf-8") -> list[Candidate]:
    """What the document names. ``encoding`` is the Python codec of ``data``; bytes it cannot decode are replaced."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(data.decode(encoding, "replace")).root
    found: list[Candidate] = []
    families: set[str] = set()
    for node, in_head, namespace in _walk(root):
        name = node.tag or ""
        attributes = {key: value or "" for key, value in node.attributes.items()}
        named = elements.named_by(name, attributes, foreign=namespace == "svg") if namespace != "math" else []
        sources = _sources(node) if name == "img" else ()
        if sources and not named:
            named = [(CandidateKind.IMAGE, "")]
        if not namespace:
            named = [*named, *_in_media(node, name, attributes)]
        for kind, url in named:
            found.append(
                Candidate(
                    kind, shown(url), name, (*kept(attributes), *_within(node, name)), 0, 0, in_head, sources=sources
                )
            )
        presented = elements.presented(attributes) if namespace == "svg" else ""
        if presented:
            scanner = CssScanner(element=name, inline=True, declarations=True, families=families)
            found += _css(scanner, presented, in_head)
        style = attributes.get("style", "")
        if style:
            found += _css(CssScanner(element=name, inline=True, declarations=True, families=families), style, in_head)
        if name == "style" and namespace != "math" and elements.is_css(attributes):
            media = tuple((key, value) for key, value in attributes.items() if key in ("media", "nonce", "title"))
            scanner = CssScanner(element=name, inline=True, attributes=media, families=families)
            found += _css(scanner, node.text(deep=False), in_head)
    return found


def _css(scanner: CssScanner, text: str, in_head: bool) -> Iterator[Candidate]:
    candidates = scanner.feed(text.encode("utf-8", "surrogatepass")) + scanner.close()
    return (replace(candidate, line=0, offset=0, in_head=in_head) for candidate in candidates)


def _in_media(node: LexborNode, name: str, attributes: dict[str, str]) -> list[tuple[CandidateKind, str]]:
    """What a <source> or <track> names as a child of a media element."""
    parent = node.parent
    url = attributes.get("src", "").strip(elements.SPACE)
    if name not in ("source", "track") or not url or parent is None or parent.tag not in ("audio", "video"):
        return []
    if name == "track":
        return [(CandidateKind.TRACK, url)]
    return [(CandidateKind.MEDIA, url)] if "src" not in parent.attributes else []


def _within(node: LexborNode, name: str) -> Attributes:
    """The media element or <object> that an element stands in, which has no place here."""
    parent = node.parent
    if name in ("source", "track") and parent is not None and parent.tag in ("audio", "video"):
        words = [(key, parent.attributes[key] or "") for key in INHERITED if key in parent.attributes]
        return (("within", f"{parent.tag} 0"), *words)
    while name in ("embed", "object") and parent is not None:
        if parent.tag == "object":
            return (("within", "object 0"),)
        parent = parent.parent
    return ()


def _sources(image: LexborNode) -> tuple[Attributes, ...]:
    """The attributes of each <source> before an <img> in its <picture>."""
    found: list[Attributes] = []
    sibling = image.prev if image.parent is not None and image.parent.tag == "picture" else None
    while sibling is not None and len(found) < SOURCES:
        if sibling.tag == "source":
            found.append(kept({key: value or "" for key, value in sibling.attributes.items()}))
        sibling = sibling.prev
    return tuple(reversed(found))


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool, str]]:
    """Each element in tree order, with whether it stands in the head and its namespace ("", "svg" or "math"). What a
    <template> holds is no part of the tree."""
    # A stack of (node, in head, namespace): a hostile document nests deeper than Python calls.
    stack = [(root, False, "")] if root is not None else []
    while stack:
        node, in_head, namespace = stack.pop()
        yield node, in_head, namespace
        in_head = in_head or (node.tag == "head" and not namespace)
        inner = "" if node.tag in _INTEGRATION.get(namespace, ()) else namespace
        children = []
        child = node.first_child
        while child is not None:
            if child.is_element_node:
                own = child.tag if not inner and child.tag in _INTEGRATION else inner
                children.append((child, in_head, own))
            child = child.next
        stack += reversed(children)


def tree_of(data: bytes, encoding: str = "utf-8", *, scripting: bool = True, most: int = 20_000) -> Element | None:
    """The document's elements, from its root; what <noscript> holds is left out with ``scripting``. None for a document
    of more than ``most``."""
    from selectolax.lexbor import LexborHTMLParser

    try:
        text = data.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        text = data.decode("utf-8", "replace")
    root = LexborHTMLParser(text).root
    if root is None:
        return None
    top = Element("html", _attributes(root), None)
    count = 1
    stack = [(root, top)]
    while stack:
        node, element = stack.pop()
        child = node.first_child if element.tag != "noscript" or not scripting else None
        foreign = not element.in_html and element.tag not in _INTEGRATION["svg"] + _INTEGRATION["math"]
        while child is not None:
            if child.is_element_node:
                tag = child.tag or ""
                made = Element(tag, _attributes(child), element, in_html=not foreign and tag not in ("svg", "math"))
                if tag != "template":
                    stack.append((child, made))
                count += 1
            elif child.is_text_node:
                element.text += child.text_content or ""
            child = child.next
        if count > most:
            return None
    return top


def _attributes(node: LexborNode) -> dict[str, str]:
    return {key: value or "" for key, value in node.attributes.items()}
