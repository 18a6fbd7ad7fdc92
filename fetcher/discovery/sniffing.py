"""What a document is that does not say so, by its first bytes (MIME Sniffing 7.1, as Chromium 156 does it).

``STATES_NOTHING`` are the Content-Types that count as none. Only what can be looked into is told apart from the rest:
HTML, XML, and anything else, which is shown as text, kept for download or handed to a plug-in.
"""

from __future__ import annotations

BYTES = 512
"""How many of the first bytes are looked at."""
STATES_NOTHING = frozenset({"*/*", "application/unknown", "unknown/unknown"})
HTML, XML, OTHER = "text/html", "text/xml", "other"
# Unlike in the standard no end of the tag's name is asked for, and <h1> is the only heading.
_TAGS = tuple(
    f"<{name}".encode()
    for name in (
        *("!doctype html", "script", "html", "!--", "head", "iframe", "h1", "div", "font", "table", "a", "style"),
        *("title", "b", "body", "br", "p"),
    )
)
_SPACE = b"\t\n\x0b\x0c\r "


def sniffed(first: bytes) -> str:
    """HTML, XML or OTHER, for content that begins with ``first`` (``BYTES`` of it, or all there is)."""
    text = first[:BYTES].lstrip(_SPACE)
    if text[:16].lower().startswith(_TAGS):
        return HTML
    return XML if text.startswith(b"<?xml") else OTHER
