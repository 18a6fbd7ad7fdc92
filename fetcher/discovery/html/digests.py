"""The digests of a <style> element's text, for policies that allow it by them (CSP 3, 6.7.3.3).

They are known when the element ends, so what was found in it waits until then and carries them: ("digests",
"sha256-... sha384-... sha512-..."). Only for documents whose policy has hashes: others are told as the text comes.
"""

from __future__ import annotations

import base64
import codecs
import hashlib
from dataclasses import replace

from fetcher.discovery.candidates import Candidate

_ALGORITHMS = ("sha256", "sha384", "sha512")


class Digests:
    """One element's: ``add`` its text piece by piece with what was found in it, ``end`` gives that with the digests."""

    def __init__(self, encoding: str) -> None:
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._text: list[str] = []
        self._found: list[Candidate] = []

    def add(self, data: bytes, found: list[Candidate]) -> None:
        self._text.append(self._decode(data))
        self._found += found

    def end(self) -> list[Candidate]:
        if not self._found:
            return []
        self._text.append(self._decode(b"", True))
        text = "".join(self._text).replace("\r\n", "\n").replace("\r", "\n")
        return of_text(text.encode("utf-8", "replace"), self._found)


def digests_of(text: bytes) -> list[str]:
    """Of UTF-8 text, as a policy writes them."""
    return [f"{each}-{base64.b64encode(hashlib.new(each, text).digest()).decode()}" for each in _ALGORITHMS]


def of_text(text: bytes, found: list[Candidate]) -> list[Candidate]:
    """``found`` with the digests of the UTF-8 ``text`` it stands in."""
    told = " ".join(digests_of(text))
    return [replace(each, attributes=(*each.attributes, ("digests", told))) for each in found]
