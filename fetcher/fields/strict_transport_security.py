"""Strict-Transport-Security (RFC 6797 6.1): one field value in, a rule or the reason why it is none out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIRECTIVE = re.compile(
    r"[ \t]*(?:([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*(?:=[ \t]*(?:\"([^\"]*)\"|([^\s;\"]*)))?)?[ \t]*(?:;|\Z)"
)
LONGEST = 10 * 365 * 86_400
"""Seconds: no rule is kept longer than ten years."""


@dataclass(frozen=True, slots=True)
class TransportSecurity:
    """``max_age`` seconds; 0 forgets the host."""

    max_age: int
    include_subdomains: bool = False


def parse(value: str) -> TransportSecurity | str:
    """The rule, or why the field is ignored: without max-age, with a directive twice, or with a broken one."""
    found: dict[str, str] = {}
    at = 0
    while at < len(value):
        match = _DIRECTIVE.match(value, at)
        if match is None or match.end() == at:
            return "it is not a list of directives"
        at = match.end()
        if match[1] is None:
            continue
        name = match[1].lower()
        if name in found:
            return f"{name} stands in it twice"
        found[name] = match[2] if match[2] is not None else match[3] or ""
    age = found.get("max-age")
    if age is None:
        return "max-age is missing"
    if not (age.isascii() and age.isdecimal()):
        return "max-age is not a number of seconds"
    if found.get("includesubdomains"):
        return "includeSubDomains takes no value"
    return TransportSecurity(min(int(age[:12]), LONGEST), "includesubdomains" in found)
