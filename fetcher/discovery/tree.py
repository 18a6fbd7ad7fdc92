"""The elements of a document as the cascade needs them: plain values with a parent and a place among siblings.

``whole_document.tree_of`` makes them from a parsed document. Foreign elements say their namespace.
"""

from __future__ import annotations

from collections.abc import Iterator


class Element:
    """``text``: what stands in it directly. ``index`` counts from 0 among the elements of ``parent``. ``in_html``: no
    foreign namespace."""

    __slots__ = ("attributes", "children", "classes", "id", "in_html", "index", "parent", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None, *, in_html: bool = True) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.in_html = in_html
        self.children: list[Element] = []
        self.text = ""
        self.id = attributes.get("id", "")
        self.classes = attributes["class"].split() if "class" in attributes else ()
        self.index = 0
        if parent is not None:
            self.index = len(parent.children)
            parent.children.append(self)

    def walk(self) -> Iterator[Element]:
        """This and what is in it, in tree order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(reversed(element.children))

    @property
    def siblings(self) -> list[Element]:
        return self.parent.children if self.parent is not None else [self]
