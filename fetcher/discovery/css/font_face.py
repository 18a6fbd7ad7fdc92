"""One @font-face block being read (CSS Fonts 4, 4): nothing is told before its end, for the family may come last."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.discovery.css.lexer import Place
from fetcher.discovery.css.values import unquote

# The descriptors that are remembered besides src.
FACE_WORDS = frozenset(["font-family", "unicode-range", "font-weight", "font-style", "font-stretch", "font-display"])
_SOURCES = 256  # urls in one block


class FontFace:
    """``words`` are the descriptors' texts; ``descriptors`` counts the src descriptors so far."""

    __slots__ = ("_formats", "_sources", "_techs", "_unsaid", "descriptors", "words")

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.descriptors = 0
        self._sources: list[tuple[str, Place, int]] = []
        self._formats: list[str] = []
        self._techs: list[str] = []
        self._unsaid = False  # the last url may still be given a format

    def add(self, url: str, place: Place) -> bool:
        """A url in a src descriptor; False when there are too many."""
        self._unsaid = len(self._sources) < _SOURCES
        if self._unsaid:
            self._sources.append((url, place, self.descriptors))
            self._formats.append("")
            self._techs.append("")
        return self._unsaid

    def skip(self) -> None:
        """A source that is no candidate stands here: a format after it is not the last url's."""
        self._unsaid = False

    def say_format(self, text: str) -> None:
        """What stands in a ``format(...)``."""
        if self._unsaid:
            self._formats[-1] = ", ".join(unquote(part).lower() for part in text.split(",")) or "()"
            self._unsaid = False

    def say_tech(self, text: str) -> None:
        """What stands in a ``tech(...)``."""
        if self._techs:
            self._techs[-1] = ", ".join(unquote(part).lower() for part in text.split(","))

    def fonts(self) -> Iterator[tuple[str, Place, list[tuple[str, str]]]]:
        """Each url with its attributes."""
        family = unquote(self.words.get("font-family", "")).lower()
        words = [(name, text) for name, text in self.words.items() if text and name != "font-family"]
        for (url, place, number), format_, tech in zip(self._sources, self._formats, self._techs, strict=True):
            pairs = [("family", family)] if family else []
            if format_:
                pairs.append(("format", format_))
            if tech:
                pairs.append(("tech", tech))
            yield url, place, [*pairs, *words, ("src", str(number))]
