"""Delivery: whether a browser can use the 103 at all: whether the page and its 103 come, when,
over what, with what, to whom and before what."""

from __future__ import annotations

from fetcher.audits.delivery.audience import interim_not_gated, interim_on_subresource, interim_to_bots
from fetcher.audits.delivery.document import document_error
from fetcher.audits.delivery.fields import interim_bad_fields, interim_content_length
from fetcher.audits.delivery.outcome import interim_then_error, interim_then_redirect
from fetcher.audits.delivery.policy import interim_csp_differs
from fetcher.audits.delivery.presence import interim_intermittent, interim_missing
from fetcher.audits.delivery.protocol import interim_over_http1, protocol_no_h2
from fetcher.audits.delivery.repeats import interim_flood, interim_repeated
from fetcher.audits.delivery.timing import interim_immediate, interim_slow, interim_too_late
from fetcher.audits.rule import Rule

RULES: tuple[Rule, ...] = (
    document_error,
    interim_missing,
    interim_immediate,
    interim_content_length,
    interim_over_http1,
    interim_repeated,
    interim_flood,
    interim_too_late,
    interim_slow,
    interim_not_gated,
    interim_on_subresource,
    interim_to_bots,
    interim_then_redirect,
    interim_then_error,
    interim_intermittent,
    interim_bad_fields,
    interim_csp_differs,
    protocol_no_h2,
)
