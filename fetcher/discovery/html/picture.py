"""Which <source> elements an <img> in a <picture> may choose from: its own earlier siblings (HTML 4.8.4.3.5).

Told every tag while a <picture> is open, it counts what is nested, so that only children count. Two differences from a
tree: a <picture> in another one ends that one, and any end tag that closes nothing inside ends it too, for then
something around it was closed.
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.discovery.candidates import kept

Attributes = tuple[tuple[str, str], ...]

SOURCES = 64
"""<source> elements of one <picture> that are kept."""
IMAGES = 4
"""<img> elements of one <picture> that are told them: only the first has a use for them."""

VOID = frozenset("area base br col embed hr image img input link meta param source track wbr".split())  # noqa: SIM905
STRAY = VOID | {"p"}  # end tags that close nothing there, and are ignored


class Picture:
    """The innermost open <picture>, or none."""

    __slots__ = ("_depth", "_images", "_sources", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        self._depth = 0
        self._images = 0
        self._sources: list[Attributes] = []

    def start(self, name: str, attributes: Mapping[str, str], *, self_closing: bool) -> None:
        """A start tag of HTML, or the <svg> or <math> that leaves it."""
        if name == "picture":
            self.is_open = True
            self._depth = self._images = 0
            self._sources = []
        elif name not in VOID:
            self._depth += not (self_closing and name in ("svg", "math"))
        elif name == "source" and not self._depth and len(self._sources) < SOURCES:
            self._sources.append(kept(attributes))

    def end(self, name: str) -> None:
        """An end tag of HTML, or the one that leads back to it."""
        if name == "picture":
            self.is_open = False
        elif self._depth:
            self._depth -= name not in VOID
        else:
            self.is_open = name in STRAY

    def sources(self) -> tuple[Attributes, ...]:
        """What the <img> that stands here chooses from."""
        if not self.is_open or self._depth or self._images == IMAGES:
            return ()
        self._images += 1
        return tuple(self._sources)
