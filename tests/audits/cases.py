"""Loads and pages for tests of rules, each made in a line: by the machine and recorder, without a network.

``page(load(...), ...)`` is a ``Page``; ``told(rule, page)`` what a rule says of it in one line: its findings'
severities and messages, or why there are none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fetcher.audits import Page, Probe
from fetcher.audits.auditing import apply
from fetcher.audits.catalogue import named
from fetcher.record import PageLoad
from fetcher.terms import Fields
from tests.audits.one_page import assert_listed
from tests.support.checks import load

STYLE = "</a.css>; rel=preload; as=style"
SCRIPT = "</a.js>; rel=preload; as=script"

__all__ = ["SCRIPT", "STYLE", "far", "load", "page", "probe", "recorded", "told", "with_interims"]


def page(*loads: PageLoad, **more: Any) -> Page:
    return Page(loads, **more)


def probe(name: str, answer: PageLoad) -> dict[str, Probe]:
    return {name: Probe(name, answer)}


def told(rule: str, page: Page) -> str:
    """ "error: the message | note: another", "passed", "not-applicable: the reason", "unknown: ..."."""
    result = apply(named(rule), page)
    assert_listed(named(rule), result)
    if result.findings:
        return " | ".join(f"{finding.severity}: {finding.message}" for finding in result.findings)
    return f"{result.outcome}: {result.reason}" if result.reason else result.outcome.value


def far(load: PageLoad, rtt: float | None) -> PageLoad:
    """``load`` as over a path with that round trip (ms), as opening its connections tells; None: they do not."""
    ends = (None, None) if rtt is None else (rtt, 2 * rtt)
    lines = tuple(
        replace(line, connect_start=0.0, tcp_end=ends[0], tls_start=ends[0], connect_end=ends[1])
        for line in load.connections
    )
    return replace(load, connections=lines)


def with_interims(load: PageLoad, *fields: Fields, status: int = 103) -> PageLoad:
    """``load`` with the fields of its first interim responses so, and more of ``status`` where it has too few."""
    made = [
        replace(load.interim[min(number, len(load.interim) - 1)], id=number, fields=each)
        for number, each in enumerate(fields)
    ]
    made = [one if number < len(load.interim) else replace(one, status=status) for number, one in enumerate(made)]
    return replace(load, interim=tuple(made))


def recorded(load: PageLoad, by: str) -> PageLoad:
    """``load`` as another program's file would have it: without its 103s."""
    return replace(load, recorded_by=by, interim=(), hints=())
