"""Judgement: rules that look at a page's records and say what is wrong, where, what it costs and what to do.

One small file per rule or close family, its text beside its check; ``page`` holds the facts they share, ``auditing``
applies them. Pure. May import analysis, record, discovery's candidates (values), fields, urls and errors.
"""

from fetcher.audits.auditing import Audit, Outcome, RuleResult, audit, audit_page
from fetcher.audits.finding import Basis, Cost, Difference, Finding, Place, Quote, Severity
from fetcher.audits.hinted import HintFacts
from fetcher.audits.page import Answers, Page, Probe
from fetcher.audits.rule import NotApplicable, Rule, Unknown, rule

__all__ = [
    "Answers",
    "Audit",
    "Basis",
    "Cost",
    "Difference",
    "Finding",
    "HintFacts",
    "NotApplicable",
    "Outcome",
    "Page",
    "Place",
    "Probe",
    "Quote",
    "Rule",
    "RuleResult",
    "Severity",
    "Unknown",
    "audit",
    "audit_page",
    "rule",
]
