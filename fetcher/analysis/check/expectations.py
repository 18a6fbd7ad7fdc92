"""What a person expects of a page's 103, and whether the runs met it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fetcher.analysis.check.survey import BLOCKING, HintSurvey, Run, RunOutcome, Survey
from fetcher.analysis.links import early_hints_of
from fetcher.errors import UsageError
from fetcher.urls import resolve

_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)%?")


@dataclass(frozen=True, slots=True)
class Expectations:
    """``hints``: at least so many acted on in each run with a 103. ``globs``: each matches the URL or the path of an
    acted-on hint of each such run. ``delivery``: the least share of runs with a 103, 0 to 1. ``text``: what the
    document must hold to be the page that was meant. ``status``: what every run's document must answer. Raises
    UsageError for any other value."""

    hints: int | None = None
    globs: tuple[str, ...] = ()
    delivery: float | None = None
    text: str | None = None
    status: int | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for what no runs could meet, or what all of them would."""
        if self.hints is not None and self.hints < 0:
            raise UsageError(f"--expect-hints (hints) is a number of hints, 0 or more, not {self.hints}")
        if isinstance(self.globs, str):
            raise UsageError(f"globs is a tuple of patterns; write globs=({self.globs!r},)")
        if not all(self.globs):
            raise UsageError(
                "--expect-hint is empty, and no URL matches that; name a URL or a path, as '/styles/*.css'"
            )
        if self.delivery is not None and not 0 <= self.delivery <= 1:
            raise UsageError(f"delivery is a share of the runs from 0 to 1, not {self.delivery:g}; write 0.8 for 80 %")
        if self.text == "":
            raise UsageError("--expect-text is empty, and every page holds that; name a text of the page")
        if self.status is not None and not 200 <= self.status <= 599:
            raise UsageError(f"--expect-status (status) is a final status, from 200 to 599, not {self.status}")
        if self.status in BLOCKING:
            raise UsageError(
                f"--expect-status (status) cannot be {self.status}: it is taken for a wall in front of the page, which "
                "is not judged"
            )


@dataclass(frozen=True, slots=True)
class Met:
    """One expectation: ``what`` as it was asked for, ``found`` what the runs showed."""

    what: str
    met: bool
    found: str


def parse_share(text: str) -> float:
    """ "80%" (or 80) as 0.8; raises UsageError."""
    match = _SHARE.fullmatch(text.strip())
    percent = float(match[1]) if match else -1.0
    fraction = 0 < percent < 1 and not text.strip().endswith("%")  # 0.8 must not pass for 0.8 %
    if not 0 <= percent <= 100 or fraction:
        raise UsageError(f"{text!r} is not a share of the runs; write --delivery 80%")
    return percent / 100


def met(expected: Expectations, survey: Survey, runs: Sequence[Run]) -> tuple[Met, ...]:
    """Each expectation with its answer, in a fixed order."""
    return tuple(_met(expected, survey, runs))


def _met(expected: Expectations, survey: Survey, runs: Sequence[Run]) -> Iterator[Met]:
    if expected.delivery is not None:
        share = f"{survey.with_hints} of {survey.runs} runs brought a 103 ({survey.delivery:.0%})"
        yield Met(f"--delivery {expected.delivery * 100:g}%",
                  survey.delivery >= expected.delivery - 1e-9, share)  # fmt: skip
    if expected.status is not None:
        others = [status for status in survey.statuses if status != expected.status]
        found = f"it answered {' and '.join(map(str, survey.statuses)) or 'without a status'}"
        yield Met(f"--expect-status {expected.status}", bool(survey.statuses) and not others, found)
    hinted = [
        run.number
        for run in runs
        if run.outcome is RunOutcome.COUNTED and run.load is not None and early_hints_of(run.load)
    ]
    acted = {number: [hint for hint in survey.hints if number in hint.acted] for number in hinted}
    if expected.hints is not None:
        yield _enough(expected.hints, acted)
    for glob in expected.globs:
        yield _matched(glob, acted)


def _enough(wanted: int, acted: dict[int, list[HintSurvey]]) -> Met:
    what = f"--expect-hints {wanted}"
    if not acted:
        return Met(what, wanted == 0, "no run brought a 103")
    counts = sorted(len(hints) for hints in acted.values())
    least, most = counts[0], counts[-1]
    found = f"{least} acted on" if least == most else f"between {least} and {most} acted on"
    return Met(what, least >= wanted, found + (" in each run with a 103" if len(counts) > 1 else ""))


def _matched(glob: str, acted: dict[int, list[HintSurvey]]) -> Met:
    what = f"--expect-hint {glob}"
    if not acted:
        return Met(what, False, "no run brought a 103")
    matching = [number for number, hints in acted.items() if any(matches(glob, hint.url) for hint in hints)]
    if len(matching) == len(acted):
        return Met(what, True, "in each run with a 103" if len(acted) > 1 else "found")
    if matching:
        return Met(what, False, f"only in {len(matching)} of {len(acted)} runs with a 103")
    return Met(what, False, "no hint that was acted on matches")


def matches(glob: str, url: str | None) -> bool:
    """Whether ``glob`` (``*``, ``?``, ``[...]``; letters count as they are) matches the whole URL, its path with the
    query, or its path."""
    parsed = resolve(url) if url else None
    if parsed is None:
        return False
    return any(fnmatchcase(each, glob) for each in (parsed.href, parsed.target, parsed.path))
