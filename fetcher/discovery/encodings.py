"""Encodings by the labels pages give them (WHATWG Encoding), as the scanners and the URL parser need them.

The label table and the codecs Python lacks come from webencodings. What is ours: which encodings the scanners can read
as they stand, transcoding of the others, and the query of a URL in its document's encoding (URL 4.4, "query state").
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache

import webencodings

_SINGLE_BYTE = ("iso-8859-", "windows-", "koi8-")
_SCANNABLE = frozenset({"utf-8", "ibm866", "macintosh", "x-mac-cyrillic"})
# "Get an output encoding": what these cannot or must not write goes out as UTF-8.
_READ_ONLY = frozenset({"utf-8", "utf-16le", "utf-16be", "replacement"})
_SPECIAL = ("http:", "https:", "ftp:", "file:")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# First bytes of letters that Python's codecs write and the standard's encoders only read (JIS X 0212, Hong Kong's own).
_UNWRITTEN = {"euc-jp": frozenset({0x8F}), "big5": frozenset(range(0x81, 0xA1))}
# The special-query percent-encode set: C0 controls, space and beyond "~", and these.
_ESCAPED = frozenset([*range(0x21), *b"\"#'<>", *range(0x7F, 0x100)])


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name`` is the standard's, in lower case. ``codec`` is Python's name for it; "utf-8" where the scanners get
    transcoded text."""

    name: str
    codec: str

    @property
    def is_scannable(self) -> bool:
        """Whether its bytes can be scanned as they stand: UTF-8 and the single-byte encodings over ASCII. In others an
        ASCII byte may be half of a letter."""
        return self.name in _SCANNABLE or self.name.startswith(_SINGLE_BYTE)


@lru_cache(maxsize=256)
def encoding_of(label: str) -> Encoding | None:
    """The standard's "get an encoding" from a label, or None. One byte of windows-1252 and its like that no letter has
    is read as U+FFFD, where browsers read a C1 control: no URL depends on it."""
    if not label.isascii():
        return None
    found = webencodings.lookup(label)
    if found is None:
        return None
    encoding = Encoding(found.name, found.codec_info.name)
    return encoding if encoding.is_scannable else Encoding(found.name, "utf-8")


UTF_8 = Encoding("utf-8", "utf-8")
UTF_16_LE = Encoding("utf-16le", "utf-8")
UTF_16_BE = Encoding("utf-16be", "utf-8")
WINDOWS_1252 = Encoding("windows-1252", "cp1252")


class Transcoder:
    """Bytes of ``encoding`` in, the same text as UTF-8 out, wherever the pieces are cut. What is wrong becomes U+FFFD;
    "replacement" (labels of encodings that are dangerous to read) gives nothing but that."""

    def __init__(self, encoding: Encoding) -> None:
        # The standard reads GBK with gb18030's decoder; they differ only in what they write.
        codec = _codec("gb18030" if encoding.name == "gbk" else encoding.name)
        make = codec.incrementaldecoder
        self._decode = make("replace").decode if encoding.name != "replacement" and make is not None else None

    def feed(self, data: bytes) -> bytes:
        return self._decode(data).encode("utf-8", "replace") if self._decode is not None else b""

    def close(self) -> bytes:
        """What an unfinished letter at the end comes to."""
        return self._decode(b"", True).encode("utf-8", "replace") if self._decode is not None else b"\xef\xbf\xbd"


def with_encoded_query(url: str, encoding: str | None) -> str:
    """``url`` as it stands in a document of ``encoding`` (the standard's name), the letters of its query that are not
    ASCII percent-encoded as that encoding writes them; those it cannot write as numeric references. Only URLs whose
    scheme is special, or that have none, are touched. Everything else is left to the URL parser."""
    if encoding is None or encoding in _READ_ONLY or url.isascii():
        return url
    scheme = _SCHEME.match(url.lstrip())
    if scheme and scheme[0].lower() not in _SPECIAL:
        return url
    bare, mark, fragment = url.partition("#")
    path, question, query = bare.partition("?")
    if not query:
        return url
    codec = _codec(encoding)
    unwritten = _UNWRITTEN.get(encoding)

    def written(match: re.Match[str]) -> str:
        raw, _ = codec.encode(match[0], _REFERENCES)
        if unwritten is not None:
            letters = (codec.encode(letter, _REFERENCES)[0] for letter in match[0])
            raw = b"".join(
                _numbered(letter) if one[0] in unwritten else one for letter, one in zip(match[0], letters, strict=True)
            )
        return "".join(f"%{byte:02X}" if byte in _ESCAPED else chr(byte) for byte in raw)

    return path + question + _BEYOND_ASCII.sub(written, query) + mark + fragment


def _codec(name: str) -> codecs.CodecInfo:
    found = webencodings.lookup(name)
    assert found is not None, name
    info: codecs.CodecInfo = found.codec_info
    return info


_REFERENCES = "fetcher-query-reference"


def _reference(error: UnicodeError) -> tuple[str, int]:
    """URL "percent-encode after encoding": a letter the encoding has not is "&#N;", percent-encoded."""
    assert isinstance(error, UnicodeEncodeError)
    letters = error.object[error.start : error.end]
    return b"".join(map(_numbered, letters)).decode(), error.end


def _numbered(letter: str) -> bytes:
    return b"%%26%%23%d%%3B" % ord(letter)


codecs.register_error(_REFERENCES, _reference)
