"""A JSON file read piece by piece, however large it is: the members of its objects and the items of its arrays, one at
a time.

Memory is bounded by the largest value that is asked for whole, without its long texts: a body of 200 MB inside it is
passed over while it is read. Anything that is not JSON ends in ``RecordError`` with one sentence that says where: not
JSON, cut off (``CutOff``), not UTF-8 (a byte order mark is fine, and so is UTF-16 with one).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from fetcher.errors import RecordError

CHUNK = 256 * 1024
WINDOW = 8 * 1024 * 1024
"""Characters of one value that are held before its long texts are cut."""
LARGEST = 4 * WINDOW
"""Characters of one value beyond which it is refused: no page makes one so large of short texts."""
LONG = 64 * 1024
KEPT = 256

_BLANK = re.compile(r"[ \t\n\r]*+")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+("?)', re.DOTALL)
_INSIDE = re.compile(r"(?:[^\"\\]++|\\.)*+", re.DOTALL)
_PREFIX = re.compile(rf'"(?:[^"\\]|\\u[0-9a-fA-F]{{4}}|\\[^u]){{0,{KEPT}}}+')
_HALF_NUMBER = re.compile(r"\.|(?:\.\d+)?[eE][+-]?")
_AFTER = frozenset(",]} \t\r\n")
_WORDS = ("true", "false", "null", "NaN", "-Infinity")
_OPEN = 16  # characters from the end within which a fault may be nothing but the end of what was read so far

_DECODER = json.JSONDecoder(parse_constant=lambda word: None, strict=False)
"""Lenient where producers are: NaN and Infinity are unknown, raw control characters in texts are let pass."""


class CutOff(RecordError):
    """The file ends in the middle of something."""


class JsonStream:
    """The part of the text that is being looked at. Whoever calls ``value`` stands at its first character. ``kind`` is
    what the file should be, "HAR file"."""

    def __init__(self, source: BinaryIO, kind: str) -> None:
        self._source = source
        self._kind = kind
        self._decode: Callable[[bytes, bool], str] | None = None
        self._text = ""
        self._at = 0
        self._taken = 0  # characters of the file read so far
        self._ended = False

    # -- structure

    def members(self, where: str) -> Iterator[str]:
        """The names of an object's members; the value of each must be read before the next is asked for."""
        if self.peek() != "{":
            raise RecordError(f"This is not a {self._kind}: it is {'not a JSON object' if self.peek() else 'empty'}")
        self._at += 1
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            name = self.value(where) if self.peek() == '"' else None
            if not isinstance(name, str) or self.peek() != ":":
                raise self.broken(where, "a member should have a name and a colon")
            self._at += 1
            self.peek()
            yield name
            if self._ends("}", where):
                return

    def items(self, where: str) -> Iterator[int]:
        """The indexes of an array's items; each item must be read before the next is asked for."""
        self._at += 1
        if self.peek() == "]":
            self._at += 1
            return
        index = 0
        while True:
            self.peek()
            yield index
            index += 1
            if self._ends("]", where):
                return

    def _ends(self, close: str, where: str) -> bool:
        found = self.peek()
        if found not in (close, ",") or not found:
            raise self.broken(where, f'"," or "{close}" should stand here')
        self._at += 1
        return found == close

    def peek(self) -> str:
        """The next character that is not blank, "" at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    # -- values

    def value(self, where: str) -> Any:
        """The value that begins here, whole."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                # a number or a word may go on in what is not yet read
                if self._text[end - 1] in '"}]' or self._ended or self._text[end : end + 1] in _AFTER:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                if self._ended or not self._may_go_on(error):
                    cut_off = self._is_cut_off(error)
                    raise self.broken(where, error.msg, None if cut_off else error.pos) from None
            except RecursionError:
                raise RecordError(f"This {self._kind} cannot be read: {where} is nested too deeply") from None
            except ValueError as error:  # a number of thousands of digits
                raise RecordError(f"This {self._kind} cannot be read: {where}: {error}") from None
            self._more(len(self._text) - self._at)
            if len(self._text) - self._at > WINDOW:
                self._shorten(where)
                if len(self._text) - self._at > LARGEST:
                    what = f"{where} is larger than {LARGEST >> 20} MB even without its body"
                    raise RecordError(f"This {self._kind} cannot be read: {what}")

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether ``error`` may be nothing but the end of what was read so far."""
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _OPEN

    def _is_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Whether it is the end of the file, and not a fault close to it."""
        if not self._ended or not self._may_go_on(error):
            return False
        rest = self._text[error.pos :].strip()
        in_text = error.msg.startswith(("Unterminated string", "Invalid \\uXXXX escape"))
        return in_text or any(word.startswith(rest) for word in _WORDS) or _HALF_NUMBER.fullmatch(rest) is not None

    def _shorten(self, where: str) -> None:
        """Cut every long text of the value that begins here, also the one that is not yet read to its end."""
        parts: list[str] = []
        done = self._at
        for match in _STRING.finditer(self._text, self._at):
            if match.end() - match.start() <= LONG:
                continue
            prefix = _PREFIX.match(self._text, match.start())
            assert prefix is not None
            parts += [self._text[done : match.start()], prefix[0], '"']
            done = match.end()
            if not match[1]:
                self._skip_text(self._text[done:], where)
                done = self._at = 0
                break
        self._text = "".join(parts) + self._text[done:]
        self._at = 0

    def _skip_text(self, rest: str, where: str) -> None:
        """Read on to the quote that ends the text whose ``rest`` is at hand; the window then begins behind it."""
        while True:
            match = _INSIDE.match(rest)
            assert match is not None
            if match.end() < len(rest) and rest[match.end()] == '"':
                self._text = rest[match.end() + 1 :]
                return
            more = self._read(CHUNK)
            if not more and self._ended:
                self._text, self._at = "", 0
                raise self.broken(where, "its text does not end")
            rest = rest[match.end() :] + more

    # -- reading

    def _more(self, wanted: int = 0) -> bool:
        """Read on, at least as much again as is being looked at, so that looking again stays linear."""
        if self._ended:
            return False
        more = self._read(max(CHUNK, min(wanted, WINDOW)))
        self._text = self._text[self._at :] + more
        self._at = 0
        return bool(more) or not self._ended

    def _read(self, size: int) -> str:
        data = self._source.read(size)
        self._ended = not data
        if self._decode is None:
            wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            self._decode = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")().decode
        try:
            text = self._decode(data, self._ended)
        except UnicodeDecodeError as error:
            if self._ended and "end" in error.reason:
                raise self.broken("its last character", "it was cut off") from None
            raise RecordError(f"This is not a {self._kind}: it is not UTF-8 text") from None
        self._taken += len(text)
        return text

    def broken(self, where: str, what: str, at: int | None = None) -> RecordError:
        """Cut off at its end, or wrong in its middle: what a person must know to get the file right."""
        place = self._taken - len(self._text) + (self._at if at is None else at)
        if self._ended and at is None and not self._text[self._at :].startswith(("}", "]", ",")):
            return CutOff(f"This {self._kind} was cut off: it ends inside {where}; save or copy it again")
        return RecordError(f"This is not a {self._kind}: {where}, at character {place:,}, is not JSON ({what})")
