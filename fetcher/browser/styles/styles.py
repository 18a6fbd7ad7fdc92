"""The style of one document as far as it has come: the text it is computed from, and what waits to be drawn with.

Pictures and faces wait here until the cascade over the elements so far finds something drawn with them; a browser asks
for them then too, once the style sheets that block rendering are there. It is computed again when a sheet has come,
when the parser has come half as far again, or on from what stopped it, and at the end. A document or sheets beyond the
limits below are not computed: the names that rules ask for then decide (``css_images``, ``fonts``).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from fetcher.browser.styles import faces
from fetcher.browser.styles.cascade import Cascade
from fetcher.browser.styles.filed import Applied
from fetcher.browser.styles.font_sources import source_of
from fetcher.discovery.candidates import Candidate
from fetcher.discovery.css.rules import Sheet, TooMany, read
from fetcher.discovery.css.selectors.matching import Budget, Spent
from fetcher.discovery.html.elements import is_css
from fetcher.discovery.tree import Element
from fetcher.discovery.viewport.lengths import Screen
from fetcher.discovery.viewport.media import matches
from fetcher.urls import resolve

SHEET_BYTES = 4_194_304
"""Of all sheets of one document."""
ELEMENTS = 10_000
STEPS = 600_000
"""Of matching and computing, in one computation."""
ALL_STEPS = 1_500_000
"""Of all computations of one document."""
_IMPORT_LAYER = re.compile(r"layer(?:\(([^)]*+)\))?(?=\s|$)", re.I)
_IMPORT = re.compile(
    r"""@import\s*(?:url\(\s*)?(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'();]++))\s*+\)?+\s*+([^;{}]*+);""", re.I
)
_COMMENT = re.compile(r"/\*[\s\S]*?(?:\*/|\Z)")
_NO_QUIRKS = re.compile(r"(?:\s++|<!--(?:[^-]++|-(?!->))*+-->)*+<!doctype\s+html(?P<rest>[^>]*)>", re.I)
_QUIRKY = re.compile(r"html 3\.2|html 2\.|html 4\.0[1]? (?:transitional|frameset)", re.I)


Allows = Callable[[str, str, str | None], bool]
Waiting = tuple[int, Candidate, float]


@dataclass(slots=True)
class External:
    """A style sheet as it was fetched: where its urls are relative to, whether it ``applies`` (media, title)."""

    text: str
    base: str
    applies: bool


@dataclass(slots=True, eq=False)
class Styles:
    """``reads``: the cascade decides for this document. ``quirks``: None where its doctype says.
    ``pictures`` and ``fonts`` wait: (source, candidate, at)."""

    reads: bool = False
    ended: bool = False
    quirks: bool | None = None
    pictures: list[Waiting] = field(default_factory=list)
    fonts: list[Waiting] = field(default_factory=list)
    _spares: dict[tuple[object, ...], deque[Waiting]] = field(default_factory=dict)
    _passed: list[Waiting] = field(default_factory=list)
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _sheet_bytes: int = 0
    _computed_at: int = 0
    _parsed: int = 0
    _stood_at: int | None = None
    _encoding: str = "utf-8"
    _changed: bool = False
    _steps: int = 0
    _sheets: dict[str, External] = field(default_factory=dict)
    _rules: dict[str, Sheet] = field(default_factory=dict)
    _faces: dict[str, list[faces.Face]] = field(default_factory=dict)
    _by_candidate: dict[int, tuple[int, faces.Face]] = field(default_factory=dict)

    def text(self, piece: bytes, encoding: str) -> None:
        """More of the document."""
        if self._size == 0:
            self.reads = True
        self._size += len(piece)
        self._encoding = encoding
        if b"shadowrootmode" in piece:
            self.give_up()  # what it holds is styled by sheets of its own
        elif self.reads:
            self._pieces.append(piece)
            if self._stood_at is None:
                self.parsed(None)

    def parsed(self, stands_at: int | None) -> None:
        """How far the parser has come: to what stops it, or to the end of what there is. What stands after it is not
        there to be drawn. Where it stopped is looked at at once, as long as that leaves enough for the rest."""
        moved, self._stood_at = stands_at != self._stood_at, stands_at
        self._parsed = self._size if stands_at is None else min(stands_at, self._size)
        more = self._parsed > self._computed_at
        whole = more and self.ended and stands_at is None
        early = more and moved and self._steps < ALL_STEPS // 3
        self._changed = self._changed or whole or early or self._parsed >= max(1, 1.5 * self._computed_at)

    def end(self) -> None:
        """The document is over."""
        self.ended = self._changed = True

    def sheet(self, asked: str, base: str, text: str, *, applies: bool) -> None:
        """The sheet that was asked for as ``asked``, and came from ``base``."""
        self._sheet_bytes += len(text)
        if self._sheet_bytes > SHEET_BYTES:
            self.give_up()
        elif self.reads:
            self._sheets[asked.partition("#")[0]] = External(text, base, applies)
            self._changed = True

    def give_up(self) -> None:
        """It is too much: names decide from here on."""
        self.reads = False
        self._pieces.clear()
        self._sheets.clear()
        self._rules.clear()

    def face(self, source: int, candidate: Candidate, at: float) -> None:
        """A face, which waits for text that is set in it."""
        self.fonts.append((source, candidate, at))
        face = faces.face_of(candidate)
        self._by_candidate[id(candidate)] = source, face
        self._faces.setdefault(candidate.attribute("family") or "", []).append(face)
        self._changed = True

    def spare(self, source: int, candidate: Candidate, at: float) -> None:
        """A further source of a face, in case those before it fail."""
        self._spares.setdefault((source, *source_of(candidate)), deque()).append((source, candidate, at))

    @property
    def spares(self) -> list[Waiting]:
        """Those that nobody needed."""
        return self._passed + [each for spares in self._spares.values() for each in spares]

    def failed(self, candidate: Candidate) -> Waiting | None:
        """A face's source could not be loaded: its next one, or else its text is set in other faces."""
        source, face = self._by_candidate.pop(id(candidate), (0, None))
        if face is None:
            return None
        left = self._spares.get((source, *source_of(candidate)), ())
        while left:
            spare = left.popleft()
            if spare[1].offset > candidate.offset:
                face.candidate = spare[1]
                self._by_candidate[id(spare[1])] = source, face
                return spare
            self._passed.append(spare)  # of a face before it that says the same
        face.failed = self._changed = True
        return None

    def picture(self, source: int, candidate: Candidate, at: float) -> None:
        """A picture, which waits for an element that is drawn with it."""
        self.pictures.append((source, candidate, at))
        self._changed = True

    @property
    def is_due(self) -> bool:
        """Whether computing could find more than it did before."""
        waits = bool(self.pictures or self.fonts)
        return waits and (not self.reads or (self._changed and self._parsed > 0))

    def compute(
        self, screen: Screen, base: str, preferred: str | None, *, scripting: bool, allows: Allows | None = None
    ) -> tuple[set[str], set[int]] | None:
        """The urls of pictures that are drawn, and the ids of the candidates of faces that text is set in. None, and
        ``give_up``, where it is too much. ``allows``: what a policy says of styles in the markup."""
        if not self.reads:
            return None
        from fetcher.discovery.whole_document import tree_of  # what a load of hints alone does without

        self._changed = False
        self._computed_at = self._parsed
        self._pieces = [b"".join(self._pieces)]
        root = tree_of(self._pieces[0][: self._parsed], self._encoding, scripting=scripting, most=ELEMENTS)
        if root is None:
            self.give_up()
            return None
        if allows is not None:
            _keep_what_policies_allow(root, allows)
        budget = Budget(min(STEPS, ALL_STEPS - self._steps))
        allowed = budget.left
        try:
            # the elements are made anew, and what waits is gone through
            budget.take(len(self.pictures) + len(self.fonts) + (self._size + self._sheet_bytes) // 128)
            applied = list(self._applied(root, screen, base, preferred))
            cascade = Cascade(applied, screen, budget, quirks=self._is_quirky(), base=base)
            pictures: set[tuple[str, str]] = set()
            shown = list(cascade.shown(root)) if self.fonts else cascade.shown(root)
            for one in shown:
                pictures |= cascade.pictures(one)
            found: set[int] = set()
            if self.fonts:
                for wanted, characters in faces.texts(shown, budget).items():
                    found.update(id(each.candidate) for each in faces.used(wanted, characters, self._faces, budget))
        except (Spent, TooMany, RecursionError):  # the last: a selector of hundreds of steps, each of which fits
            self.give_up()
            return None
        self._steps += allowed - budget.left
        urls = (resolve(url, relative) for relative, url in pictures if url and not url.startswith("#"))
        return {url.href for url in urls if url is not None}, found

    def _is_quirky(self) -> bool:
        if self.quirks is not None:
            return self.quirks
        match = _NO_QUIRKS.match(self._pieces[0][:4096].decode("latin-1"))
        return match is None or _QUIRKY.search(match["rest"]) is not None

    def _applied(self, root: Element, screen: Screen, base: str, preferred: str | None) -> Iterator[Applied]:
        for element in root.walk():
            attributes = element.attributes
            if element.tag == "style" and is_css(attributes):
                title = attributes.get("title")
                if matches(attributes.get("media", ""), screen) and (not title or preferred in (None, title)):
                    yield from self._with_imports(element.text, base, "", element, 0)
            elif element.tag == "link" and "stylesheet" in attributes.get("rel", "").lower().split():
                url = resolve(attributes.get("href", "").strip(" \t\n\r\f"), base)
                one = self._sheets.get(url.href.partition("#")[0]) if url is not None else None
                if one is not None and one.applies:
                    yield from self._with_imports(one.text, one.base, "", None, 0)

    def _with_imports(self, text: str, base: str, layer: str, owner: Element | None, depth: int) -> Iterator[Applied]:
        at = 0
        sheet = self._rules.get(text)
        if sheet is None:
            sheet = self._rules[text] = read(text)
        plain = _COMMENT.sub("", text[:65_536])[:16_384] if "@import" in text[:65_536].lower() else ""
        while depth < 8 and (match := _IMPORT.search(plain, at)) is not None:
            at = match.end()
            url = resolve(match[1] or match[2] or match[3] or "", base)
            one = self._sheets.get(url.href.partition("#")[0]) if url is not None else None
            if one is not None and one.applies:
                named = _IMPORT_LAYER.match(match[4])
                inner = layer
                if named is not None:
                    name = (named[1] or "").strip() or f"({at})"
                    inner = f"{layer}.{name}" if layer else name
                yield from self._with_imports(one.text, one.base, inner, owner, depth + 1)
        yield Applied(sheet, base, layer, owner)


def _keep_what_policies_allow(root: Element, allows: Allows) -> None:
    for element in root.walk():
        style = element.attributes.get("style")
        if style and not allows("style attribute", style, None):
            del element.attributes["style"]
        if element.tag == "style" and not allows("style", element.text, element.attributes.get("nonce")):
            element.text = ""
