"""A budget: figures a page must keep to, each a rule of its own that fails the audit where the page does not.

Times and sizes are medians over the runs. A figure that no run has (no 103 came, a HAR without sizes) is no pass and no
finding: the rule is unknown, or does not apply. Written as TOML, by itself or as the ``[budget]`` of ``fetcher.toml``:

    first-interim = 150        # ms from the start of the navigation to the 103
    final-headers = 600        # ms to the head of the final response
    head-start = 100           # ms, at least, from the 103 to the final head
    hints = 6                  # links in the 103
    link-bytes = 1024          # bytes of its Link fields
    hinted-bytes = 200_000     # bytes that the hints fetched
    requests = 60
    bytes = 1_500_000          # bytes of all responses
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from fetcher.analysis.verdicts import early_hints_of
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Rule, Unknown, rule
from fetcher.errors import UsageError
from fetcher.record.page_load import PageLoad
from fetcher.terms import field_values

Figure = Callable[[PageLoad], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``what`` names it in a sentence, ``unit`` is ms, bytes or what is counted; ``least`` where the
    budget is a floor; ``of_hints`` where a page without a 103 has none."""

    name: str
    what: str
    unit: str
    figure: Figure
    least: bool = False
    of_hints: bool = False


def _first_interim(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return early[0].at if early else None


def _head_start(load: PageLoad) -> float | None:
    first, final = _first_interim(load), load.final_response_headers_start
    return None if first is None or final is None else final - first


def _link_bytes(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return float(sum(len(value) for value in field_values(early[0].fields, "link"))) if early else None


def _hinted_bytes(load: PageLoad) -> float | None:
    wanted = [load.requests[hint.request] for hint in load.hints if hint.request is not None]
    return _bytes(one.sizes.transferred for one in wanted)


def _hints(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return float(sum(1 for hint in load.hints if hint.interim == early[0].id)) if early else None


def _bytes(sizes: Iterable[int | None]) -> float | None:
    """The sum of those that are known; None where none is."""
    known = [size for size in sizes if size is not None]
    return float(sum(known)) if known else None


MEASURES = (
    Measure("first-interim", "the 103 came", "ms", _first_interim, of_hints=True),
    Measure("final-headers", "the final head came", "ms", lambda load: load.final_response_headers_start),
    Measure("head-start", "the 103 came before the final head by", "ms", _head_start, least=True, of_hints=True),
    Measure("hints", "the 103 has", "links", _hints, of_hints=True),
    Measure("link-bytes", "the Link fields of the 103 have", "bytes", _link_bytes, of_hints=True),
    Measure("hinted-bytes", "the hints fetched", "bytes", _hinted_bytes, of_hints=True),
    Measure("requests", "the page made", "requests", lambda load: float(len(load.requests))),
    Measure("bytes", "the page took", "bytes", lambda load: _bytes(one.sizes.transferred for one in load.requests)),
)
_BY_NAME = {one.name: one for one in MEASURES}


def rules_of(budget: Mapping[str, Any], where: str) -> tuple[Rule, ...]:
    """A rule "budget-NAME" for each figure of ``budget``. Raises UsageError, naming ``where``, for what is none."""
    made = []
    for name, limit in budget.items():
        if name not in _BY_NAME:
            raise UsageError(f"{where}: a budget has no {name!r}; it has {', '.join(_BY_NAME)}")
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not isfinite(limit) or limit < 0:
            raise UsageError(f"{where}: {name} is a number, 0 or more, not {limit!r}")
        made.append(_rule(_BY_NAME[name], float(limit)))
    return tuple(made)


def read(text: str, where: str) -> tuple[Rule, ...]:
    """The rules of a budget file. Raises UsageError with the line of what is no TOML."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{where}: {error}") from error
    table = data.get("budget", data)
    if not isinstance(table, dict) or not table:
        raise UsageError(f"{where}: there is no budget in it; write lines such as 'first-interim = 150'")
    return rules_of(table, where)


def _rule(measure: Measure, limit: float) -> Rule:
    bound = "at least" if measure.least else "at most"

    @rule(
        f"budget-{measure.name}",
        title=f"{measure.name} is {bound} {_said(limit, measure.unit)}",
        severity=Severity.ERROR,
        about=f"A budget of yours: {measure.name}, the median over the runs, is {bound} {_said(limit, measure.unit)}.",
        fix=f"Bring it to {bound} {_said(limit, measure.unit)}, or change the budget.",
        family="budget",
    )
    def check(page: Page) -> Iterator[Finding]:
        if measure.of_hints and not page.seen(lambda load: bool(early_hints_of(load))):
            raise NotApplicable("no 103 came")
        value = page.median(measure.figure)
        if value is None:
            raise Unknown(f"the loads do not say {measure.name}")
        over = limit - value if measure.least else value - limit
        if over <= 0:
            return
        after = "after " if measure.name in ("first-interim", "final-headers") else ""
        median = f" (median of {len(page.loads)} runs)" if len(page.loads) > 1 else ""
        yield Finding(
            f"{measure.what} {after}{_said(value, measure.unit)}{median}; "
            f"the budget is {bound} {_said(limit, measure.unit)}",
            subject=measure.name,
            cost=_cost(measure, over),
            seen=page.seen(lambda load: _breaks(measure, limit, load)),
            runs=len(page.loads),
        )

    return check


def _breaks(measure: Measure, limit: float, load: PageLoad) -> bool:
    value = measure.figure(load)
    return value is not None and (value < limit if measure.least else value > limit)


def _cost(measure: Measure, over: float) -> Cost | None:
    if measure.unit == "ms":
        return Cost(ms=over)
    return Cost(bytes=round(over)) if measure.unit == "bytes" else None


def _said(value: float, unit: str) -> str:
    """ "182.4 ms", "1,204 bytes", "1 link"."""
    if unit == "ms":
        return f"{value:,.1f} ms".replace(".0 ms", " ms")
    whole = round(value)
    return f"{whole:,} {unit.removesuffix('s') if whole == 1 else unit}"
