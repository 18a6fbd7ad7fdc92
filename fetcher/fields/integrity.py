"""Integrity metadata (Subresource Integrity 3.3): the ``integrity`` attribute read, and digests compared with it.

The strongest algorithm that is named decides alone; unknown algorithms and malformed digests are left out, and metadata
of which nothing is left matches anything, as in browsers.
"""

from __future__ import annotations

import base64
import binascii
import re

ALGORITHMS = ("sha256", "sha384", "sha512")
"""The weakest first."""
_EXPRESSION = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[\x21-\x7e]*)?", re.IGNORECASE)


def parse(metadata: str) -> tuple[tuple[str, bytes], ...]:
    """(algorithm, digest) of every expression that can be read, in order."""
    found = []
    for text in metadata.split():
        match = _EXPRESSION.fullmatch(text)
        if match is None:
            continue
        digest = match[2].replace("-", "+").replace("_", "/").rstrip("=")
        try:
            raw = base64.b64decode(digest + "=" * (-len(digest) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        found.append((match[1].lower(), raw))
    return tuple(found)


def strongest(metadata: str) -> str | None:
    """The algorithm that decides, or None where nothing has to match."""
    named = {algorithm for algorithm, _ in parse(metadata)}
    return next((each for each in reversed(ALGORITHMS) if each in named), None)


def matches(metadata: str, algorithm: str, digest: bytes) -> bool:
    """Whether ``digest``, by ``strongest(metadata)``, is one of those asked for."""
    return any(name == algorithm and raw == digest for name, raw in parse(metadata))


def written(algorithm: str, digest: bytes) -> str:
    """ "sha384-..." as it would stand in the attribute."""
    return f"{algorithm}-{base64.b64encode(digest).decode('ascii')}"


def expressions(metadata: str) -> tuple[str, ...]:
    """All digests as Content-Security-Policy spells them, for its hash sources."""
    return tuple(written(algorithm, raw) for algorithm, raw in parse(metadata))
