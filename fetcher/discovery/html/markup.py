"""The names that a document's markup uses: elements, classes and ids, as far as it has arrived.

A rule of a style sheet whose selector asks for a name that never occurs applies to nothing, so the picture it names is
never requested. This looks for names only, in any tag-like text (comments and scripts included): it may report one too
many, which costs a request that a browser would not make, but hardly one too few (where quotes do not pair).
"""

from __future__ import annotations

import re
from html import unescape

from fetcher.discovery.candidates import Candidate, CandidateKind

_VALUE = rb"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
# A tag's name and the value of its class attribute, if any: a "c" that begins another word is passed over.
_TAG = re.compile(
    rb"""<([a-z][^\s/><"']*+)(?:(?:[^<>"'c]++|"[^"]*+"|'[^']*+'|(?<=[\w-])c|c(?!lass\s*+=))*+class""" + _VALUE + rb")?+"
)
# A start tag up to its end, or up to the "<" that one of its values holds; and a value whose end is not there.
_PLAIN = re.compile(rb"<[a-zA-Z][^<>]*+")
_UNPAIRED = re.compile(rb"""=\s*+(?:"[^">]*+>|'[^'>]*+>)""")
_CLASS = re.compile(rb"(?<![-\w])class" + _VALUE)
_ID = re.compile(rb"id" + _VALUE)
_ASCII = bytes(range(0x80))
_REFERENCE = re.compile(rb"&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z0-9]{2,32});")
_MOST = 50_000
_MOST_CHARACTERS = 8_192
_TAIL = 65_536
_REMEMBERED = 4_194_304  # bytes of tags
EVERYTHING = "*"
"""In place of further names, when there are too many to keep: any selector may apply."""


class MarkupNames:
    """``feed`` gives one MARKUP candidate with the names that are new, ("name", "tag", ".class", "#id" or "tag.class")
    each, in lower case; nothing when none is. "*.class" where the element cannot be told. Characters beyond ASCII that
    are new are told as well, in one ("characters", text)."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._kept = b""
        self._encoding = encoding
        self._characters: set[str] = set()
        self._seen: set[bytes] = set()  # tags as they are written, so that each is read once
        self._room = _REMEMBERED
        self._unpaired = False  # a value had no end in the text before
        self._names: set[str] = set()

    def feed(self, text: bytes, *, last: bool = False) -> list[Candidate]:
        raw_text = self._kept + text
        end = raw_text.rfind(b">") + 1
        if last or len(raw_text) - end > _TAIL:
            end = len(raw_text)
        self._kept = raw_text[end:]
        pairs = self._new_characters(raw_text)
        if end and EVERYTHING not in self._names:
            pairs += self._new_names(raw_text[:end])
        return [Candidate(CandidateKind.MARKUP, "", "", tuple(pairs), 0, 0)] if pairs else []

    def _new_names(self, text: bytes) -> list[tuple[str, str]]:
        """Most tags of a page have been seen before, letter for letter: only the others are read."""
        tags = set(_PLAIN.findall(text)) - self._seen
        new = b">".join([*tags, b""]).lower()
        unpaired = _UNPAIRED.search(new) is not None
        if (
            unpaired or self._unpaired
        ):  # a value holds a bracket, so that a tag is more than it seems, here or further on
            new = text.lower()
        else:
            self._room -= len(new)
            if self._room < 0:
                self._seen.clear()
                self._room = _REMEMBERED
            else:
                self._seen |= tags
        self._unpaired = unpaired
        names = self._names_in(new) - self._names
        if len(self._names) + len(names) > _MOST:
            self._seen.clear()
            self._names = names = {EVERYTHING}
        self._names |= names
        return [("name", name) for name in sorted(names)]

    @staticmethod
    def _names_in(text: bytes) -> set[str]:
        new: set[str] = set()
        tags = _TAG.findall(text)
        for raw in set(tags):
            tag = raw[0].decode("utf-8", "replace")
            new.add(tag)
            for word in _words(raw[1:]):
                new.update((f".{word}", f"{tag}.{word}"))
        for raw in set(_ID.findall(text)):
            new.update(f"#{word}" for word in _words(raw))
        if text.count(b"class=") > sum(1 for raw in tags if any(raw[1:])):
            told = {b"".join(raw[1:]) for raw in tags}
            for raw in set(_CLASS.findall(text)):
                if b"".join(raw) not in told:
                    new.update(mark + word for word in _words(raw) for mark in (".", "*."))
        return new

    def _new_characters(self, text: bytes) -> list[tuple[str, str]]:
        """Those beyond ASCII, wherever they stand, as themselves or as references."""
        if EVERYTHING in self._characters:
            return []
        new: set[str] = set()
        if not text.isascii():
            text_beyond = text.translate(None, _ASCII) if self._encoding == "utf-8" else text
            new.update(_decoded(text_beyond, self._encoding))
        if b"&" in text:
            for reference in set(_REFERENCE.findall(text)):
                new.update(unescape(reference.decode("ascii")))
        new = {each for each in new if each > "\x7f"} - self._characters
        if len(self._characters) + len(new) > _MOST_CHARACTERS:
            new = {EVERYTHING}
        self._characters |= new
        return [("characters", "".join(sorted(new)))] if new else []


def _words(value: tuple[bytes, ...]) -> list[str]:
    """Of an attribute as matched: in double quotes, in single ones, or in none."""
    return b"".join(value).decode("utf-8", "replace").split()


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding, "ignore")
    except (LookupError, UnicodeError):
        return raw.decode("utf-8", "ignore")
