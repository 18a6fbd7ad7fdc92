"""Content-Security-Policy (CSP 3): the field read, and asked about a request, an inline style, a <base>, a frame.

``policy`` reads and says which directive governs what; ``sources`` matches source expressions; ``judge`` asks. Which
policies govern (a document's own; those of the 103 for hints, report-only ones too: EH 6.3) is the browser's decision:
each policy carries its disposition.
"""

from __future__ import annotations

from fetcher.fields.content_security_policy.judge import (
    asks_for_digests,
    forbids,
    forbids_ancestor,
    forbids_base,
    forbids_inline,
)
from fetcher.fields.content_security_policy.policy import DIRECTIVES, MOST_WORDS, Policy, is_cut, parse, parse_meta
from fetcher.fields.content_security_policy.sources import matches

__all__ = [
    "DIRECTIVES",
    "MOST_WORDS",
    "Policy",
    "asks_for_digests",
    "forbids",
    "forbids_ancestor",
    "forbids_base",
    "forbids_inline",
    "is_cut",
    "matches",
    "parse",
    "parse_meta",
]
