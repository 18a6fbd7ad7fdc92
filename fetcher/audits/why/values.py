"""The answer to "why did this hint (not) help": six steps in order, each with what shows it.

Times are milliseconds from navigation start. What cannot be told from a record is UNKNOWN, never a guess; what no
record can ever hold is among ``Why.unseen``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fetcher.analysis.hints_in_chromium import HintInChromium
from fetcher.audits.finding import Finding, Quote
from fetcher.terms import ProfileName


class StepName(StrEnum):
    """The way of a hint. WIRE: a 103 came and names it. PARSE: the link says something that can act. POLICY: the
    browser may and will act on it. REQUEST: it was fetched (a preconnect: connected). REUSE: what came can serve the
    page's own request. USE: the page asks for it."""

    WIRE = "wire"
    PARSE = "parse"
    POLICY = "policy"
    REQUEST = "request"
    REUSE = "reuse"
    USE = "use"


class State(StrEnum):
    """NOT_REACHED: an earlier step failed, so that this one had no turn."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True)
class Step:
    """``said`` is one sentence without a full stop, ``rule`` what it goes by (EH 9.3 and the like, "" for none), ``at``
    when it happened; ``evidence`` are further facts, a clause each; ``fix`` what would mend it, None where unknown."""

    name: StepName
    state: State
    said: str
    rule: str = ""
    at: float | None = None
    quote: Quote | None = None
    evidence: tuple[str, ...] = ()
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the hint ends in one browser: the first step that ``failed`` (None: none does, as far as is known)."""

    profile: ProfileName
    failed: StepName | None
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Why:
    """``asked`` is the hint as it was asked for; ``url`` and ``link`` (raw) what of the 103 that is, None where no link
    names it. ``seen`` of ``runs`` loads had it. ``failed`` is the first step that fails as ``profile`` sees it, None
    for none. ``findings`` are what the rules say of this hint. ``unseen`` are the causes that no load shows.
    ``in_chromium`` is what a NetLog shows of it, None where none was given."""

    page: str
    profile: ProfileName
    asked: str
    link: str | None
    url: str | None
    seen: int
    runs: int
    failed: StepName | None
    steps: tuple[Step, ...]
    browsers: tuple[Elsewhere, ...] = ()
    findings: tuple[Finding, ...] = ()
    unseen: tuple[str, ...] = ()
    in_chromium: HintInChromium | None = None

    def step(self, name: StepName) -> Step:
        return next(step for step in self.steps if step.name is name)
