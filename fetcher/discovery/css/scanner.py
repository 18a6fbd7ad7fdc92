"""The incremental CSS scanner: what a style sheet names, in order, while it is still arriving.

It follows blocks and declarations as CSS Syntax 3 (5.4) says, no more. For every cutting of the same bytes the same
candidates come out; time is linear; what is held between two pieces is one unfinished name, string, url, value or
@font-face block, each up to a limit (what grows past it is dropped and counted in ``overflows``).
"""

from __future__ import annotations

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.css import image_set, tokens
from fetcher.discovery.css.font_face import FACE_WORDS, FontFace
from fetcher.discovery.css.lexer import NAME_LIMIT, CssLexer, Place
from fetcher.discovery.css.values import families
from fetcher.discovery.escapes import unescape

_FAMILIES = 4_096
_PRELUDE_LIMIT = 4_096
_FRAMES = ("keyframes", "")  # what stands for selectors there is none
_NESTING = 4_096

# What is open, innermost last: a block of rules or declarations, braces that are only skipped or a value, brackets.
_BLOCK, _BRACES, _PARENS, _SQUARE, _URL, _IMAGE_SET, _FORMAT = range(7)
_CLOSES = {_BRACES: 0x7D, _SQUARE: 0x5D, _PARENS: 0x29, _URL: 0x29, _IMAGE_SET: 0x29, _FORMAT: 0x29}
# What an item is, known from its beginning. A prelude may be a selector or nothing that matters.
_NO_ITEM, _PRELUDE, _DECLARATION, _AT_RULE, _IMPORT = range(5)
# Whether @import may stand here (CSS Cascade 5, 2): a @layer statement may precede the first, not stand between them.
_ALLOWED, _IMPORTING, _OVER = range(3)


class CssScanner(CssLexer):
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
        super().__init__(line=line, offset=offset, fixed=fixed, encoding=encoding)
        self.data_urls = 0
        self.attributes = attributes
        self._element = element
        self._inline = inline
        self._in_head = in_head
        self._declarations = declarations
        self._families = set() if families is None else families
        self._open = bytearray()
        self._rules: list[tuple[str, str] | None] = []  # what each open block of rules or declarations belongs to
        self._level = 0  # how much was open when the item began
        self._too_deep = 0  # brackets open beyond _NESTING: only counted
        self._kind = _NO_ITEM
        self._name = ""  # of the property or at-rule
        self._imports = _OVER if declarations else _ALLOWED
        self._value_place: Place = (0, 0)
        self._is_tech = False  # the open format() is a tech()
        self._in_url = False
        self._url_spoiled = False
        self._quoted: tuple[bytes, Place] | None = None  # the string in an open url("...")
        self._import: tuple[str, Place] | None = None
        self._face: FontFace | None = None
        self._set: list[tuple[str, Place]] | None = None  # the urls in an open image-set()

    def close(self) -> list[Candidate]:
        """The end of the sheet closes whatever is open (CSS Syntax 3, 5.4)."""
        found = self._finish()
        while len(self._open) > self._level:
            self._pop()
        self._end_item()
        self._end_face()
        return found

    def _item(self, buffer: bytes, index: int) -> int:
        """Between items: the first byte of the next one tells what it can be."""
        nested = bool(self._level) or self._declarations
        if self._face is None:
            match = (tokens.BORING_ITEMS if nested else tokens.BORING_RULES).match(buffer, index)
            if match and match.end() > index:
                if not nested and buffer.find(b"}", index, match.end()) >= 0:
                    self._imports = _OVER
                index = match.end()
        index = tokens.SPACES.match(buffer, index).end()  # type: ignore[union-attr]  # may be empty, so it matches
        if index == len(buffer):
            return index
        byte = buffer[index]
        if byte == 0x2F:  # "/"
            after = self._slash(buffer, index)
            if after is not None:
                return after
        elif byte == 0x40:  # "@"
            self._word = bytearray()
            self._read = self._at_name
            return index + 1
        elif nested:
            if byte == 0x3B:  # ";"
                return index + 1
            if byte == 0x7D:  # "}"
                self._end_block()
                return index + 1
        elif byte in b"<-":
            mark = b"<!--" if byte == 0x3C else b"-->"
            here = buffer[index : index + len(mark)]
            if here == mark:
                return index + len(mark)
            if mark.startswith(here):
                return self._keep(buffer, index)
        self._last = b""
        self._word = bytearray()
        if tokens.NAME.match(buffer, index, index + 1).end() > index or byte == 0x5C:  # type: ignore[union-attr]
            self._read = self._property
        else:
            self._begin_prelude()
        return index

    def _begin(self, kind: int) -> None:
        self._kind = kind
        self._read = self._body

    def _begin_prelude(self) -> None:
        """A selector, most likely, that begins with the word read so far (one cut at its limit is not kept)."""
        self._begin(_PRELUDE)
        self._value = bytearray(self._word) if len(self._word) < NAME_LIMIT else None

    def _collect(self, text: bytes) -> None:
        if self._kind == _PRELUDE or (self._kind == _AT_RULE and self._face is None):
            if self._value is not None and len(self._value) + len(text) <= _PRELUDE_LIMIT:
                self._value += text
            else:
                self._value = None  # too long to be worth knowing: what it holds then applies
            return
        super()._collect(text)

    def _property(self, buffer: bytes, index: int) -> int:
        index = self._read_word(buffer, index)
        if index == len(buffer):
            return index
        if buffer[index] == 0x28:  # "(": a function, so no property
            self._last = bytes(self._word)
            self._begin_prelude()
        elif self._level or self._declarations:
            self._read = self._colon
        else:
            self._begin_prelude()
        return index

    def _colon(self, buffer: bytes, index: int) -> int:
        """After the name an item in a block begins with: a declaration if a colon follows."""
        start = index
        index = tokens.SPACES.match(buffer, index).end()  # type: ignore[union-attr]
        if index > start and not self._word.endswith(b" "):
            self._word += b" "
        if index == len(buffer):
            return index
        if buffer[index] == 0x2F:
            after = self._slash(buffer, index)
            if after is not None:
                return after
        if buffer[index] != 0x3A or self._word[:1].isdigit():
            self._begin_prelude()
            return index
        self._name = unescape(self._decoded(self._word)).strip().lower()
        self._begin(_DECLARATION)
        if self._face is not None:
            if self._name == "src":
                self._face.descriptors += 1
            wanted = self._name in FACE_WORDS
        else:
            wanted = self._name in ("font", "font-family") or (self._name.startswith("--") and "font" in self._name)
        if wanted:
            self._value = bytearray()
            self._value_place = self._at(buffer, index + 1)
        return index + 1

    def _at_name(self, buffer: bytes, index: int) -> int:
        index = self._read_word(buffer, index)
        if index == len(buffer):
            return index
        self._name = unescape(self._decoded(self._word)).lower()
        self._last = b"@"
        if not self._name:
            self._begin(_PRELUDE)
        elif self._name == "import" and self._imports != _OVER and not self._level:
            self._begin(_IMPORT)
            self._import = None
            self._value = bytearray()
        else:
            self._begin(_AT_RULE)
            if self._name in ("media", "supports", "scope"):
                self._value = bytearray()
        return index

    def _end_item(self) -> None:
        """A ";", or the end of the block or sheet the item stands in."""
        if self._kind == _DECLARATION:
            self._end_declaration()
        elif self._kind == _IMPORT:
            self._end_import()
        elif self._kind == _AT_RULE and not self._level:
            if self._name == "layer":
                self._imports = self._imports and _OVER
            elif self._name in tokens.KNOWN_RULES:
                self._imports = _OVER
        self._next_item()

    def _next_item(self) -> None:
        self._kind = _NO_ITEM
        self._value = None
        self._level = len(self._open)
        self._read = self._item
        self._last = b""

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

    def _around(self) -> tuple[tuple[str, str], ...]:
        """The rules that stand around here, outermost first, and say when what is in them applies."""
        return tuple(rule for rule in self._rules if rule is not None and rule != _FRAMES)

    def _end_import(self) -> None:
        if self._import is None:
            return
        self._imports = _IMPORTING
        url, place = self._import
        self._import = None
        prelude = self._decoded(self._value or b"").strip()
        if self._worth(url):
            pairs = [("prelude", prelude)] if prelude else []
            self._emit(CandidateKind.CSS_IMPORT, url, "@import", place, *pairs)

    def _end_block(self) -> None:
        """A "}" between items, or one that ends the last item of its block."""
        if self._open:
            self._open.pop()
            self._rules.pop()
            self._end_face()
        self._next_item()

    def _end_face(self) -> None:
        face = self._face
        if face is None:
            return
        self._face = None
        for url, place, pairs in face.fonts():
            self._emit(CandidateKind.CSS_FONT, url, "@font-face", place, *pairs, *self._around())

    def _push(self, what: int) -> None:
        if self._too_deep or len(self._open) >= _NESTING:
            self._too_deep += 1
        else:
            self._open.append(what)

    def _pop(self) -> None:
        what = self._open.pop()
        if what == _URL:
            self._in_url = False
            if self._quoted is not None and not self._url_spoiled:
                self._named(*self._quoted)
            elif self._kind == _IMPORT and self._import is None:
                self._kind = _AT_RULE
        elif what == _FORMAT:
            if self._face is not None and self._value is not None:
                (self._face.say_tech if self._is_tech else self._face.say_format)(self._decoded(self._value))
            self._value = None
        elif what == _IMAGE_SET:
            self._end_image_set()
        elif what == _BRACES and len(self._open) == self._level and self._kind == _AT_RULE:
            self._next_item()

    def _structure(self, byte: int) -> None:
        """One of { } ) [ ] ; where "(" is a function's."""
        inside = len(self._open) > self._level
        if self._too_deep:
            self._too_deep += 1 if byte in b"{[" else -(byte in b"})]")
        elif byte == 0x5B:
            self._collect(b"[")
            self._push(_SQUARE)
        elif inside and byte == 0x7B:
            self._collect(b"{")
            self._push(_BRACES)
        elif inside:
            closes = byte == _CLOSES[self._open[-1]]
            if not closes or (self._open[-1] != _FORMAT and (self._set is None or self._open[-1] != _IMAGE_SET)):
                self._collect(bytes([byte]))
            if closes:
                self._pop()
        elif byte == 0x7B:
            self._open_block()
        elif byte == 0x3B:
            if self._kind != _PRELUDE or self._level or self._declarations:
                self._end_item()
        elif byte == 0x7D and self._level:
            self._end_item()
            self._end_block()

    def _open_block(self) -> None:
        """A "{" at the item's own level."""
        kind, name = self._kind, self._name
        if kind == _DECLARATION and name.startswith("--"):
            self._push(_BRACES)
            return
        rule = kind in (_PRELUDE, _DECLARATION)
        if not self._level and (rule or (kind == _AT_RULE and name in tokens.KNOWN_RULES)):
            self._imports = _OVER
        if kind == _IMPORT or self._face is not None or not (rule or name in tokens.KNOWN_RULES):
            self._kind = _AT_RULE
            self._value = None
            self._push(_BRACES)
            return
        if len(self._open) >= _NESTING:
            self._kind = _AT_RULE  # what stands there is passed over
            self._push(_BRACES)
            return
        if kind == _AT_RULE and name == "font-face":
            self._face = FontFace()
        self._push(_BLOCK)
        self._rules.append(self._rule())
        self._next_item()

    def _rule(self) -> tuple[str, str] | None:
        """What the block that opens now belongs to, where that says when it applies."""
        if self._kind == _AT_RULE and self._name.endswith("keyframes"):
            return _FRAMES
        if self._value is None or _FRAMES in self._rules:
            return None
        if self._kind == _PRELUDE:
            return ("selector", self._decoded(self._value).strip())
        if self._kind != _AT_RULE:
            return None
        text = self._decoded(self._value).strip()
        if self._name != "scope":
            return (self._name, text)
        root = text[1:].partition(")")[0] if text.startswith("(") else ""
        return ("selector", root) if root and "(" not in root else None

    def _open_function(self) -> bool:
        name = unescape(self._last.decode("latin-1")).lower()
        url = name == "url"
        first = self._kind == _IMPORT and self._import is None and len(self._open) == self._level
        if first and not (url and bytes(self._value or b"").strip(tokens.SPACE) == self._last):
            self._kind = _AT_RULE  # only the url may come first
        if self._in_url:
            self._url_spoiled = True
        if url:
            return True
        self._collect(b"(")
        if name in ("image-set", "-webkit-image-set") and not self._in_url and self._set is None:
            self._push(_IMAGE_SET)
            if self._kind == _DECLARATION and self._face is None and self._value is None and not self._too_deep:
                self._set = []
                self._value = bytearray()
        elif name in ("format", "tech") and self._face is not None and self._name == "src" and not self._too_deep:
            self._push(_FORMAT)
            self._is_tech = name == "tech"
            self._value = bytearray()
        else:
            self._push(_PARENS)
        return False

    def _open_url(self) -> None:
        if not self._in_url and not self._too_deep and len(self._open) < _NESTING:
            self._in_url = True
            self._url_spoiled = False
            self._quoted = None
            self._push(_URL)
        else:
            self._push(_PARENS)

    def _spoil(self, *, rule: bool) -> None:
        self._url_spoiled = True
        if rule and self._kind == _IMPORT:
            self._kind = _AT_RULE
        elif rule and self._kind == _DECLARATION:
            self._kind = _PRELUDE  # a bad string or url makes the whole declaration invalid
            self._value = None

    def _end_string(self) -> None:
        text = bytes(self._text)
        first = self._kind == _IMPORT and self._import is None and len(self._open) == self._level
        blank = first and not bytes(self._value or b"").strip(tokens.SPACE)
        quote = bytes([self._quote])
        self._collect(quote + text + quote)
        top = self._open[-1] if len(self._open) > self._level else _BLOCK
        if first and not blank:
            self._kind = _AT_RULE
        elif first:
            self._named(text, self._text_place)
        elif top == _URL and not self._too_deep:
            if self._quoted is None and self._text_whole:
                self._quoted = (text, self._text_place)
            else:
                self._url_spoiled = True
        elif top == _IMAGE_SET and not self._too_deep and self._text_whole:
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
        if self._kind == _IMPORT:
            if self._import is None:
                self._import = (url, place)
                self._value = bytearray()
        elif self._kind != _DECLARATION:
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
