"""What a rule says of several runs: joined where it is the same thing, never lost, never joined within a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fetcher.audits.each_run import in_each_run
from fetcher.audits.finding import Cost, Finding, Quote, Severity
from fetcher.audits.page import Page
from tests.audits.cases import STYLE, load
from tests.audits.cases import page as page_of


def over_runs(*runs: Sequence[Finding]) -> list[Finding]:
    """What is told where each run of a page has these findings, the first of them the one at the median."""
    loads = [replace(load(STYLE), started_at=f"2026-08-01T09:30:0{number}Z") for number in range(len(runs))]
    ordered = [one.load.started_at for one in page_of(*loads).each_run]
    by_start = dict(zip(ordered, runs, strict=True))

    @in_each_run
    def check(page: Page) -> Iterator[Finding]:
        yield from by_start[page.load.started_at]

    return check(page_of(*loads))


def one(subject: str, quote: str = "", severity: Severity | None = None, ms: float | None = None) -> Finding:
    cost = Cost(ms) if ms is not None else None
    return Finding(f"{subject} {quote}", subject=subject, severity=severity, cost=cost, quote=Quote(quote))


def told(found: Sequence[Finding]) -> list[str]:
    return [f"{each.message}: {each.seen} of {each.runs}" for each in found]


def test_the_same_in_every_run_is_one() -> None:
    a = one("/a.css", "</a.css>")
    assert told(over_runs([a], [], [a])) == ["/a.css </a.css>: 2 of 3"]


def test_two_of_one_run_stay_two() -> None:
    """A link that stands there twice is two links, however alike."""
    a = one("/a.css", "</a.css>")
    assert told(over_runs([a, a], [a])) == ["/a.css </a.css>: 2 of 2", "/a.css </a.css>: 1 of 2"]


def test_a_url_whose_hash_changes_is_one_finding() -> None:
    """Else five runs of a page made anew for each load would be five findings of one fingerprint."""
    runs = [[one(f"/app.{digest}.js", f"</app.{digest}.js>")] for digest in ("0a1b2c3d", "1b2c3d4e", "2c3d4e5f")]
    assert told(over_runs(*runs)) == ["/app.0a1b2c3d.js </app.0a1b2c3d.js>: 3 of 3"]


def test_what_is_quoted_alike_is_joined_first() -> None:
    """In another run they may stand in another order."""
    script, style = one("/a", "</a>; as=script"), one("/a", "</a>; as=style")
    assert told(over_runs([script, style], [style])) == ["/a </a>; as=script: 1 of 2", "/a </a>; as=style: 2 of 2"]


def test_the_gravest_is_told() -> None:
    """An error of one run is not hidden by the warning of another."""
    mild, grave = one("/a", "1", Severity.WARNING), one("/a", "2", Severity.ERROR)
    (found,) = over_runs([mild], [grave])
    assert (found.severity, found.message, found.seen) == (Severity.ERROR, "/a 2", 2)


def test_what_it_cost_is_the_least_and_the_most_too() -> None:
    (found,) = over_runs([one("/a", ms=12.0)], [one("/a", ms=30.0)], [one("/a", ms=4.0)])
    assert found.cost == Cost(12.0, None, least=4.0, most=30.0)
    (once,) = over_runs([one("/a", ms=12.0)], [])
    assert once.cost == Cost(12.0)
