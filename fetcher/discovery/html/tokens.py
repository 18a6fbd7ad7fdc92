"""Tags and attributes as the HTML tokenizer reads them (WHATWG HTML 13.2.5.6 to 13.2.5.40, 13.2.5.72 to 80).

``TAG`` matches one whole tag, ``ATTRIBUTE`` each attribute in it; ``UnfinishedTag`` finds the end of a tag that is
cut anywhere, one pass over its bytes, remembering at most a limit. The patterns are possessive throughout: every
byte is looked at a fixed number of times, and a tag that is not whole never matches.
"""

from __future__ import annotations

import re
from html.entities import html5

SPACE = rb"\t\n\f\r "
_VALUE = rb"""[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|(?=>)|[^\t\n\f\r >"'][^\t\n\f\r >]*+)"""
ATTRIBUTE_NAME = rb"[^\t\n\f\r />][^\t\n\f\r />=]*+"
# One attribute; the first byte of its name may be "=", and a name followed by "=" must have its whole value here.
ONE_ATTRIBUTE = ATTRIBUTE_NAME + rb"(?:" + _VALUE + rb"|(?![\t\n\f\r ]*+=))"
ATTRIBUTES = rb"(?:[\t\n\f\r /]*+" + ONE_ATTRIBUTE + rb")*+[\t\n\f\r /]*+>"

TAG = re.compile(rb"<(/?)([a-zA-Z][^\t\n\f\r />]*+)" + ATTRIBUTES)
ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*+(" + ATTRIBUTE_NAME + rb")"
    rb"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >"'][^\t\n\f\r >]*+)|(?=>)))?+"""
)

_REFERENCE = re.compile(
    r"&(?:#(?:[xX](?=[0-9a-fA-F])0*+([0-9a-fA-F]*+)|(?=[0-9])0*+([0-9]*+));?|([a-zA-Z0-9]++)(;|(?!=)))"
)
_NEWLINE = re.compile("\r\n?")


def _dereference(match: re.Match[str]) -> str:
    hexadecimal, decimal, name, semicolon = match.groups()
    if name is not None:
        # The run of letters and digits is whole, so a legacy name that matches only part of it is followed by one
        # more: 13.2.5.73 then leaves the text alone, as it does before "=".
        return html5.get(name + semicolon, match[0])
    digits, radix = (hexadecimal, 16) if decimal is None else (decimal, 10)
    number = int(digits or "0", radix) if len(digits) <= 7 else 0x110000  # leading zeros are not in digits
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    if 0x80 <= number <= 0x9F:
        return bytes([number]).decode("cp1252", "ignore") or chr(number)
    return chr(number)


def decoded(raw: bytes, encoding: str) -> str:
    """``raw`` as text, wrong bytes and NUL replaced; an unknown encoding is read as UTF-8."""
    try:
        text = raw.decode(encoding, "replace")
    except (LookupError, UnicodeError):  # unknown, or not a text encoding after all
        text = raw.decode("utf-8", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def attribute_text(raw: bytes, encoding: str) -> str:
    """An attribute's value as the DOM has it: decoded, newlines normalised, NUL replaced, references resolved."""
    text = decoded(raw, encoding)
    if "\r" in text:
        text = _NEWLINE.sub("\n", text)
    return _REFERENCE.sub(_dereference, text) if "&" in text else text


_FREQUENT = {
    name.encode(): name
    for name in (
        *("alt", "as", "async", "charset", "class", "content", "crossorigin", "defer", "fetchpriority", "height"),
        *("href", "id", "integrity", "loading", "media", "name", "rel", "sizes", "src", "srcset", "style", "title"),
        *("type", "value", "width"),
    )
}


def parse_attributes(buffer: bytes, start: int, end: int, encoding: str) -> tuple[dict[str, str], bool]:
    """The attributes between a tag's name and its ">" (``buffer[end - 1]``), first of duplicates, names in lower
    case; and whether the tag closes itself."""
    attributes: dict[str, str] = {}
    frequent = _FREQUENT.get
    bare = b""
    for name, double, single, bare in ATTRIBUTE.findall(buffer, start, end):  # of the last, ``bare`` is asked for below
        key = frequent(name) or decoded(name.lower(), encoding)
        if key not in attributes:
            raw = double or single or bare
            text = raw.decode("utf-8", "replace") if encoding == "utf-8" else decoded(raw, encoding)
            if "&" in text or "\r" in text or "\0" in text:
                text = attribute_text(raw, encoding)
            attributes[key] = text
    if buffer[end - 2] != 0x2F or end - 2 < start:
        return attributes, False
    if not bare.endswith(b"/"):
        return attributes, True
    *_, last = ATTRIBUTE.finditer(buffer, start, end)
    return attributes, end - 2 >= last.end()


# The tokenizer's states inside a tag: the run each consumes, where each byte that ends the run leads, and where any
# other byte leads. A missing table entry for ">" would be a quoted value, which it does not end.
_IN_NAME, _BEFORE, _IN_ATTRIBUTE, _AFTER, _EQUALS, _DOUBLE, _SINGLE, _BARE, _DONE = range(9)
_SPACES = dict.fromkeys(b"\t\n\f\r ")
_RUNS = [
    re.compile(run)
    for run in (
        rb"[^\t\n\f\r />]*+",
        # Whole quoted and bare attributes at once: long tags take few steps.
        rb"(?:[\t\n\f\r /]*+" + ATTRIBUTE_NAME + rb"""[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'"""
        rb"""|[^\t\n\f\r >"'][^\t\n\f\r >]*+(?=[\t\n\f\r >])))*+[\t\n\f\r /]*+""",
        rb"[^\t\n\f\r />=]*+",
        rb"[\t\n\f\r ]*+",
        rb"[\t\n\f\r ]*+",
        rb'[^"]*+',
        rb"[^']*+",
        rb"[^\t\n\f\r >]*+",
    )
]
_NEXT: list[tuple[dict[int, int], int]] = [
    ({**dict.fromkeys(_SPACES, _BEFORE), 0x2F: _BEFORE, 0x3E: _DONE}, _IN_NAME),
    ({0x3E: _DONE}, _IN_ATTRIBUTE),
    ({**dict.fromkeys(_SPACES, _AFTER), 0x2F: _BEFORE, 0x3D: _EQUALS, 0x3E: _DONE}, _IN_ATTRIBUTE),
    ({0x2F: _BEFORE, 0x3D: _EQUALS, 0x3E: _DONE}, _IN_ATTRIBUTE),
    ({0x22: _DOUBLE, 0x27: _SINGLE, 0x3E: _DONE}, _BARE),
    ({0x22: _BEFORE}, _DOUBLE),
    ({0x27: _BEFORE}, _SINGLE),
    ({**dict.fromkeys(_SPACES, _BEFORE), 0x3E: _DONE}, _BARE),
]


class UnfinishedTag:
    """A tag whose ">" has not arrived. ``feed`` its bytes, "<" included; ``text`` is the whole tag once it ended,
    ``name`` (lower case, "/" kept) is known even when it grew past ``limit`` bytes and ``overflowed``."""

    __slots__ = ("_limit", "_state", "line", "name", "offset", "overflowed", "text")

    def __init__(self, *, offset: int, line: int, limit: int) -> None:
        self.offset = offset
        self.line = line
        self.name = b""
        self.text = bytearray()
        self.overflowed = False
        self._limit = limit
        self._state = _IN_NAME

    def feed(self, buffer: bytes, start: int) -> int:
        """The index after the tag's ">", or -1 when the tag goes on past this buffer."""
        index = start
        state = self._state
        end = len(buffer)
        if not self.text and not self.overflowed:
            if buffer[start + 1] == 0x2F:  # the "/" of an end tag does not end its name
                self.name = b"/"
                index += 1
            index += 1
        while state != _DONE:
            index = _RUNS[state].match(buffer, index).end()  # type: ignore[union-attr]  # every run may be empty
            if index >= end:
                break
            table, other = _NEXT[state]
            following = table.get(buffer[index], other)
            if state == _IN_NAME and not self.overflowed:
                self.name = bytes(self.text[1:] + buffer[start + (not self.text) : index]).lower()
            state = following
            index += 1
        self._state = state
        self._remember(buffer, start, index)
        return index if state == _DONE else -1

    def _remember(self, buffer: bytes, start: int, index: int) -> None:
        if self.overflowed:
            return
        if len(self.text) + index - start > self._limit:
            self.overflowed = True
            self.text = bytearray()
        else:
            self.text += buffer[start:index]
