"""The one door to selectolax: a finished document parsed whole, tree and all, by a browser-grade parser.

Gives the same kinds of candidates as the incremental scanner, in tree order, so it is the oracle in tests and the second
opinion in audits. Scripting is off (what <noscript> holds is seen); where things stood is not known: line and offset
are 0. selectolax is imported when asked for, not before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fetcher.discovery import elements
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css import CssScanner

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def whole_document(data: bytes, encoding: str = "utf-8") -> list[Candidate]:
    """What the document names. ``encoding`` is the Python codec of ``data``; bytes it cannot decode are replaced."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(data.decode(encoding, "replace")).root
    found: list[Candidate] = []
    families: set[str] = set()
    based = False
    for node, in_head, foreign in _walk(root):
        name = node.tag
        attributes = {key: value or "" for key, value in node.attributes.items()}
        for kind, url in elements.named_by(name, attributes, foreign=foreign):
            if kind is CandidateKind.BASE:
                if based:
                    continue
                based = True
            found.append(Candidate(kind, url, name, tuple(attributes.items()), 0, 0, in_head))
        style = attributes.get("style", "")
        if style:
            found += _css(CssScanner(element=name, inline=True, declarations=True, families=families), style, in_head)
        if name == "style" and elements.is_css(attributes):
            media = tuple((key, value) for key, value in attributes.items() if key == "media")
            scanner = CssScanner(element=name, inline=True, attributes=media, families=families)
            found += _css(scanner, node.text(deep=False), in_head)
    return found


def _css(scanner: CssScanner, text: str, in_head: bool) -> Iterator[Candidate]:
    candidates = scanner.feed(text.encode("utf-8", "surrogatepass")) + scanner.close()
    return (replace(candidate, line=0, offset=0, in_head=in_head) for candidate in candidates)


def _walk(root: LexborNode | None) -> Iterator[tuple[LexborNode, bool, bool]]:
    """Each element in tree order, with whether it stands in the head and whether it is SVG or MathML. What a
    <template> holds is no part of the tree."""
    # (node, in head, is foreign): a stack, for a hostile document nests deeper than Python calls.
    stack = [(root, False, False)] if root is not None else []
    while stack:
        node, in_head, foreign = stack.pop()
        yield node, in_head, foreign
        name = node.tag
        in_head = in_head or (name == "head" and not foreign)
        inside = (
            foreign and name not in ("foreignObject", "desc", "title", "mi", "mo", "mn", "ms", "mtext")
        ) or name in (
            "svg",
            "math",
        )
        children = []
        child = node.first_child
        while child is not None:
            if child.is_element_node:
                children.append((child, in_head, inside or child.tag in ("svg", "math")))
            child = child.next
        stack += reversed(children)
