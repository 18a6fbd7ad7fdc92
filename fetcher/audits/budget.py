"""A budget: figures a page must keep to, each a rule of its own that fails the audit where the page does not.

Times and sizes are medians over the runs. A figure that no run has (no 103 came, a HAR without sizes) is no pass and no
finding: the rule is unknown, or does not apply. Where some responses of a run have no size the sum of the others is
the least it can be: over the budget that is a finding, within it nothing is known. Written as TOML, by itself or as the
``[budget]`` of ``fetcher.toml``:

    first-interim = 150        # ms from the start of the navigation to the 103
    final-headers = 600        # ms to the head of the final response
    head-start = 100           # ms, at least, from the 103 to the final head
    hints = 6                  # links in the 103
    link-bytes = 1024          # bytes of its Link field, the lines joined as a finding quotes it
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

from fetcher.analysis.links import early_hints_of
from fetcher.audits.finding import Cost, Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, Rule, Unknown, rule
from fetcher.errors import UsageError
from fetcher.record.json_faults import why_not_toml
from fetcher.record.page_load import PageLoad, RequestRecord
from fetcher.terms import field_value

Figure = Callable[[PageLoad], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: ``what`` names it in a sentence, ``unit`` is ms, bytes or what is counted; ``least`` where the
    budget is a floor; ``of_hints`` where a page without a 103 has none. ``known`` is what a figure that is not known in
    full is at least."""

    name: str
    what: str
    unit: str
    figure: Figure
    least: bool = False
    of_hints: bool = False
    known: Figure | None = None


def _first_interim(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return early[0].at if early else None


def _head_start(load: PageLoad) -> float | None:
    first, final = _first_interim(load), load.final_response_headers_start
    return None if first is None or final is None else final - first


def _link_bytes(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return float(len(field_value(early[0].fields, "link") or "")) if early else None


def _hinted(load: PageLoad) -> list[RequestRecord]:
    return [load.requests[hint.request] for hint in load.hints if hint.request is not None]


def _hints(load: PageLoad) -> float | None:
    early = early_hints_of(load)
    return float(sum(1 for hint in load.hints if hint.interim == early[0].id)) if early else None


def _bytes(requests: Iterable[RequestRecord]) -> float | None:
    """What came over the network for all of them; None where that of one is not known, or nothing was asked for."""
    sizes = [_size(one) for one in requests]
    known = [size for size in sizes if size is not None]
    return float(sum(known)) if known and len(known) == len(sizes) else None


def _known_bytes(requests: Iterable[RequestRecord]) -> float | None:
    """The sum of those that are known; None where none is."""
    known = [size for one in requests if (size := _size(one)) is not None]
    return float(sum(known)) if known else None


def _size(one: RequestRecord) -> int | None:
    """Nothing where no response came, or a cache answered."""
    if one.sizes.transferred is None and (one.status is None or one.timing_is_cache_read):
        return 0
    return one.sizes.transferred


MEASURES = (
    Measure("first-interim", "the 103 came", "ms", _first_interim, of_hints=True),
    Measure("final-headers", "the final head came", "ms", lambda load: load.final_response_headers_start),
    Measure("head-start", "the 103 came before the final head by", "ms", _head_start, least=True, of_hints=True),
    Measure("hints", "the 103 has", "links", _hints, of_hints=True),
    Measure("link-bytes", "the Link field of the 103, its lines joined, has", "bytes", _link_bytes, of_hints=True),
    Measure(
        "hinted-bytes", "the hints fetched", "bytes", lambda load: _bytes(_hinted(load)), of_hints=True,
        known=lambda load: _known_bytes(_hinted(load)),
    ),
    Measure("requests", "the page made", "requests", lambda load: float(len(load.requests))),
    Measure(
        "bytes", "the page took", "bytes", lambda load: _bytes(load.requests),
        known=lambda load: _known_bytes(load.requests),
    ),
)  # fmt: skip
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
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: {why_not_toml(error)}") from error
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
        value, least = page.median(measure.figure), ""
        if value is None:
            value, least = page.median(measure.known) if measure.known is not None else None, "at least "
            if value is None or value <= limit:
                raise Unknown(f"the loads do not say {measure.name}{'' if value is None else ' of all responses'}")
        over = limit - value if measure.least else value - limit
        if over <= 0:
            return
        after = "after " if measure.name in ("first-interim", "final-headers") else ""
        median = f" (median of {page.runs} runs)" if page.runs > 1 else ""
        yield Finding(
            f"{measure.what} {after}{least}{_said(value, measure.unit)}{median}; "
            f"the budget is {bound} {_said(limit, measure.unit)}",
            subject=measure.name,
            cost=_cost(measure, over),
            seen=page.seen(lambda load: _breaks(measure, limit, load)),
            runs=page.runs,
        )

    return check


def _breaks(measure: Measure, limit: float, load: PageLoad) -> bool:
    value = measure.figure(load)
    if value is None and measure.known is not None:
        value = measure.known(load)
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
