"""Where things stand in a style sheet: its rules, blocks and declarations (CSS Syntax 3, 5.4), no more.

``CssBlocks`` follows what opens and closes, tells items apart by how they begin, and keeps the text of those whose text
is wanted, with the rules around them. What an item names is the subclass's to say, through the methods at the end.
"""

from __future__ import annotations

import re
from abc import abstractmethod

from fetcher.discovery.css import tokens
from fetcher.discovery.css.font_face import FontFace
from fetcher.discovery.css.lexer import NAME_LIMIT, CssLexer, Place
from fetcher.discovery.css.selectors.matching import Budget, Context, Spent
from fetcher.discovery.css.selectors.selector_text import parse
from fetcher.discovery.escapes import unescape

_PRELUDE_LIMIT = 4_096
_CONDITIONS = ("media", "supports", "scope")
_NAMING = ("container", "counter-style", "font-palette-values", "keyframes", "namespace", "position-try", "property")
"""At-rules that are nothing without a prelude."""
_LAYER = re.compile(rb"-?(?:[a-zA-Z_\x80-\xff\\]|-(?=-))[-\w.\x80-\xff\\]*")
_STEPS = 20_000
_FRAMES = ("keyframes", "")  # what stands for selectors there is none
NESTING = 4_096

# What is open, innermost last: a block of rules or declarations, braces that are only skipped or a value, brackets.
BLOCK, BRACES, PARENS, SQUARE, URL, IMAGE_SET, FORMAT = range(7)
_CLOSES = {BRACES: 0x7D, SQUARE: 0x5D, PARENS: 0x29, URL: 0x29, IMAGE_SET: 0x29, FORMAT: 0x29}
# What an item is, known from its beginning. A prelude may be a selector or nothing that matters.
NO_ITEM, PRELUDE, DECLARATION, AT_RULE, IMPORT = range(5)
# Whether @import may stand here (CSS Cascade 5, 2): a @layer statement may precede the first, not stand between them.
ALLOWED, IMPORTING, OVER = range(3)


class CssBlocks(CssLexer):
    """``declarations`` reads a style attribute rather than a sheet."""

    def __init__(self, *, line: int, offset: int, fixed: bool, encoding: str, declarations: bool) -> None:
        super().__init__(line=line, offset=offset, fixed=fixed, encoding=encoding)
        self._declarations = declarations
        self._open = bytearray()
        self._rules: list[tuple[str, str] | None] = []  # what each open block of rules or declarations belongs to
        self._level = 0  # how much was open when the item began
        self._too_deep = 0  # brackets open beyond NESTING: only counted
        self._kind = NO_ITEM
        self._name = ""  # of the property or at-rule
        self._imports = OVER if declarations else ALLOWED
        self._value_place: Place = (0, 0)
        self._import: tuple[str, Place] | None = None  # what an open @import names
        self._face: FontFace | None = None  # the open @font-face

    def _item(self, buffer: bytes, index: int) -> int:
        """Between items: the first byte of the next one tells what it can be."""
        nested = bool(self._level) or self._declarations
        if self._face is None and (nested or self._imports == OVER):  # before that a rule is looked at
            match = (tokens.BORING_ITEMS if nested else tokens.BORING_RULES).match(buffer, index)
            if match and match.end() > index:
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
        self._begin(PRELUDE)
        self._value = bytearray(self._word) if len(self._word) < NAME_LIMIT else None

    def _collect(self, text: bytes) -> None:
        if self._kind == PRELUDE or (self._kind == AT_RULE and self._face is None):
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
        self._begin(DECLARATION)
        if self._wants_value():
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
            self._begin(PRELUDE)
        elif self._name == "import" and self._imports != OVER and not self._level:
            self._begin(IMPORT)
            self._import = None
            self._value = bytearray()
        else:
            self._begin(AT_RULE)
            if self._name in _CONDITIONS or self._name in _NAMING or self._name == "layer":
                self._value = bytearray()
        return index

    def _end_item(self) -> None:
        """A ";", or the end of the block or sheet the item stands in."""
        if self._kind == DECLARATION:
            self._end_declaration()
        elif self._kind == IMPORT:
            self._end_import()
        elif self._kind == AT_RULE and not self._level:
            if self._name == "layer":
                self._imports = self._imports and OVER
            elif self._name in tokens.KNOWN_RULES and (self._name != "namespace" or not self._is_empty()):
                self._imports = OVER
        self._next_item()

    def _next_item(self) -> None:
        self._kind = NO_ITEM
        self._value = None
        self._level = len(self._open)
        self._read = self._item
        self._last = b""

    def _around(self) -> tuple[tuple[str, str], ...]:
        """The rules that stand around here, outermost first, and say when what is in them applies."""
        return tuple(rule for rule in self._rules if rule is not None and rule != _FRAMES)

    def _end_block(self) -> None:
        """A "}" between items, or one that ends the last item of its block."""
        if self._open:
            self._open.pop()
            self._rules.pop()
            self._end_face()
        self._next_item()

    def _push(self, what: int) -> None:
        if self._too_deep or len(self._open) >= NESTING:
            self._too_deep += 1
        else:
            self._open.append(what)

    def _pop(self) -> None:
        what = self._open.pop()
        if what != BRACES:
            self._closed(what)
        elif len(self._open) == self._level and self._kind == AT_RULE:
            self._next_item()

    def _structure(self, byte: int) -> None:
        """One of { } ) [ ] ; where "(" is a function's."""
        inside = len(self._open) > self._level
        if self._too_deep:
            self._too_deep += 1 if byte in b"{[" else -(byte in b"})]")
        elif byte == 0x5B:
            self._collect(b"[")
            self._push(SQUARE)
        elif inside and byte == 0x7B:
            self._collect(b"{")
            self._push(BRACES)
        elif inside:
            closes = byte == _CLOSES[self._open[-1]]
            if not closes or not self._is_read_apart(self._open[-1]):
                self._collect(bytes([byte]))
            if closes:
                self._pop()
        elif byte == 0x7B:
            self._open_block()
        elif byte == 0x3B:
            if self._kind != PRELUDE or self._level or self._declarations:
                self._end_item()
            else:
                self._collect(b";")
        elif byte == 0x7D and self._level:
            self._end_item()
            self._end_block()

    def _open_block(self) -> None:
        """A "{" at the item's own level."""
        kind, name = self._kind, self._name
        if kind == DECLARATION and name.startswith("--"):
            self._push(BRACES)
            return
        rule = kind in (PRELUDE, DECLARATION)
        known = kind == AT_RULE and name in tokens.KNOWN_RULES and self._is_named()
        if not self._level and self._imports != OVER and (known or (rule and self._selects())):
            self._imports = OVER
        if kind == IMPORT or self._face is not None or not (rule or known):
            self._kind = AT_RULE
            self._value = None
            self._push(BRACES)
            return
        if len(self._open) >= NESTING:
            self._kind = AT_RULE  # what stands there is passed over
            self._push(BRACES)
            return
        if kind == AT_RULE and name == "font-face":
            self._face = FontFace()
        self._push(BLOCK)
        self._rules.append(self._rule())
        self._next_item()

    def _is_empty(self) -> bool:
        return self._value is not None and not self._value.strip()

    def _is_named(self) -> bool:
        """Whether an at-rule with a block says what it has to, or is dropped with it."""
        if self._name == "layer":
            return self._value is None or self._is_empty() or _LAYER.fullmatch(self._value.strip()) is not None
        return self._name not in _NAMING or not self._is_empty()

    def _selects(self) -> bool:
        """Whether a selector is one: a rule that is dropped is no bar to an @import after it."""
        if self._value is None:
            return True
        try:
            return parse(self._decoded(self._value).strip(), Context(False, Budget(_STEPS))) is not None
        except Spent:
            return True

    def _rule(self) -> tuple[str, str] | None:
        """What the block that opens now belongs to, where that says when it applies."""
        if self._kind == AT_RULE and self._name.endswith("keyframes"):
            return _FRAMES
        if self._value is None or _FRAMES in self._rules:
            return None
        if self._kind == PRELUDE:
            return ("selector", self._decoded(self._value).strip())
        if self._kind != AT_RULE or self._name not in _CONDITIONS:
            return None
        text = self._decoded(self._value).strip()
        if self._name != "scope":
            return (self._name, text)
        root = text[1:].partition(")")[0] if text.startswith("(") else ""
        return ("selector", root) if root and "(" not in root else None

    @abstractmethod
    def _wants_value(self) -> bool:
        """A declaration of ``_name`` begins: whether its text is."""

    @abstractmethod
    def _end_declaration(self) -> None:
        """``_value`` is the text of a declaration of ``_name``, None if it was not wanted or is too long."""

    @abstractmethod
    def _end_import(self) -> None:
        """``_value`` is what an @import says after the url."""

    @abstractmethod
    def _end_face(self) -> None:
        """A block ended; ``_face`` is the @font-face, if it was one."""

    @abstractmethod
    def _closed(self, what: int) -> None:
        """A bracket of this kind, which is no braces."""

    @abstractmethod
    def _is_read_apart(self, what: int) -> bool:
        """Whether what stands in such a bracket is looked at by itself, so that its end is no part of the value."""
