"""An audit as Markdown for a pull request or a step summary: short, what fails first, evidence folded away.

What a server sent can do nothing but be read (``markdown.inert``). The text is bounded: a comment takes 65,536
characters, and what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, Standing, severity_of
from fetcher.audits.templates import Group, grouped
from fetcher.report.audit.words import amounts, evidence, home_of, judged_by, readable, standings, verdict
from fetcher.report.lines import count
from fetcher.report.markdown.early_hints import early_hint_rules
from fetcher.report.markdown.inert import MOST_CHARACTERS, code, fenced, text

ICONS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}


def markdown(result: AuditResult, *, redact: bool = True, most: int = MOST_CHARACTERS) -> str:
    """The text, at most ``most`` characters of findings and a closing line, ending in a newline."""
    result = readable(result, redact=redact)
    kept: list[str] = [f"## fetcher audit: {_summary(result)}\n"]
    size, left = len(kept[0]), 0
    for block in _blocks(result):
        if left or size + len(block) > most:
            left += 1
            continue
        kept.append(block)
        size += len(block)
    rules = early_hint_rules("".join(kept))
    if rules and size + len(rules) <= most:
        kept.append(f"{rules}\n")
    if left:
        kept.append(f"_{count(left, 'more entry', 'more entries')} did not fit here._\n")
    return "\n".join(kept)


def _summary(result: AuditResult) -> str:
    if len(result.pages) == 1:
        return text(verdict(result, result.pages[0]))
    every = [one for page in result.pages for one in page.reported]
    found = (amounts(every) or "nothing found") + standings(result, every)
    judged = sum(page.outcome is PageOutcome.JUDGED for page in result.pages)
    return f"{found} on {judged} of {count(len(result.pages), 'page')}"


def _blocks(result: AuditResult) -> Iterator[str]:
    """Each page's heading, each of its findings, what crashed, what is fixed: what is left out is left out whole."""
    by_template = len(result.pages) > 1 and any(page.template is not None for page in result.pages)
    for group in grouped(result.pages) if by_template else ():
        yield from _template(result, group)
    for page in () if by_template else sorted(result.pages, key=lambda one: not _fails(result, one)):
        yield _heading(result, page)
        for one in sorted(page.reported, key=lambda one: one.standing is Standing.KNOWN):
            yield _finding(page, one)
        for crash in page.of(Outcome.CRASHED):
            yield f"- 💥 {code(crash.rule)} crashed: {text(crash.reason)}\n"
        unknown = page.of(Outcome.UNKNOWN)
        if unknown:
            names = ", ".join(code(one.rule) for one in unknown)
            yield f"_Unknown, as what would decide is hidden: {names}_\n"
    if result.fixed:
        yield f"### {count(len(result.fixed), 'finding')} of the baseline fixed\n"
        for gone in result.fixed:
            yield f"- ✅ {code(gone.rule)} on {code(gone.page)}: {text(gone.message)}\n"


def _template(result: AuditResult, group: Group) -> Iterator[str]:
    """A template's pages: each rule once, with an example and how many pages have it."""
    icon = "❌" if any(_fails(result, page) for page in group.pages) else "✅"
    name = code(group.template) if group.template is not None else "pages without a template"
    found = (amounts(group.reported) or "nothing found") + standings(result, group.reported)
    yield f"### {icon} {name}: {count(len(group.pages), 'page')}\n\n{text(found)}\n"
    for one in group.gathered:
        example = next(page for page in group.pages if page.url == one.pages[0])
        yield f"On {len(one.pages)} of {count(len(group.judged), 'page')}, as {code(one.pages[0])}:\n"
        yield _finding(example, one.example)
    for page in group.pages:
        if page.outcome is not PageOutcome.JUDGED:
            yield f"- ❌ {code(page.url)}: {text(verdict(result, page))}\n"
    crashed = dict.fromkeys((crash.rule, crash.reason) for _, crash in group.of(Outcome.CRASHED))
    for rule, reason in crashed:
        yield f"- 💥 {code(rule)} crashed: {text(reason)}\n"


def _fails(result: AuditResult, page: AuditedPage) -> bool:
    return page.outcome is not PageOutcome.JUDGED or any(result.fails(one) for one in page.reported)


def _heading(result: AuditResult, page: AuditedPage) -> str:
    icon = "❌" if _fails(result, page) else "✅"
    judged = f", judged {judged_by(page)}" if page.outcome is PageOutcome.JUDGED else ""
    return f"### {icon} {code(page.url)}\n\n{text(verdict(result, page))}{judged}\n"


def _finding(page: AuditedPage, one: Reported) -> str:
    severity = severity_of(one)
    standing = f" ({one.standing})" if one.standing is not None else ""
    lines = [f"- {ICONS[severity]} **{severity}** {code(one.finding.rule)}{standing}: {text(one.finding.message)}"]
    backed = list(evidence(one.finding, home_of(page)))
    if backed or one.finding.fix:
        lines += ["", "  <details><summary>evidence and fix</summary>", ""]
        lines += [f"  - {what}: {code(said)}" for what, said in backed]
        first, _, snippet = one.finding.fix.partition("\n")
        lines += [f"  - **fix**: {text(first)}"] if first else []
        lines += ["", *fenced(snippet.split("\n"), "  "), ""] if snippet else [""]
        lines += ["  </details>"]
    return "\n".join(lines) + "\n"
