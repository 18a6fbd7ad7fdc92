"""A comparison as Markdown for a pull request: the answer, a row per milestone, what stands beside it.

Hinted resources and dropped pairs are folded away; what a server sent is inert (``markdown.inert``), and long texts are
shortened, so that the whole stays below what a comment takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fetcher.analysis.compare.comparison import Comparison, Measure
from fetcher.record.redaction import redacted
from fetcher.report.comparison.words import (
    METHOD,
    beside,
    claim,
    detectable,
    difference,
    made,
    middle,
    named,
    probability,
    summary,
    title,
)
from fetcher.report.escape import safe_load, shorten
from fetcher.report.lines import count, split
from fetcher.report.markdown.inert import MOST_CHARACTERS, bounded, code, folded, table, text

MOST_DROPPED = 20
LONGEST = 300


def comparison_markdown(comparison: Comparison, *, redact: bool = True, most: int = MOST_CHARACTERS) -> str:
    """The text, ending in a newline. Secrets are replaced unless ``redact`` is False."""
    return bounded(_blocks(safe_load(redacted(comparison) if redact else comparison)), most)


def _blocks(shown: Comparison) -> Iterator[str]:
    first, second = shown.arms
    yield f"## fetcher compare: {_short(summary(shown))}"
    yield f"{code(shorten(shown.url, LONGEST))}: **{_short(first.name)}** against **{_short(second.name)}**, " + (
        f"loaded by {_short(shown.by)}. {_short(made(shown))}."
    )
    home = split(shown.url)[0] or None
    whole = [one for one in shown.measures if one.url is None]
    if whole:
        yield _measures(whole, shown, home)
    named_arms = zip(_lettered(shown), shown.arms, strict=True)
    yield "\n".join(f"- **{_short(name)}**: {_short(beside(arm, shown.counted))}" for name, arm in named_arms)
    if shown.notes:
        yield "\n".join(f"- ⚠️ {_short(note)}" for note in shown.notes)
    dropped = [f"- pair {pair.number}: {_short(pair.why)}" for pair in shown.pairs if pair.why is not None]
    if dropped:
        more = [f"- and {len(dropped) - MOST_DROPPED} more"] if len(dropped) > MOST_DROPPED else []
        several = "pairs do" if len(dropped) > 1 else "pair does"
        yield folded(f"{len(dropped)} {several} not count", [*dropped[:MOST_DROPPED], *more])
    resources = [one for one in shown.measures if one.url is not None]
    if resources:
        yield folded(count(len(resources), "hinted resource"), [_measures(resources, shown, home)])
    yield f"_{text(METHOD)} − is sooner or less with {_short(named(shown)[1])}._"


def _lettered(shown: Comparison) -> list[str]:
    """The arms' names, after their letters where rows have those."""
    pairs = zip(named(shown), (arm.name for arm in shown.arms), strict=True)
    return [name if letter == name else f"{letter}: {name}" for letter, name in pairs]


def _measures(measures: Iterable[Measure], shown: Comparison, home: str | None) -> str:
    head = [
        "", *map(_short, named(shown)), "difference (95 % interval)", "p", "detectable",
        "so",
    ]  # fmt: skip
    rows = (
        [
            _short(title(one, home)), middle(one, one.first), middle(one, one.second), difference(one),
            probability(one).replace("<", "&lt;"), detectable(one), text(claim(one)),
        ]
        for one in measures
    )  # fmt: skip
    return "\n".join(table(head, rows))


def _short(said: str) -> str:
    return text(shorten(said, LONGEST))
