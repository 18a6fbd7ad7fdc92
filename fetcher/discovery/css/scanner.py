"""The incremental CSS scanner: what a style sheet names, in order, while it is still arriving.

Where rules and declarations stand is in ``blocks``, what they name here. For every cutting of the same bytes the same
candidates come out; time is linear; what is held between two pieces is one unfinished name, string, url, value or
@font-face block, each up to a limit (what grows past it is dropped and counted in ``overflows``).
"""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css import image_set, tokens
from fetcher.discovery.css.blocks import (
    AT_RULE,
    BLOCK,
    DECLARATION,
    FORMAT,
    IMAGE_SET,
    IMPORT,
    IMPORTING,
    NESTING,
    PARENS,
    PRELUDE,
    URL,
    CssBlocks,
)
from fetcher.discovery.css.font_face import FACE_WORDS
from fetcher.discovery.css.lexer import Place
from fetcher.discovery.css.values import families
from fetcher.discovery.escapes import unescape

_FAMILIES = 4_096


class CssScanner(CssBlocks):
    """``line`` and ``offset`` place the first byte; ``element``, ``inline``, ``in_head`` and ``attributes`` go into the
    candidates of CSS found in a document. ``declarations`` reads a style attribute rather than a sheet, and ``fixed``
    puts all its candidates at ``line`` and ``offset``. ``families`` are names already told (shared, grown).

    CSS_IMPORT carries ("prelude", text after the url); CSS_IMAGE ("property", name) and, where known, ("media", query)
    and ("selector", list) of the rules it stands in, outermost first; CSS_FONT family, format and the face's
    descriptors, with ("src", n) numbering the src descriptors of its face: the last one counts. A CSS_IMAGE of an
    image-set() has ("image-set", what all its options say) and ("option", which of them it is), as ``image_set`` tells.
    ``data_urls`` counts data: urls, which are not candidates, ``overflows`` what was dropped for its size."""

    def __init__(
        self,
        *,
        line: int = 1,
        offset: int = 0,
        element: str | None = None,
        inline: bool = False,
        in_head: bool = False,
        declarations: bool = False,
        fixed: bool = False,
        encoding: str = "utf-8",
        attributes: tuple[tuple[str, str], ...] = (),
        families: set[str] | None = None,
    ) -> None:
        super().__init__(line=line, offset=offset, fixed=fixed, encoding=encoding, declarations=declarations)
        self.data_urls = 0
        self.attributes = attributes
        self._element = element
        self._inline = inline
        self._in_head = in_head
        self._families = set() if families is None else families
        self._is_tech = False  # the open format() is a tech()
        self._in_url = False
        self._url_spoiled = False
        self._quoted: tuple[bytes, Place] | None = None  # the string in an open url("...")
        self._set: list[tuple[str, Place]] | None = None  # the urls in an open image-set()

    def close(self) -> list[Candidate]:
        """The end of the sheet closes whatever is open (CSS Syntax 3, 5.4)."""
        found = self._finish()
        while len(self._open) > self._level:
            self._pop()
        self._end_item()
        self._end_face()
        return found

    def _wants_value(self) -> bool:
        if self._face is None:
            return self._name in ("font", "font-family") or (self._name.startswith("--") and "font" in self._name)
        if self._name == "src":
            self._face.descriptors += 1
        return self._name in FACE_WORDS

    def _end_declaration(self) -> None:
        if self._value is None:
            return
        text = self._decoded(self._value)
        if self._face is not None:
            self._face.words[self._name] = text.strip()
            return
        rules = self._around()
        names = families(text, shorthand=self._name == "font")
        if self._name.startswith("--"):
            names += [name for name in families(text, shorthand=True) if name not in names]
        for name in names:
            key = f"{name}\0{hash(rules)}" if rules else name
            if name not in self._families and key not in self._families and len(self._families) < _FAMILIES:
                self._families.add(key)
                self._emit(CandidateKind.FONT_USE, "", "font-family", self._value_place, ("family", name), *rules)

    def _end_import(self) -> None:
        if self._import is None:
            return
        self._imports = IMPORTING
        url, place = self._import
        self._import = None
        prelude = self._decoded(self._value or b"").strip()
        if self._worth(url):
            pairs = [("prelude", prelude)] if prelude else []
            self._emit(CandidateKind.CSS_IMPORT, url, "@import", place, *pairs)

    def _end_face(self) -> None:
        face = self._face
        if face is None:
            return
        self._face = None
        for url, place, pairs in face.fonts():
            self._emit(CandidateKind.CSS_FONT, url, "@font-face", place, *pairs, *self._around())

    def _closed(self, what: int) -> None:
        if what == URL:
            self._in_url = False
            if self._quoted is not None and not self._url_spoiled:
                self._named(*self._quoted)
            elif self._kind == IMPORT and self._import is None:
                self._kind = AT_RULE
        elif what == FORMAT:
            if self._face is not None and self._value is not None:
                (self._face.say_tech if self._is_tech else self._face.say_format)(self._decoded(self._value))
            self._value = None
        elif what == IMAGE_SET:
            self._end_image_set()

    def _is_read_apart(self, what: int) -> bool:
        return what == FORMAT or (what == IMAGE_SET and self._set is not None)

    def _open_function(self) -> bool:
        name = unescape(self._last.decode("latin-1")).lower()
        url = name == "url"
        first = self._kind == IMPORT and self._import is None and len(self._open) == self._level
        if first and not (url and bytes(self._value or b"").strip(tokens.SPACE) == self._last):
            self._kind = AT_RULE  # only the url may come first
        if self._in_url:
            self._url_spoiled = True
        if url:
            return True
        self._collect(b"(")
        if name in ("image-set", "-webkit-image-set") and not self._in_url and self._set is None:
            self._push(IMAGE_SET)
            if self._kind == DECLARATION and self._face is None and self._value is None and not self._too_deep:
                self._set = []
                self._value = bytearray()
        elif name in ("format", "tech") and self._face is not None and self._name == "src" and not self._too_deep:
            self._push(FORMAT)
            self._is_tech = name == "tech"
            self._value = bytearray()
        else:
            self._push(PARENS)
        return False

    def _open_url(self) -> None:
        if not self._in_url and not self._too_deep and len(self._open) < NESTING:
            self._in_url = True
            self._url_spoiled = False
            self._quoted = None
            self._push(URL)
        else:
            self._push(PARENS)

    def _spoil(self, *, rule: bool) -> None:
        self._url_spoiled = True
        if rule and self._kind == IMPORT:
            self._kind = AT_RULE
        elif rule and self._kind == DECLARATION:
            self._kind = PRELUDE  # a bad string or url makes the whole declaration invalid
            self._value = None

    def _end_string(self) -> None:
        text = bytes(self._text)
        first = self._kind == IMPORT and self._import is None and len(self._open) == self._level
        blank = first and not bytes(self._value or b"").strip(tokens.SPACE)
        quote = bytes([self._quote])
        self._collect(quote + text + quote)
        top = self._open[-1] if len(self._open) > self._level else BLOCK
        if first and not blank:
            self._kind = AT_RULE
        elif first:
            self._named(text, self._text_place)
        elif top == URL and not self._too_deep:
            if self._quoted is None and self._text_whole:
                self._quoted = (text, self._text_place)
            else:
                self._url_spoiled = True
        elif top == IMAGE_SET and not self._too_deep and self._text_whole:
            self._named(text, self._text_place)

    def _end_url(self) -> None:
        text = bytes(self._text)
        self._collect(text + b")")
        if self._in_url:
            self._url_spoiled = True
        elif self._text_whole:
            self._named(text, self._text_place)

    def _named(self, raw: bytes, place: Place) -> None:
        """A url or string that names something, if what it stands in does."""
        url = unescape(self._decoded(raw)).strip(" \t\n\r\f")
        if self._kind == IMPORT:
            if self._import is None:
                self._import = (url, place)
                self._value = bytearray()
        elif self._kind != DECLARATION:
            return
        elif self._face is None:
            if self._set is not None:
                self._set.append((url, place))
            else:
                self._picture(url, place)
        elif self._name == "src":
            if not self._worth(url):
                if url[:5].lower() == "data:":
                    self._face.inline(url)
                else:
                    self._face.skip()
            elif not self._face.add(url, place):
                self.overflows += 1

    def _end_image_set(self) -> None:
        named, self._set = self._set, None
        if named is None or self._value is None:
            return
        text = self._decoded(self._value)
        self._value = None
        for (url, place), pairs in zip(named, image_set.told(text, [url for url, _ in named]), strict=True):
            self._picture(url, place, *pairs)

    def _picture(self, url: str, place: Place, *pairs: tuple[str, str]) -> None:
        if self._worth(url):
            around = self._around()
            self._emit(CandidateKind.CSS_IMAGE, url, "url()", place, ("property", self._name), *pairs, *around)

    def _worth(self, url: str) -> bool:
        if url[:5].lower() == "data:":
            self.data_urls += 1
            return False
        return bool(url) and not url.startswith("#")

    def _emit(self, kind: CandidateKind, url: str, where: str, place: Place, *pairs: tuple[str, str]) -> None:
        element = self._element if self._element is not None else where
        self._found.append(
            Candidate(kind, url, element, (*pairs, *self.attributes), *place, self._in_head, self._inline)
        )
