"""Value: whether what is hinted is worth it, what is not hinted and should be, and what was measured of it."""

from __future__ import annotations

from fetcher.audits.rule import Rule
from fetcher.audits.value.comparison import hints_no_measured_gain, hints_slow_the_page
from fetcher.audits.value.critical import critical_not_hinted, lcp_not_hinted
from fetcher.audits.value.opportunity import early_hints_opportunity
from fetcher.audits.value.weight import hint_low_value, hint_priority_mismatch, over_hinting, third_party_hint

RULES: tuple[Rule, ...] = (
    early_hints_opportunity,
    critical_not_hinted,
    lcp_not_hinted,
    hint_low_value,
    hint_priority_mismatch,
    over_hinting,
    hints_slow_the_page,
    hints_no_measured_gain,
    third_party_hint,
)
