"""Why a hint did or did not help: the way of one hint from the wire to its use, and the first step that fails."""

from __future__ import annotations

from fetcher.audits.why.values import Elsewhere, State, Step, StepName, Why
from fetcher.audits.why.walk import why

__all__ = ["Elsewhere", "State", "Step", "StepName", "Why", "why"]
