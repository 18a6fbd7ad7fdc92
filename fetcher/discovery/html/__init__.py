"""HTML: the incremental preload scanner and what it is made of."""

from fetcher.discovery.html.scanner import HtmlScanner

__all__ = ["HtmlScanner"]
