"""Link fields as Firefox reads them: another grammar than Chromium's, and a more lenient one (EH 2, 12.1).

A field is cut at commas into links and at semicolons into parts; neither counts inside <...> or "...". What follows the
closing ">" or '"' up to the next cut is thrown away, and a bracket or quote that is never closed is a letter like any
other. The first part in brackets before any parameter is the target, white space taken out of it; every other part is a
parameter, and one that nobody knows does no harm. The first value of a name that is not empty counts. Seen in Firefox
153 (tests/end_to_end/firefox). Takes linear time on any input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fetcher.fields.link import Finding, Link

_SPACE = " \t\r\n\f\v"
_PLAIN = re.compile(r'[^;,"<]*')
_CUT = re.compile(r"[^;,]*")
_TARGET = re.compile(r"<[^>]*>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ANY_SPACE = re.compile(r"\s+")
_SQUEEZED = ("rel", "as", "title")
_WITHOUT_SPACE = ("type", "anchor", "crossorigin")


def parse(values: Iterable[str]) -> tuple[Link | Finding, ...]:
    """What the field, given as its lines in order, holds: its links, and a finding for each that has no target."""
    text = ", ".join(values)
    found: list[Link | Finding] = []
    parts: list[tuple[str, bool]] = []
    start = 0
    for part, quoted, end in _parts(text):
        parts.append((part, quoted))
        if end == len(text) or text[end] == ",":
            raw = text[start:end].strip(_SPACE)
            if raw:
                found.append(_link(parts, raw, start + text[start:end].index(raw[0])))
            start, parts = end + 1, []
    return tuple(found)


def _parts(text: str) -> Iterator[tuple[str, bool, int]]:
    """Each part without the space before it, whether it has a quote, and where the cut after it is."""
    place = 0
    unclosed: set[str] = set()
    while place <= len(text):
        while place < len(text) and text[place] in _SPACE:
            place += 1
        start, quoted = place, False
        while True:
            match = _PLAIN.match(text, place)
            place = match.end() if match else place
            if place == len(text) or text[place] in ";,":
                yield text[start:place], quoted, place
                break
            opening = text[place]
            quoted = opening == '"'
            closed = None if opening in unclosed else (_QUOTED if quoted else _TARGET).match(text, place)
            if closed is None:
                unclosed.add(opening)  # nor is any later one tried, to stay linear
                place += 1
                continue
            part = text[start : closed.end()]
            cut = _CUT.match(text, closed.end())
            place = cut.end() if cut else closed.end()
            yield part, quoted, place
            break
        place += 1


def _link(parts: list[tuple[str, bool]], raw: str, offset: int) -> Link | Finding:
    target = ""
    params: dict[str, str | None] = {}
    begun = False
    for part, quoted in parts:
        if part.startswith("<") and part.endswith(">"):
            if not target and not begun:
                target = _ANY_SPACE.sub("", part[1:-1])
        elif part:
            begun = True
            name, equals, value = part.partition("=")
            name = _ANY_SPACE.sub("", name).lower()
            told = _value(name, value.lstrip(_SPACE), quoted) if equals else None
            if not params.get(name) and not (name == "crossorigin" and name in params):
                params[name] = told
    if not target:
        return Finding(
            "EH 2.3", "no-target", raw, "Firefox finds no target in <angle brackets> before a parameter", offset
        )
    return Link(target, tuple(params.items()), raw, offset)


def _value(name: str, value: str, quoted: bool) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if quoted:
        value = _ESCAPE.sub(r"\1", value)
    if name in _SQUEEZED:
        return " ".join(value.split())
    return _ANY_SPACE.sub("", value) if name in _WITHOUT_SPACE else value
