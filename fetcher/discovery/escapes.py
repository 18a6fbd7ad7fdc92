"""CSS escapes (CSS Syntax 3, 4.3.7), apart from what else reads CSS: conditions and style sheets both need them."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|(\r\n|[\n\r\f])|([^0-9a-fA-F\n\r\f])|$)")


def _unescaped(match: re.Match[str]) -> str:
    digits, newline, other = match.groups()
    if digits:
        number = int(digits, 16)
        return chr(number) if 0 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"
    return "" if newline or other is None else other


def unescape(text: str) -> str:
    """``text`` (the inside of a string, url or name) with its escapes resolved and NUL replaced."""
    text = text.replace("\0", "\ufffd") if "\0" in text else text
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text
