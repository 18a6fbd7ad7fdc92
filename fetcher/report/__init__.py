"""Values in, text out: how a load, a check, an audit or a comparison looks in each form. Pure but for printing.

May import audits, analysis, record, urls and terms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fetcher.report.terminal import print_difference, print_load, render_difference, render_load

__all__ = ["print_difference", "print_load", "render_difference", "render_load"]


def __getattr__(name: str) -> Any:
    """Whoever wants a text made safe to print does not wait for what a whole report is made of."""
    if name not in __all__:
        raise AttributeError(f"module 'fetcher.report' has no attribute {name!r}")
    return getattr(import_module("fetcher.report.terminal"), name)
