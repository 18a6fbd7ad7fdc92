"""Whether content can be what its element needs, told by its first bytes alone (MIME Sniffing 6.1, 6.2, 6.4).

A browser decodes a picture, a font or a film, and takes the next source of its element where that fails. Here the
signature has to do: what has none of those below certainly fails, what has one is taken to be whole.
"""

from __future__ import annotations

from fetcher.discovery.css.font_face import SIGNATURES
from fetcher.terms import Destination

SHOWN = 16
"""How many bytes are looked at."""

_PICTURES = (
    *(b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"BM", b"\0\0\1\0", b"\0\0\2\0"),
    *(b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"),
)
_MEDIA = (
    *(b"\x1aE\xdf\xa3", b"OggS", b"fLaC", b"ID3", b"#!AMR", b"FLV\1", b"\0\0\1\xba", b"\0\0\1\xb3", b"G", b"#EXTM3U"),
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"styp", b"sidx")


def may_be(destination: Destination, first: bytes | None) -> bool:
    """Whether content that begins with ``first`` (None: nobody saw it) can be used for ``destination``."""
    if first is None:
        return True
    match destination:
        case Destination.FONT:
            return first.startswith(SIGNATURES)
        case Destination.OBJECT | Destination.EMBED:
            avif = first[4:8] == b"ftyp"
            return first.startswith(_PICTURES) or avif or (first[:4] == b"RIFF" and first[8:12] == b"WEBP")
        case Destination.AUDIO | Destination.VIDEO:
            frames = len(first) > 1 and first[0] == 0xFF and first[1] & 0xE0 == 0xE0  # MPEG audio, AAC
            return frames or first.startswith(_MEDIA) or first[4:8] in _BOXES or first[:4] == b"RIFF"
        case _:
            return True
