"""A refusal: which rule, and a sentence that says why. The same value for requests never made and for responses."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blocked:
    """``rule`` is the policy's name ("CSP img-src", "mixed content", "CORS", "CORP", "COEP", "SRI", "MIME type",
    "nosniff", "ORB", "URL credentials", "X-Frame-Options", "EH 10.2"); ``reason`` a sentence without a full stop.

    ``is_read``: the response is taken in all the same and only kept from what asked for it (a style sheet of the wrong
    type); otherwise its connection is told to stop sending."""

    rule: str
    reason: str
    is_read: bool = False
