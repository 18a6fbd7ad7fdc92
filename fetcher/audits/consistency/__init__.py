"""Consistency: whether what the 103 says agrees with the final response, the markup, other runs and other pages."""

from __future__ import annotations

from fetcher.audits.consistency.final_link import final_link_not_hinted, hint_missing_in_final
from fetcher.audits.consistency.markup import html_preload_redundant
from fetcher.audits.consistency.metric import ttfb_metric_skew
from fetcher.audits.consistency.query import hint_query_blind
from fetcher.audits.consistency.runs import hint_unstable
from fetcher.audits.rule import Rule

RULES: tuple[Rule, ...] = (
    hint_missing_in_final,
    final_link_not_hinted,
    hint_query_blind,
    hint_unstable,
    html_preload_redundant,
    ttfb_metric_skew,
)
