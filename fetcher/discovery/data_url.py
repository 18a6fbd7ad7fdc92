"""data: URLs (Fetch 6): what they hold and of which type. ``url`` is as written, with or without a fragment."""

from __future__ import annotations

import re
from base64 import b64decode

_ESCAPED = re.compile(rb"%([0-9a-fA-F]{2})")
_SPACE = b" \t\n\f\r"
_FORGIVEN = re.compile(rb"[A-Za-z0-9+/]*")


def decoded(url: str, *, begins: int | None = None) -> tuple[str, bytes] | None:
    """The type, as it is said there ("" for none), and the content; None where it is no valid data: URL. With
    ``begins`` so many characters of the content are looked at, and what they hold is given."""
    head, comma, text = url.partition("#")[0].partition(",")
    if head[:5].lower() != "data:" or not comma:
        return None
    kind = head[5:].strip(" \t\n\f\r")
    raw = text.encode("utf-8", "replace")
    content = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), raw[:begins])
    base, semicolon, word = kind.rpartition(";")
    if semicolon and word.strip(" ").lower() == "base64":
        kind = base.rstrip(" ")
        letters = content.translate(None, _SPACE)
        if begins is not None:
            letters = letters[: len(letters) // 4 * 4]
        elif len(letters) % 4 == 0:
            letters = letters.removesuffix(b"==") if letters.endswith(b"==") else letters.removesuffix(b"=")
        if not _FORGIVEN.fullmatch(letters.rstrip(b"=") if begins is not None else letters) or len(letters) % 4 == 1:
            return None
        content = b64decode(letters + b"=" * (-len(letters) % 4))
    return (f"text/plain{kind}" if kind.startswith(";") else kind), content
