"""What every form of an audit says in the same words: a finding's evidence, and how much was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fetcher.audits.auditing import Outcome
from fetcher.audits.finding import Cost, Finding, Place, Quote, Severity
from fetcher.audits.result import (
    NEVER,
    AuditedPage,
    AuditResult,
    PageOutcome,
    Reported,
    Standing,
    counted,
    without_loads,
)
from fetcher.record.redaction import redacted
from fetcher.report.escape import safe, safe_load, shorten
from fetcher.report.lines import count, milliseconds, place, size, split

MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.NOTE: "·"}


def readable(result: AuditResult, *, redact: bool = True, unicode: bool = True) -> AuditResult:
    """``result`` for reading: without its loads and, unless ``redact`` is False, without secrets, every text able to do
    nothing but be read. Only a fix keeps its lines, so that what is to be pasted stays in one piece."""
    bare = without_loads(result)
    bare = redacted(bare) if redact else bare
    safed = safe_load(bare, unicode=unicode)

    def lines(text: str) -> str:
        return "\n".join(safe(line, unicode=unicode) for line in text.split("\n"))

    rules = tuple(replace(new, fix=lines(old.fix)) for new, old in zip(safed.rules, bare.rules, strict=True))
    pages = []
    for new_page, old_page in zip(safed.pages, bare.pages, strict=True):
        outcomes = []
        for new, old in zip(new_page.results, old_page.results, strict=True):
            found = [
                replace(made, finding=replace(made.finding, fix=lines(was.finding.fix)))
                for made, was in zip(new.findings, old.findings, strict=True)
            ]
            outcomes.append(replace(new, findings=tuple(found)))
        pages.append(replace(new_page, results=tuple(outcomes)))
    return replace(safed, rules=rules, pages=tuple(pages))


def amounts(reported: Iterable[Reported]) -> str:
    """ "2 errors, 1 warning", "" for nothing."""
    return ", ".join(count(number, severity.value) for severity, number in counted(reported).items() if number)


def evidence(finding: Finding, home: str | None = None, most: int | None = None) -> Iterator[tuple[str, str]]:
    """(what it is, its text) of all that backs ``finding``: what was sent, its URL, who uses it, what differs, what
    browsers do, what it costs, how often it was seen. URLs of the origin ``home`` are their paths. What was sent is
    shown in at most ``most`` cells, its bytes counted in full."""
    if finding.quote is not None:
        yield "sent", quoted(finding.quote, home, most)
    if finding.url is not None and (finding.quote is None or finding.url not in finding.quote.text):
        yield "url", finding.url
    if finding.used is not None:
        yield "used by", placed(finding.used, home)
    for one in finding.differs:
        yield "differs", f"{one.part}: hinted {one.hinted or 'nothing'}, used {one.used or 'nothing'}"
    for profile, does in finding.browsers:
        yield "browser", f"{profile}: {does}"
    if finding.cost is not None and (cost := costs(finding.cost)):
        yield "costs", cost
    if finding.runs > 1:
        yield "seen", f"in {finding.seen} of {finding.runs} runs"


def quoted(quote: Quote, home: str | None = None, most: int | None = None) -> str:
    """ "</a.css>; rel=preload (103, link at byte 34, 23 bytes)"."""
    shown = place(quote.where, home) if "://" in quote.where else quote.where
    at = f" at byte {quote.offset}" if quote.offset is not None else ""
    parts = [shown, f"{quote.field or 'its text'}{at}" if quote.field or at else "", count(quote.size, "byte")]
    text = quote.text if most is None else shorten(quote.text, most, 0.7)
    return f"{text} ({', '.join(part for part in parts if part)})"


def placed(used: Place, home: str | None = None) -> str:
    """ "<link>, line 12, byte 480 of /product"."""
    parts = [used.element]
    if used.line is not None:
        parts.append(f"line {used.line}")
    if used.offset is not None:
        parts.append(f"byte {used.offset}")
    return f"{', '.join(parts)} of {place(used.url, home)}"


def costs(cost: Cost) -> str:
    """ "34.0 ms (31.0 ms to 40.2 ms over the runs), 12.1 kB (estimated)"."""
    parts = [milliseconds(cost.ms) + _over_runs(cost)] if cost.ms is not None else []
    parts += [size(cost.bytes)] if cost.bytes is not None else []
    return f"{', '.join(parts)} ({cost.basis})" if parts else ""


def _over_runs(cost: Cost) -> str:
    """Nothing where one run showed it, or all the same."""
    if cost.least is None or cost.most is None:
        return ""
    least, most = milliseconds(cost.least), milliseconds(cost.most)
    return f" ({least} to {most} over the runs)" if least != most else ""


def home_of(page: AuditedPage) -> str | None:
    """The origin of ``page`` as written, None where its URL has none."""
    return split(page.url)[0] or None


def became(result: AuditResult, page: AuditedPage) -> str:
    """What became of ``page`` in a word or two: one of ``OUTCOMES``."""
    match page.outcome:
        case PageOutcome.BLOCKED:
            return "blocked"
        case PageOutcome.FAILED:
            return "could not be loaded"
        case PageOutcome.JUDGED:
            return "failed" if any(result.fails(one) for one in page.reported) else "passed"


OUTCOMES = ("passed", "failed", "blocked", "could not be loaded")


def of_all(result: AuditResult) -> str:
    """ "4 pages: 1 passed, 2 failed, 1 blocked"."""
    found = Counter(became(result, page) for page in result.pages)
    said = ", ".join(f"{found[word]} {word}" for word in OUTCOMES if found[word])
    return f"{count(len(result.pages), 'page')}: {said}"


def verdict(result: AuditResult, page: AuditedPage) -> str:
    """One page's outcome in a clause: "2 errors, 1 warning", "nothing found", "blocked: it answered 403"."""
    if page.outcome is PageOutcome.BLOCKED:
        return f"blocked: {page.why}; not judged"
    if page.outcome is PageOutcome.FAILED:
        return f"could not be loaded: {page.why or 'no run was made'}"
    text = amounts(page.reported) or "nothing found"
    crashed = len(page.of(Outcome.CRASHED))
    if crashed:
        text += f", {count(crashed, 'rule')} crashed"
    return text + standings(result, page.reported)


def ended(result: AuditResult, pages: Iterable[AuditedPage]) -> str:
    """ "passed: " or "failed: " in front of what was found on ``pages``; nothing where nothing can fail, or a rule that
    might have failed it crashed."""
    judged = [page for page in pages if page.outcome is PageOutcome.JUDGED]
    if not judged:
        return ""
    if any(result.fails(one) for page in judged for one in page.reported):
        return "failed: "
    return "" if result.fail_on == NEVER or any(page.of(Outcome.CRASHED) for page in judged) else "passed: "


def is_known(one: Reported) -> bool:
    """Whether a baseline has accepted it, so that a report need not tell it again."""
    return one.standing is Standing.KNOWN


def known_words(reported: Iterable[Reported]) -> str:
    """What the baseline knows, in a line: "known to the baseline: hint-slow (2 notes), hint-self (1 error)"."""
    by_rule: dict[str, list[Reported]] = {}
    for one in reported:
        by_rule.setdefault(one.finding.rule, []).append(one)
    return "known to the baseline: " + ", ".join(f"{rule} ({amounts(each)})" for rule, each in by_rule.items())


def standings(result: AuditResult, reported: Iterable[Reported]) -> str:
    """ " (1 new, 6 known)" where a baseline was compared with."""
    if not result.baseline:
        return ""
    listed = list(reported)
    parts = [(sum(one.standing is each for one in listed), each.value) for each in Standing]
    text = ", ".join(f"{number} {word}" for number, word in parts if number)
    return f" ({text})" if text else ""


def judged_by(page: AuditedPage) -> str:
    """ "as chromium, from 5 runs", with what is missing."""
    if page.runs == page.asked:
        return f"as {page.profile}, from {count(page.runs, 'run')}"
    return f"as {page.profile}, from {page.runs} of {count(page.asked, 'run')}"
