"""What the command line's tests hand round: where the origin listens, how a command ended, the one sentence it said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listening:
    """Base URLs without a slash at their end, and the authority to trust."""

    http: str
    https: str
    ca_file: str


@dataclass(frozen=True, slots=True)
class Outcome:
    code: int
    out: str
    err: str


Cli = Callable[..., Outcome]


def sentence(outcome: Outcome) -> str:
    """The one line that ``fetcher:`` says; fails when there is none or more."""
    said = [line for line in outcome.err.splitlines() if line.startswith("fetcher: ")]
    assert len(said) == 1, outcome.err
    return said[0]
