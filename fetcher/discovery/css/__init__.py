"""CSS: the streaming scanner and the rules by which what it names is used."""

from fetcher.discovery.css.scanner import CssScanner

__all__ = ["CssScanner"]
