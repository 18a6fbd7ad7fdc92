"""Link fields: the generic parse (EH 2). Contract below; body to come.

    parse(values) -> ParsedLinks(links, findings)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something dropped or odd: ``rule`` as "EH 2.4", ``code`` a stable word ("no-target-end"), ``text`` the member
    it stands in, ``message`` one sentence that says what was dropped and why."""

    rule: str
    code: str
    text: str
    message: str


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
