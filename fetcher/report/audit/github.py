"""An audit for GitHub Actions: an annotation for each finding, as a workflow command on a line of standard output.

A command ends at its line, and ``%``, line breaks and, in a property, ``:`` and ``,`` must be encoded: nothing a server
sent can start a command of its own. Findings a baseline knows are not annotated.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, Standing, severity_of
from fetcher.report.audit.words import evidence, home_of, readable, verdict
from fetcher.report.runner_commands import unmarked

MOST_QUOTED = 1000
"""Cells of what a server sent: an annotation takes 4 kB."""

WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def workflow_commands(result: AuditResult, *, redact: bool = True) -> str:
    """The commands, one a line, the gravest first on each page; "" where there is nothing to say."""
    result = readable(result, redact=redact)
    return "".join(f"{line}\n" for line in _commands(result))


def _commands(result: AuditResult) -> Iterator[str]:
    for page in result.pages:
        if page.outcome is not PageOutcome.JUDGED:
            yield _command("error", page, "page", f"{page.url}: {verdict(result, page)}")
        for one in page.reported:
            if one.standing is not Standing.KNOWN:
                yield _command(WORDS[severity_of(one)], page, one.finding.rule, _told(page, one))
    for page, crash in result.crashed:
        yield _command("error", page, crash.rule, f"{page.url}: the rule crashed: {crash.reason}")


def _told(page: AuditedPage, one: Reported) -> str:
    lines = [f"{page.url}: {one.finding.message}"]
    lines += [f"{what}: {text}" for what, text in evidence(one.finding, home_of(page), MOST_QUOTED)]
    lines += [f"fix: {one.finding.fix}"] if one.finding.fix else []
    return "\n".join(lines)


def _command(word: str, page: AuditedPage, title: str, message: str) -> str:
    about = {"file": page.file, "line": str(page.line) if page.line is not None and page.file else None, "title": title}
    given = ",".join(f"{name}={_property(value)}" for name, value in about.items() if value is not None)
    return f"::{word} {given}::{_data(message)}"


def _data(text: str) -> str:
    text = unmarked(text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
