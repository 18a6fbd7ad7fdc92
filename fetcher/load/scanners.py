"""What reads each kind of content: the scanners, and the parser of whole documents.

They take a tenth of all that a command does before its first byte, so ``content`` imports this file where it scans, and
``load_page`` before its clock runs: a load that looks at hints alone scans nothing and does without.
"""

from __future__ import annotations

from fetcher.browser.commands import ScanKind
from fetcher.discovery.css.scanner import CssScanner
from fetcher.discovery.html.markup import MarkupNames
from fetcher.discovery.html.scanner import HtmlScanner
from fetcher.discovery.html.xhtml import XhtmlScanner
from fetcher.discovery.modules.scanner import ModuleScanner
from fetcher.discovery.whole_document import warm_up

Scanner = HtmlScanner | XhtmlScanner | CssScanner | ModuleScanner

__all__ = ["MarkupNames", "ModuleScanner", "Scanner", "scanner_of", "warm_up"]


def scanner_of(kind: ScanKind, codec: str, offset: int, *, limit: int, scripting: bool, digest_styles: bool) -> Scanner:
    """For text of ``kind`` that begins at ``offset`` of its bytes in ``codec``. ``limit``: of a module's imports."""
    if kind is ScanKind.CSS:
        return CssScanner(encoding=codec, offset=offset)
    if kind is ScanKind.MODULE:
        return ModuleScanner(limit=limit)
    if kind is ScanKind.XHTML:
        return XhtmlScanner(encoding=codec, offset=offset, digest_styles=digest_styles)
    return HtmlScanner(encoding=codec, offset=offset, scripting=scripting, digest_styles=digest_styles)
