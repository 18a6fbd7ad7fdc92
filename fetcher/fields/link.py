"""Link fields: the generic parse (EH 2.1-2.9, RFC 8288 as Chromium reads it).

``parse`` turns the field's lines into links and says of every member it drops which rule dropped it. It never raises
and takes linear time on any input: each pattern is possessive, so no character is looked at twice. What a link may do
is decided elsewhere: ``early_hint`` filters for a 103 (EH 3), ``link_preload`` for a final response (EH 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

_BLANK = " \t"
_QUOTED = r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'  # an open quote runs to the end of the text
_MEMBER = re.compile(rf'(?:[^,"<]++|<[^>]*+(?:>|\Z)|{_QUOTED})++', re.DOTALL)
_PARAMETER = re.compile(rf'(?:[^;"]++|{_QUOTED})++', re.DOTALL)
_STRICT_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"[!#$&+\-.^_`|~0-9A-Za-z]+")  # a token without * ' % (EH 2.6)
_CACHED = 256  # characters: longer parameters are read each time, so that nobody fills the memory with them


@dataclass(frozen=True, slots=True)
class Finding:
    """Something dropped or odd: ``rule`` as "EH 2.4", ``code`` a stable word ("no-target-end"), ``text`` the member
    it stands in, ``message`` one sentence that says what was dropped and why. ``offset`` is the member's place in the
    joined value, in characters."""

    rule: str
    code: str
    text: str
    message: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One member: ``target`` untouched but trimmed; ``params`` in source order, names lower-cased, duplicates kept,
    None for a bare name; ``raw`` the member's text; ``offset`` its place in the joined value, in characters."""

    target: str
    params: tuple[tuple[str, str | None], ...]
    raw: str
    offset: int

    def param(self, name: str) -> str | None:
        """The first value of ``name`` (EH 2.8), or None when absent or bare (``has`` tells which)."""
        for key, value in self.params:
            if key == name:
                return value
        return None

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.params)


@dataclass(frozen=True, slots=True)
class ParsedLinks:
    """``links`` in order, and one finding for each member that was dropped (EH 2.9: alone, the others stand)."""

    links: tuple[Link, ...]
    findings: tuple[Finding, ...]


def parse(values: Iterable[str]) -> ParsedLinks:
    """The links of a Link field given as its lines in order, joined with ", " and parsed once (EH 2.1)."""
    links: list[Link] = []
    findings: list[Finding] = []
    for match in _MEMBER.finditer(", ".join(values)):
        text = match[0]
        raw = text.strip(_BLANK)
        if not raw:
            continue
        parsed = _parse_member(raw, match.start() + text.index(raw[0]))
        if isinstance(parsed, Link):
            links.append(parsed)
        else:
            findings.append(replace(parsed, offset=match.start() + text.index(raw[0])))
    return ParsedLinks(tuple(links), tuple(findings))


def _parse_member(raw: str, offset: int) -> Link | Finding:
    if raw[0] != "<":
        return Finding("EH 2.3", "no-target", raw, "Dropped: a link must begin with its target in <angle brackets>.")
    end = raw.find(">")
    if end < 0:
        return Finding("EH 2.3", "no-target-end", raw, 'Dropped: the target\'s "<" is never closed; add the ">".')
    rest = raw[end + 1 :].lstrip(_BLANK)
    if rest and rest[0] != ";":
        return Finding(
            "EH 2.4", "no-semicolon", raw, 'Dropped: between the target\'s ">" and a parameter stands a ";".'
        )
    params = _parameters(rest) if len(rest) <= _CACHED else _parameters.__wrapped__(rest)
    if isinstance(params, _Wrong):
        return Finding(params.rule, params.code, raw, params.message)
    return Link(raw[1:end].strip(_BLANK), params, raw, offset)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A finding but for the member it stands in."""

    rule: str
    code: str
    message: str


@lru_cache(maxsize=256)
def _parameters(rest: str) -> tuple[tuple[str, str | None], ...] | _Wrong:
    """What follows the target. The links of one field, and those of one site, end alike."""
    params: list[tuple[str, str | None]] = []
    for chunk in _PARAMETER.findall(rest):
        name, equals, value = chunk.partition("=")
        name = name.strip(_BLANK)
        if not equals and not name:
            continue
        if not _NAME.fullmatch(name):
            return _bad_name(name)
        if not equals:
            params.append((name.lower(), None))
            continue
        value = value.strip(_BLANK)
        if not value:
            return _Wrong("EH 2.5", "empty-value", f'Dropped: {name}= has no value; leave the "=" out or write "".')
        if value[0] == '"':
            quoted = _STRICT_QUOTED.fullmatch(value)
            if quoted is None:
                return _Wrong(
                    "EH 2.7", "bad-quotes", f"Dropped: the quoted value of {name} does not end where it should."
                )
            value = quoted[1]
            if "\\" in value:
                value = _ESCAPE.sub(r"\1", value)
        params.append((name.lower(), value))
    return tuple(params)


def parts(rest: str) -> list[str]:
    """What stands between the semicolons outside quotes, as it is written (EH 2.4)."""
    return _PARAMETER.findall(rest)


def _bad_name(name: str) -> _Wrong:
    if not name:
        return _Wrong("EH 2.5", "no-name", 'Dropped: a parameter has no name before its "=".')
    if '"' in name:
        return _Wrong("EH 2.5", "quote-in-name", "Dropped: a quote stands where a parameter's name should.")
    shown = name if len(name) <= 40 else name[:40] + "..."
    why = "browsers refuse the whole link for an extended (*) parameter" if "*" in name else "it is not a plain token"
    return _Wrong("EH 2.6", "bad-name", f"Dropped: the parameter name {shown!r} is not accepted ({why}); remove it.")
