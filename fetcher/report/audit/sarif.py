"""An audit as SARIF 2.1.0 (OASIS), which code scanning and editors read.

One run; its rules are those asked, its results the findings, each with its fingerprint, the file that names its page
where there is one (else the page's URL), and the place in the document that uses what it is about. With a baseline each
result says whether it is new, and what was fixed is listed as absent. Crashed rules and pages that were not judged are
notifications.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from fetcher.audits.finding import Place
from fetcher.audits.result import (
    AuditedPage,
    AuditResult,
    PageOutcome,
    Reported,
    RuleText,
    Standing,
    severity_of,
)
from fetcher.report.audit.words import evidence, home_of, readable, verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "fetcher/v1"

_NOT_IN_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")


def sarif(result: AuditResult, *, redact: bool = True) -> str:
    """The log as JSON text that ends in a newline."""
    result = readable(result, redact=redact)
    return json.dumps(log(result), indent=1, ensure_ascii=False) + "\n"


def log(result: AuditResult) -> dict[str, Any]:
    """The log as JSON values; texts must be safe already."""
    rules = {one.id: one for one in result.rules}
    driver = {"name": "fetcher", "version": result.version, "rules": [_rule(one) for one in rules.values()]}
    index = {name: number for number, name in enumerate(rules)}
    notes = list(_notifications(result))
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
        "columnKind": "unicodeCodePoints",
        "results": [*(_result(result, page, one, index) for page, one in result.reported), *_absent(result, index)],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: RuleText) -> dict[str, Any]:
    described: dict[str, Any] = {"id": one.id, "shortDescription": {"text": one.title}}
    if one.about:
        described["fullDescription"] = {"text": one.about}
    if one.fix:
        described["help"] = {"text": one.fix}
    described["defaultConfiguration"] = {"level": one.severity.value}
    described["properties"] = {"tags": [one.family]}
    return described


def _result(result: AuditResult, page: AuditedPage, one: Reported, index: dict[str, int]) -> dict[str, Any]:
    finding = one.finding
    lines = [finding.message, *(f"{what}: {text}" for what, text in evidence(finding, home_of(page)))]
    lines += [f"fix: {finding.fix}"] if finding.fix else []
    made: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in index:
        made["ruleIndex"] = index[finding.rule]
    made |= {
        "level": severity_of(one).value,
        "message": {"text": "\n".join(lines)},
        "locations": [_location(page)],
        "partialFingerprints": {FINGERPRINT: one.fingerprint},
    }
    if finding.used is not None:
        made["relatedLocations"] = [_used(finding.used)]
    if result.baseline:
        made["baselineState"] = "unchanged" if one.standing is Standing.KNOWN else "new"
    properties = {"page": page.url, "seen": finding.seen, "runs": finding.runs}
    if finding.url is not None:
        properties["url"] = finding.url
    if finding.cost is not None:
        known = {"costMs": finding.cost.ms, "costBytes": finding.cost.bytes}
        properties |= {name: value for name, value in known.items() if value is not None}
        properties["costBasis"] = finding.cost.basis.value
    made["properties"] = properties
    return made


def _location(page: AuditedPage) -> dict[str, Any]:
    """The file that names the page, as a reviewer can open that; the page itself where there is none."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(page.file or page.url)}}
    if page.file is not None and page.line is not None:
        physical["region"] = {"startLine": page.line}
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": page.url, "kind": "resource"}]}


def _used(used: Place) -> dict[str, Any]:
    region: dict[str, Any] = {}
    if used.line is not None:
        region["startLine"] = used.line
    elif used.offset is not None:
        region["byteOffset"] = used.offset
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(used.url)}}
    if region:
        physical["region"] = region
    return {"id": 1, "physicalLocation": physical, "message": {"text": f"used by {used.element}"}}


def _absent(result: AuditResult, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    for one in result.fixed:
        made: dict[str, Any] = {"ruleId": one.rule}
        if one.rule in index:
            made["ruleIndex"] = index[one.rule]
        yield made | {
            "level": "none",
            "message": {"text": one.message},
            "locations": [{"logicalLocations": [{"fullyQualifiedName": one.page, "kind": "resource"}]}],
            "partialFingerprints": {FINGERPRINT: one.fingerprint},
            "baselineState": "absent",
        }


def _notifications(result: AuditResult) -> Iterator[dict[str, Any]]:
    for page in result.pages:
        if page.outcome is not PageOutcome.JUDGED:
            said = f"{page.url}: {verdict(result, page)}"
            yield {"level": "error", "message": {"text": said}, "locations": [_location(page)]}
    for page, crash in result.crashed:
        yield {
            "level": "error",
            "message": {"text": f"rule {crash.rule} crashed: {crash.reason}"},
            "associatedRule": {"id": crash.rule},
            "locations": [_location(page)],
        }


def _uri(text: str) -> str:
    """``text`` as a URI reference (RFC 3986): a file's name, or a URL whose odd characters are percent-encoded."""
    text = text if "://" in text else text.replace("\\", "/")
    return _NOT_IN_URI.sub(lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode()), text)
