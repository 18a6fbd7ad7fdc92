"""The findings a project has accepted, so that only new ones fail: a file to be committed, the same for the same audit.

A finding is known by its fingerprint, as often as the baseline counts it: a second one of the same fingerprint is new.
What an audit did not decide (a page that was blocked or not asked for, a rule left out, unknown or crashed) is neither
fixed nor lost: its entries stay as they are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import stable
from fetcher.audits.result import AuditedPage, AuditResult, Fixed, PageOutcome, Reported, Standing
from fetcher.errors import RecordError
from fetcher.record.codec import decode, encode
from fetcher.record.json_faults import why_not_json
from fetcher.record.redaction import redact_text

KIND, SCHEMA_VERSION = "audit-baseline", 1

DECIDED = (Outcome.PASSED, Outcome.FINDINGS, Outcome.NOT_APPLICABLE)
"""Outcomes by which a rule has settled whether it finds something."""


@dataclass(frozen=True, slots=True)
class Entry:
    """``count`` findings of one fingerprint: ``rule`` and ``page`` (its path without hashes) are part of it, the
    ``message`` is for whoever reads the file."""

    fingerprint: str
    rule: str
    page: str
    message: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """Entries sorted by page, rule and fingerprint."""

    findings: tuple[Entry, ...] = ()


def compared(result: AuditResult, baseline: Baseline) -> AuditResult:
    """``result`` with each finding's standing, and what is fixed."""
    left = Counter({entry.fingerprint: entry.count for entry in baseline.findings})
    pages = tuple(_page(page, left) for page in result.pages)
    decided = set(_decided(result))
    fixed = tuple(
        Fixed(entry.fingerprint, entry.rule, entry.page, entry.message)
        for entry in baseline.findings
        if (entry.page, entry.rule) in decided and left[entry.fingerprint] == entry.count
    )
    return replace(result, pages=pages, baseline=True, fixed=fixed)


def _page(page: AuditedPage, left: Counter[str]) -> AuditedPage:
    """``left`` is how many of each fingerprint are still known, and shrinks."""

    def told(one: Reported) -> Reported:
        known = left[one.fingerprint] > 0
        if known:
            left[one.fingerprint] -= 1
        return replace(one, standing=Standing.KNOWN if known else Standing.NEW)

    results = tuple(replace(one, findings=tuple(map(told, one.findings))) for one in page.results)
    return replace(page, results=results)


def _decided(result: AuditResult) -> Iterator[tuple[str, str]]:
    """(page, rule) of everything the audit settled."""
    for page in result.pages:
        if page.outcome is PageOutcome.JUDGED:
            yield from ((stable(page.url), one.rule) for one in page.of(*DECIDED))


def renewed(result: AuditResult, old: Baseline | None = None) -> Baseline | None:
    """The baseline that knows every finding of ``result``, and those of ``old`` that it did not decide. None where no
    page was judged: a wall is no reason to forget anything."""
    if not any(page.outcome is PageOutcome.JUDGED for page in result.pages):
        return None
    decided = set(_decided(result))
    found = {
        entry.fingerprint: entry
        for entry in (old.findings if old is not None else ())
        if (entry.page, entry.rule) not in decided
    }
    counts = Counter(one.fingerprint for _, one in result.reported)
    for _, one in result.reported:
        finding = one.finding
        if one.fingerprint not in found:
            page, message = stable(redact_text(finding.page)), redact_text(finding.message)
            found[one.fingerprint] = Entry(one.fingerprint, finding.rule, page, message, counts[one.fingerprint])
    return Baseline(tuple(sorted(found.values(), key=lambda one: (one.page, one.rule, one.fingerprint))))


def dumps(baseline: Baseline) -> str:
    """The file's text."""
    return json.dumps({"kind": KIND, "schema": SCHEMA_VERSION, **encode(baseline)}, indent=1) + "\n"


def loads(text: str) -> Baseline:
    """What ``dumps`` wrote. Raises ``RecordError``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"this is no baseline: {why_not_json(error)}") from error
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise RecordError("this is no baseline; write one with --write-baseline")
    if data.get("schema") != SCHEMA_VERSION:
        found = ascii(data.get("schema"))[:20]
        raise RecordError(f"this baseline has schema {found}; this version of fetcher reads schema {SCHEMA_VERSION}")
    return decode(Baseline, {name: value for name, value in data.items() if name not in ("kind", "schema")})
