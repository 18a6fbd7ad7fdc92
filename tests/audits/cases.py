"""Loads and pages for tests of rules, each made in a line: by the machine and recorder, without a network.

``page(load(...), ...)`` is a ``Page``; ``told(rule, page)`` what a rule says of it in one line: its findings'
severities and messages, or why there are none.
"""

from __future__ import annotations

from typing import Any

from fetcher.audits import Page, Probe
from fetcher.audits.auditing import apply
from fetcher.audits.catalogue import named
from fetcher.record import PageLoad
from tests.support.checks import load

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</a.js>; rel=preload; as=script"

__all__ = ["SCRIPT", "STYLE", "load", "page", "probe", "told"]


def page(*loads: PageLoad, **more: Any) -> Page:
    return Page(loads, **more)


def probe(name: str, answer: PageLoad) -> dict[str, Probe]:
    return {name: Probe(name, answer)}


def told(rule: str, page: Page) -> str:
    """ "error: the message | note: another", "passed", "not-applicable: the reason", "unknown: ..."."""
    result = apply(named(rule), page)
    if result.findings:
        return " | ".join(f"{finding.severity}: {finding.message}" for finding in result.findings)
    return f"{result.outcome}: {result.reason}" if result.reason else result.outcome.value
