"""One @font-face block being read (CSS Fonts 4, 4): nothing is told before its end, for the family may come last."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.discovery.css.lexer import Place
from fetcher.discovery.css.values import unquote
from fetcher.discovery.data_url import decoded

# The descriptors that are remembered besides src.
FACE_WORDS = frozenset(["font-family", "unicode-range", "font-weight", "font-style", "font-stretch", "font-display"])
_SOURCES = 256  # urls in one block
_INLINED = 8  # data: URLs in one block


SIGNATURES = (b"wOFF", b"wOF2", b"ttcf", b"OTTO", b"true", b"\0\1\0\0", b"\0\2\0\0")
"""What a font begins with."""


def _is_font(url: str) -> bool:
    """Whether a data: URL, of which the beginning is at hand, holds one by its first bytes."""
    found = decoded(url, begins=12)
    return found is not None and found[1].startswith(SIGNATURES)


class FontFace:
    """``words`` are the descriptors' texts; ``descriptors`` counts the src descriptors so far."""

    __slots__ = ("_formats", "_inlined", "_is_inlined", "_sources", "_techs", "_unsaid", "descriptors", "words")

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.descriptors = 0
        self._sources: list[tuple[str, Place, int]] = []
        self._formats: list[str] = []
        self._techs: list[str] = []
        self._inlined: list[tuple[int, int, str]] = []  # data: URLs: descriptor, sources before it, format
        self._unsaid = False  # the last url may still be given a format
        self._is_inlined = False  # and here the last data: URL

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
        self._is_inlined = False

    def inline(self, url: str) -> None:
        """A data: URL stands here; the first of a descriptor that is supported does, so few have to be known."""
        self.skip()
        self._is_inlined = len(self._inlined) < _INLINED and _is_font(url)
        if self._is_inlined:
            self._inlined.append((self.descriptors, len(self._sources), ""))

    def say_format(self, text: str) -> None:
        """What stands in a ``format(...)``."""
        said = ", ".join(unquote(part).lower() for part in text.split(",")) or "()"
        if self._unsaid:
            self._formats[-1] = said
        elif self._is_inlined:
            self._inlined[-1] = (*self._inlined[-1][:2], said)
        self._unsaid = self._is_inlined = False

    def say_tech(self, text: str) -> None:
        """What stands in a ``tech(...)``."""
        if self._techs:
            self._techs[-1] = ", ".join(unquote(part).lower() for part in text.split(","))

    def fonts(self) -> Iterator[tuple[str, Place, list[tuple[str, str]]]]:
        """Each url with its attributes."""
        family = unquote(self.words.get("font-family", "")).lower()
        words = [(name, text) for name, text in self.words.items() if text and name != "font-family"]
        sources = zip(self._sources, self._formats, self._techs, strict=True)
        for index, ((url, place, number), format_, tech) in enumerate(sources):
            pairs = [("family", family)] if family else []
            if format_:
                pairs.append(("format", format_))
            if tech:
                pairs.append(("tech", tech))
            before = [each for of, count, each in self._inlined if of == number and count <= index]
            if before:
                pairs.append(("inlined", " ".join(before)))
            yield url, place, [*pairs, *words, ("src", str(number))]
