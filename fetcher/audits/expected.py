"""What a person expects of the 103, as a rule: how many hints, and which (``--expect-hints``, ``--expect-hint``).

Asked only where something is expected. That a 103 comes at all, and how often, is told by the rules of delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fetcher.analysis.check.expectations import met
from fetcher.analysis.check.survey import run_of, survey
from fetcher.analysis.links import early_hints_of
from fetcher.audits.finding import Finding
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule


@rule(
    "expected-hints",
    title="The hints that are expected come",
    severity="error",
    family="expectations",
    fix="Hint it again, or expect something else: --expect-hints, --expect-hint, expect in fetcher.toml.",
)
def expected_hints(page: Page) -> Iterator[Finding]:
    """Fewer hints than expected are acted on, or none has an expected URL, in a run that brought a 103."""
    wanted = replace(page.expected, delivery=None, text=None, status=None)
    if wanted.hints is None and not wanted.globs:
        raise NotApplicable("no hint is expected of this page")
    if not page.seen(lambda load: bool(early_hints_of(load))):
        raise NotApplicable("no 103 came")
    runs = [run_of(number, load) for number, load in enumerate(page.loads, 1)]
    for one in met(wanted, survey(runs), runs):
        if not one.met:
            yield Finding(f"{one.what} is not met: {one.found}", subject=one.what)
