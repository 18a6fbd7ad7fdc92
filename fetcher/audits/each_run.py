"""A check written for a page of one run, asked of every run: what was seen in how many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps

from fetcher.audits.finding import Finding
from fetcher.audits.page import Page
from fetcher.audits.rule import Check, NotApplicable, Unknown


def in_each_run(check: Callable[[Page], Iterable[Finding]]) -> Check:
    """``check`` of each run: a finding says in how many it was seen, and quotes the run at the median where that has
    it. It does not apply, or is unknown, only where no run has a finding."""

    @wraps(check)
    def whole(page: Page) -> list[Finding]:
        pages = page.each_run
        found: dict[tuple[str, str], Finding] = {}
        counts: dict[tuple[str, str], int] = {}
        reasons: list[NotApplicable | Unknown] = []
        for one in pages:
            try:
                told = list(check(one))
            except (NotApplicable, Unknown) as reason:
                reasons.append(reason)
                continue
            mine = {(each.subject or each.url or "", each.quote.text if each.quote else ""): each for each in told}
            for key, finding in mine.items():
                found.setdefault(key, finding)
                counts[key] = counts.get(key, 0) + 1
        unknown = next((reason for reason in reasons if isinstance(reason, Unknown)), None)
        if not found and unknown is not None:
            raise unknown
        if not found and len(reasons) == len(pages):
            raise reasons[0]
        return [replace(each, seen=counts[key], runs=len(pages)) for key, each in found.items()]

    return whole
