"""What stands in an open <video>, <audio> or <object>: its sources and tracks, and what may take its place.

A <source> or <track> counts as a child of the innermost <video> or <audio> only (HTML 4.8.11.5), and a <source> only
where that one has no src; an <object> or <embed> in an <object> is its fallback (HTML 4.8.7). As for a <picture>, no
tree is built: an end tag that closes nothing inside ends the media element, for then something around it was closed.
"""

from __future__ import annotations

from collections.abc import Mapping

from fetcher.discovery.candidates import CandidateKind
from fetcher.discovery.html.picture import STRAY, VOID

SPACE = "\t\n\f\r "
OBJECTS = 64
"""<object> elements in one another that are told apart."""
# Of a <video> or <audio>, what decides for its sources too.
INHERITED = ("autoplay", "crossorigin", "loading", "muted", "preload", "controls")


class Embedding:
    """The innermost open media element, and the open <object> elements. ``is_open``: every tag of HTML must be told."""

    __slots__ = ("_depth", "_media", "_named", "_objects", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        self._depth = 0
        self._media: tuple[tuple[str, str], ...] = ()
        self._named = False  # the media element has a src, so that its sources do not count
        self._objects: list[int] = []

    def start(self, name: str, attributes: Mapping[str, str], offset: int, *, self_closing: bool) -> None:
        """A start tag of HTML, or the <svg> or <math> that leaves it, after ``inside`` was asked."""
        if name in ("audio", "video"):
            self.is_open = True
            self._depth = 0
            self._named = "src" in attributes
            words = [(key, attributes[key]) for key in INHERITED if key in attributes]
            self._media = (("within", f"{name} {offset}"), *words)
        elif self.is_open and name not in VOID:
            self._depth += not (self_closing and name in ("svg", "math"))
        if name == "object":
            if len(self._objects) == OBJECTS:
                self._objects.pop(0)
            self._objects.append(offset)

    def end(self, name: str) -> None:
        """An end tag of HTML, or the one that leads back to it."""
        if self.is_open:
            if self._depth:
                self._depth -= name not in VOID
            elif name not in STRAY:
                self.is_open = False
        if name == "object" and self._objects:
            self._objects.pop()

    def named(self, name: str, attributes: Mapping[str, str]) -> list[tuple[CandidateKind, str]]:
        """What a <source> or <track> names here."""
        if not self.is_open or self._depth:
            return []
        url = attributes.get("src", "").strip(SPACE)
        if name == "track":
            return [(CandidateKind.TRACK, url)] if url else []
        return [(CandidateKind.MEDIA, url)] if name == "source" and url and not self._named else []

    def within(self, name: str) -> tuple[tuple[str, str], ...]:
        """What is to be said, besides its attributes, of an element that names something here."""
        if name in ("source", "track"):
            return self._media
        if name in ("object", "embed") and self._objects:
            return (("within", f"object {self._objects[-1]}"),)
        return ()
