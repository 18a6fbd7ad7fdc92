"""What the machine is asked to be: one frozen value, taken once per load."""

from __future__ import annotations

from dataclasses import dataclass, field

from fetcher.terms import Fields, Limits, ProfileName


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """``early_hints`` False: a 103 is received, reported and ignored (the off arm of a comparison). ``headers`` are
    added to, or replace, our own on same-site requests. ``http`` "1.1" lets six connections open at once, since no
    ALPN answer has to be waited for. ``only_hints``: the document and what its 103 hints at; what the document itself
    asks for is not even looked for."""

    profile: ProfileName = ProfileName.EAGER
    early_hints: bool = True
    headers: Fields = ()
    user_agent: str | None = None
    http: str = "auto"
    limits: Limits = field(default_factory=Limits)
    only_hints: bool = False
