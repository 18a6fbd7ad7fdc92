"""Questions to a PageLoad, or to several of the same page: pure functions, same record, same answer.

What each browser would do with each link of a 103, from which cache the document came, how figures spread over runs.
May import record, browser (how each profile reads links: asked again here, not restated), discovery (values),
fields, urls, errors and terms.
"""

from fetcher.analysis.edge import EdgeState, edge_state
from fetcher.analysis.expectations import Expectations, Met
from fetcher.analysis.judgement import Checked, CheckOutcome, judge
from fetcher.analysis.spread import Spread, spread
from fetcher.analysis.survey import HintSurvey, Run, RunOutcome, Survey, survey
from fetcher.analysis.verdicts import JudgedLink, Verdict, early_hints_of, verdicts

__all__ = [
    "CheckOutcome",
    "Checked",
    "EdgeState",
    "Expectations",
    "HintSurvey",
    "JudgedLink",
    "Met",
    "Run",
    "RunOutcome",
    "Spread",
    "Survey",
    "Verdict",
    "early_hints_of",
    "edge_state",
    "judge",
    "spread",
    "survey",
    "verdicts",
]
