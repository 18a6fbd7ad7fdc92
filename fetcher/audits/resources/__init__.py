"""Resources: what a hint brings, whether the page can use it, and what the hints cost that bring nothing."""

from __future__ import annotations

from fetcher.audits.resources.missing import hint_not_found, hint_stale_version, hint_unused
from fetcher.audits.resources.pace import hint_already_cached, hint_slow
from fetcher.audits.resources.preconnects import (
    preconnect_excess,
    preconnect_mode_mismatch,
    preconnect_own_origin,
    preconnect_to_resource,
    preconnect_unused,
)
from fetcher.audits.resources.reuse import hint_fetched_twice, hint_redirected, hint_uncacheable, hint_vary_mismatch
from fetcher.audits.rule import Rule

RULES: tuple[Rule, ...] = (
    hint_not_found,
    hint_stale_version,
    hint_redirected,
    hint_uncacheable,
    hint_vary_mismatch,
    hint_unused,
    hint_fetched_twice,
    hint_already_cached,
    hint_slow,
    preconnect_unused,
    preconnect_mode_mismatch,
    preconnect_to_resource,
    preconnect_excess,
    preconnect_own_origin,
)
