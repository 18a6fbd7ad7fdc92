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
_CLASS = re.compile(rb"(?<![-\w])class" + _VALUE)
_ID = re.compile(rb"id" + _VALUE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_REFERENCE = re.compile(rb"&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z0-9]{2,32});")
_MOST = 50_000
_MOST_CHARACTERS = 8_192
_TAIL = 65_536
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
        self._tags: set[tuple[bytes, ...]] = set()  # as matched, so that each spelling is looked at once
        self._names: set[str] = set()

    def feed(self, text: bytes, *, last: bool = False) -> list[Candidate]:
        raw_text = self._kept + text
        end = raw_text.rfind(b">") + 1
        if last or len(raw_text) - end > _TAIL:
            end = len(raw_text)
        self._kept = raw_text[end:]
        pairs = self._new_characters(raw_text)
        if EVERYTHING not in self._names:
            pairs += self._new_names(raw_text.lower(), end)
        return [Candidate(CandidateKind.MARKUP, "", "", tuple(pairs), 0, 0)] if pairs else []

    def _new_names(self, text: bytes, end: int) -> list[tuple[str, str]]:
        new: set[str] = set()
        tags = _TAG.findall(text, 0, end)
        for raw in set(tags) - self._tags:
            tag = raw[0].decode("utf-8", "replace")
            new.add(tag)
            for word in _words(raw[1:]):
                new.update((f".{word}", f"{tag}.{word}"))
        self._tags.update(tags)
        for raw in set(_ID.findall(text, 0, end)):
            new.update(f"#{word}" for word in _words(raw))
        if text.count(b"class=", 0, end) > sum(1 for raw in tags if any(raw[1:])):
            told = {b"".join(raw[1:]) for raw in tags}
            for raw in set(_CLASS.findall(text, 0, end)):
                if b"".join(raw) not in told:
                    new.update(mark + word for word in _words(raw) for mark in (".", "*."))
        new -= self._names
        if len(self._tags) + len(self._names) + len(new) > _MOST:
            self._tags.clear()
            self._names = new = {EVERYTHING}
        self._names |= new
        return [("name", name) for name in sorted(new)]

    def _new_characters(self, text: bytes) -> list[tuple[str, str]]:
        """Those beyond ASCII, wherever they stand, as themselves or as references."""
        if EVERYTHING in self._characters:
            return []
        new: set[str] = set()
        if not text.isascii():
            for run in set(_NOT_ASCII.findall(text)) if self._encoding == "utf-8" else [text]:
                new.update(_decoded(run, self._encoding))
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
