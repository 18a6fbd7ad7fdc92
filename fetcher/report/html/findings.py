"""Findings of an audit as sections of the page: the gravest first, each with its evidence and what to do; of several
pages first what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Severity
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, Reported, counted, severity_of
from fetcher.report.audit.words import became, ended, evidence, home_of, judged_by, of_all, verdict
from fetcher.report.html.markup import table, text
from fetcher.report.lines import count

MOST = 200
"""Findings shown on one page; the saved audit has them all."""


def summary_section(result: AuditResult, places: Sequence[str]) -> str:
    """What became of each of several pages, what is bad first; each leads to its section at ``places``."""
    order = ("could not be loaded", "blocked", "failed", "passed")
    pages = sorted(zip(result.pages, places, strict=True), key=lambda one: order.index(became(result, one[0])))
    severities = sorted(Severity, key=lambda each: -each.rank)
    rows = []
    for page, place in pages:
        word = became(result, page)
        amounts = counted(page.reported)
        judged = page.outcome is PageOutcome.JUDGED
        rows.append(
            [
                f'<a href="#{place}">{text(page.url)}</a>',
                f'<span class="{"yes" if word == "passed" else "no"}">{word}</span>',
                *(str(amounts[each]) if judged else "" for each in severities),
            ]
        )
    head = ["page", "outcome", *(f"{each.value}s" for each in severities)]
    return f"<h2>Pages</h2>{table(head, rows, caption=text(of_all(result)))}"


def findings_section(result: AuditResult, page: AuditedPage, *, place: str = "findings") -> str:
    """What the rules say of ``page``, which its heading names; ``place`` is the heading's id."""
    end = ended(result, [page])
    tone = {"failed: ": ' class="no"', "passed: ": ' class="yes"'}.get(end, "")
    tone = tone if page.outcome is PageOutcome.JUDGED else ' class="no"'
    said = f"<strong{tone}>{text(end + verdict(result, page))}</strong>"
    head = f'<h2 id="{place}">Findings · {text(page.url)}</h2><p>{said}'
    if page.outcome is not PageOutcome.JUDGED:
        return f"{head}</p>"
    head += f" · {text(judged_by(page))}</p>"
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
