"""HTML: the incremental preload scanner and what it is made of.

The scanner and its patterns are loaded when it is asked for: who needs one of the other files need not scan.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fetcher.discovery.html.scanner import HtmlScanner

__all__ = ["HtmlScanner"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'fetcher.discovery.html' has no attribute {name!r}")
    return getattr(import_module("fetcher.discovery.html.scanner"), name)
