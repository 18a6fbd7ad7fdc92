"""Delivery: whether a browser can use the 103 at all, by when, over what, how often and before what it comes."""

from __future__ import annotations

from fetcher.audits.delivery.repeats import interim_flood, interim_repeated
from fetcher.audits.rule import Rule

RULES: tuple[Rule, ...] = (
    interim_repeated,
    interim_flood,
)
