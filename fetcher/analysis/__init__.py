"""Questions to a PageLoad, or to several of the same page: pure functions, same record, same answer.

What each browser would do with each link of a 103 is in ``links``, when things happen in ``timing``, what several loads
say together in ``check``, two ways to load measured in pairs in ``compare``, what differs between two saved results in
``changes``. May import record, browser (how each profile reads links: asked again here, not restated), discovery
(values), fields, urls, errors and terms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fetcher.analysis.check.edge import EdgeState, edge_state
    from fetcher.analysis.check.expectations import Expectations, Met
    from fetcher.analysis.check.judgement import Checked, CheckOutcome, judge
    from fetcher.analysis.check.survey import HintSurvey, Run, RunOutcome, Survey, survey
    from fetcher.analysis.fetched_twice import DoubleFetch, double_fetches
    from fetcher.analysis.links import JudgedLink, Verdict, document_links, early_hints_of, verdicts
    from fetcher.analysis.reuse import Cause, Reuse, reuses
    from fetcher.analysis.spreads import Spread, spread
    from fetcher.analysis.timing.critical_path import CriticalPath, Goal, Step, StepKind, critical_path

# Each name from its own file when it is asked for: what is only needed to judge a load is not waited for before it.
# None is a file's too (``tests/test_public_names.py``): it would be the one or the other, by what was imported before.
_HOMES = {
    "timing.critical_path": ("CriticalPath", "Goal", "Step", "StepKind", "critical_path"),
    "fetched_twice": ("DoubleFetch", "double_fetches"),
    "check.edge": ("EdgeState", "edge_state"),
    "check.expectations": ("Expectations", "Met"),
    "check.judgement": ("Checked", "CheckOutcome", "judge"),
    "reuse": ("Cause", "Reuse", "reuses"),
    "spreads": ("Spread", "spread"),
    "check.survey": ("HintSurvey", "Run", "RunOutcome", "Survey", "survey"),
    "links": ("JudgedLink", "Verdict", "document_links", "early_hints_of", "verdicts"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Cause",
    "CheckOutcome",
    "Checked",
    "CriticalPath",
    "DoubleFetch",
    "EdgeState",
    "Expectations",
    "Goal",
    "HintSurvey",
    "JudgedLink",
    "Met",
    "Reuse",
    "Run",
    "RunOutcome",
    "Spread",
    "Step",
    "StepKind",
    "Survey",
    "Verdict",
    "critical_path",
    "document_links",
    "double_fetches",
    "early_hints_of",
    "edge_state",
    "judge",
    "reuses",
    "spread",
    "survey",
    "verdicts",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'fetcher.analysis' has no attribute {name!r}")
    return getattr(import_module(f"fetcher.analysis.{home}"), name)
