"""Findings of an audit as a section of the page: the gravest first, each with its evidence and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, severity_of
from fetcher.report.audit.words import ended, evidence, home_of, judged_by, verdict
from fetcher.report.html.markup import text
from fetcher.report.lines import count

MOST = 200
"""Findings shown on one page; the saved audit has them all."""


def findings_section(result: AuditResult, page: AuditedPage, *, first: bool = True) -> str:
    """What the rules say of ``page``, which its heading names; ``first`` of those on the page."""
    named = ' id="findings"' if first else ""
    end = ended(result, [page])
    tone = {"failed: ": ' class="no"', "passed: ": ' class="yes"'}.get(end, "")
    said = f"<strong{tone}>{text(end + verdict(result, page))}</strong>"
    head = f"<h2{named}>Findings · {text(page.url)}</h2><p>{said} · {text(judged_by(page))}</p>"
    if page.outcome is not PageOutcome.JUDGED:
        return head
    reported = page.reported
    more = f"<p>{len(reported) - MOST} further findings are in the saved audit.</p>" if len(reported) > MOST else ""
    shown = "".join(_finding(result, page, one) for one in reported[:MOST])
    return head + shown + more + "".join(_rest(page))


def _finding(result: AuditResult, page: AuditedPage, one: Reported) -> str:
    finding, severity = one.finding, severity_of(one)
    rule = result.text_of(finding.rule)
    standing = f'<span class="tag note">{text(one.standing.value)}</span>' if one.standing is not None else ""
    backing = "".join(
        f"<dt>{text(name)}</dt><dd>{f'<code>{text(words)}</code>' if name == 'sent' else text(words)}</dd>"
        for name, words in evidence(finding, home_of(page))
    )
    first, _, snippet = finding.fix.partition("\n")
    fix = f"<p><strong>Do:</strong> {text(first)}</p>" if first else ""
    fix += f"<pre>{text(snippet)}</pre>" if snippet else ""
    about = f'<p class="dim">{text(rule.about)}</p>' if rule.about else ""
    opened = " open" if severity is Severity.ERROR else ""
    return (
        f'<details class="finding {severity.value}"{opened}><summary><span class="tag {severity.value}">'
        f"{severity.value}</span>{standing}{text(finding.message)}</summary>"
        f'<p class="dim">{text(finding.rule)}: {text(rule.title)}</p><dl class="evidence">{backing}</dl>{fix}{about}'
        "</details>"
    )


def _rest(page: AuditedPage) -> Iterator[str]:
    """What did not find, by outcome, folded."""
    for outcome, words in (
        (Outcome.CRASHED, "crashed"),
        (Outcome.UNKNOWN, "could not be decided"),
        (Outcome.NOT_APPLICABLE, "did not apply"),
        (Outcome.PASSED, "passed"),
    ):
        results = page.of(outcome)
        if not results:
            continue
        items = "".join(
            f"<li>{text(each.rule)}{f': {text(each.reason)}' if each.reason else ''}</li>" for each in results
        )
        yield f"<details><summary>{count(len(results), 'rule')} {words}</summary><ul>{items}</ul></details>"
