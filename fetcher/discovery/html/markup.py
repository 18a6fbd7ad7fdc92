"""The names that a document's markup uses: elements, classes and ids, as far as it has arrived.

A rule of a style sheet whose selector asks for a name that never occurs applies to nothing, so the picture it names is
never requested. This looks for names only, in any tag-like text (comments and scripts included): it may report one too
many, which costs a request that a browser would not make, but hardly one too few (where quotes do not pair).
"""

from __future__ import annotations

import re

from fetcher.discovery.candidates import Candidate, CandidateKind

_VALUE = rb"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
# A tag's name and the value of its class attribute, if any: a "c" that begins another word is passed over.
_TAG = re.compile(
    rb"""<([a-z][^\s/><"']*+)(?:(?:[^<>"'c]++|"[^"]*+"|'[^']*+'|(?<=[\w-])c|c(?!lass\s*+=))*+class""" + _VALUE + rb")?+"
)
_CLASS = re.compile(rb"(?<![-\w])class" + _VALUE)
_ID = re.compile(rb"id" + _VALUE)
_MOST = 50_000
_TAIL = 65_536
EVERYTHING = "*"
"""In place of further names, when there are too many to keep: any selector may apply."""


class MarkupNames:
    """``feed`` gives one MARKUP candidate with the names that are new, ("name", "tag", ".class", "#id" or "tag.class")
    each, in lower case; nothing when none is. "*.class" where the element cannot be told."""

    def __init__(self) -> None:
        self._kept = b""
        self._tags: set[tuple[bytes, ...]] = set()  # as matched, so that each spelling is looked at once
        self._names: set[str] = set()

    def feed(self, text: bytes, *, last: bool = False) -> list[Candidate]:
        text = self._kept + text.lower()
        end = text.rfind(b">") + 1
        if last or len(text) - end > _TAIL:
            end = len(text)
        self._kept = text[end:]
        if EVERYTHING in self._names:
            return []
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
        if not new:
            return []
        self._names |= new
        pairs = tuple(("name", name) for name in sorted(new))
        return [Candidate(CandidateKind.MARKUP, "", "", pairs, 0, 0)]


def _words(value: tuple[bytes, ...]) -> list[str]:
    """Of an attribute as matched: in double quotes, in single ones, or in none."""
    return b"".join(value).decode("utf-8", "replace").split()
