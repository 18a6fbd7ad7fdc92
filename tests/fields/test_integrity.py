"""Integrity metadata: which expressions count, and what matches (Subresource Integrity 3.3)."""

from __future__ import annotations

import base64
import hashlib

import pytest

from fetcher.fields import integrity


def of(text: bytes, algorithm: str = "sha384") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, text).digest()).decode()}"


@pytest.mark.parametrize(
    ("metadata", "matches"),
    [
        (of(b"x"), True),
        (of(b"y"), False),
        (of(b"y") + " " + of(b"x"), True),
        (of(b"x", "sha256") + " " + of(b"y"), False),
        (of(b"y", "sha256") + "\n" + of(b"x", "sha512"), True),
        (of(b"x") + "?type=text/css", True),
        (of(b"x").replace("sha384", "SHA384"), True),
        (of(b"x").replace("+", "-").replace("/", "_").rstrip("="), True),
        ("md5-AAAA " + of(b"x"), True),
    ],
)
def test_the_strongest_decides(metadata: str, matches: bool) -> None:
    """One digest of the strongest algorithm named is enough, and no weaker one is."""
    algorithm = integrity.strongest(metadata)
    assert algorithm is not None
    assert integrity.matches(metadata, algorithm, hashlib.new(algorithm, b"x").digest()) is matches


@pytest.mark.parametrize("metadata", ["", "md5-AAAA", "sha384", "sha384-@@@", "sha384-", "sha1-AAAA", "x" * 1000])
def test_what_asks_for_nothing(metadata: str) -> None:
    """Chromium 156 applies a sheet with such an attribute."""
    assert integrity.strongest(metadata) is None
