"""Content-Encoding: every coding at every cut, bombs within bounded memory, and what happens to broken content."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.errors import ContentError, LimitExceeded
from fetcher.wire.coding import MAX_CODINGS, PIECE, SMALL_STREAM, SMALL_STREAMS, Decoder, decoder_for

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"Early hints are hints. " * 40 + bytes(range(256))


def bare_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(data) + encoder.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate ": bare_deflate,  # the same name on the wire: OWS is trimmed
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda data: brotli.compress(gzip.compress(data, mtime=0)),
    "zstd, identity ,, gzip": lambda data: gzip.compress(zstd.compress(data), mtime=0),
}


def decoded(codings: str | None, *pieces: bytes, limit: int | None = None) -> bytes:
    decoder = Decoder(codings, limit)
    out = b"".join(piece for data in pieces for piece in decoder.feed(data))
    assert decoder.decoded_size == len(out)
    assert decoder.finish() == []
    return out


@pytest.mark.parametrize("codings", ENCODERS)
def test_every_coding_at_every_cut(codings: str) -> None:
    """Whole, cut in two anywhere, and a byte at a time."""
    data = ENCODERS[codings](TEXT)
    assert decoded(codings, data) == TEXT
    assert decoded(codings, *(data[at : at + 1] for at in range(len(data)))) == TEXT
    for at in range(len(data)):
        assert decoded(codings, data[:at], data[at:]) == TEXT


@pytest.mark.parametrize("codings", ENCODERS)
def test_content_that_ends_early_is_said_to(codings: str) -> None:
    """Wherever it ends, what could be decoded came out and the end is a ContentError that names a coding."""
    data = ENCODERS[codings](TEXT)
    for at in range(1, len(data)):
        decoder = Decoder(codings, None)
        out = b"".join(decoder.feed(data[:at]))
        assert TEXT.startswith(out)
        with pytest.raises(ContentError, match=r"^The (x-gzip|gzip|deflate|br|zstd) content ends too early, after \d+"):
            decoder.finish()


@pytest.mark.parametrize("codings", ["gzip", "deflate", "br", "zstd", "gzip, br", None, "", "identity", "unheard-of"])
def test_a_body_without_a_byte_is_no_content(codings: str | None) -> None:
    """304, HEAD and careless servers name a coding and send nothing: fine."""
    assert decoded(codings) == b""
    assert decoded(codings, b"") == b""


@pytest.mark.parametrize("codings", ["gzip", "br", "zstd", "gzip, zstd"])
@pytest.mark.parametrize("content", [b"<!doctype html><p>not encoded at all", b"\xff" * 40])
def test_content_in_another_coding_is_refused(codings: str, content: bytes) -> None:
    """The sentence names the coding that failed, and the decoder's own exception is chained."""
    with pytest.raises(ContentError, match=r"^The content does not decode as (gzip|br|zstd): .*[^.]\.$") as caught:
        decoded(codings, content)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("content", [b"\x07not deflate", b"\x78\x9cnot zlib"])
def test_broken_deflate_is_refused_with_and_without_wrapper(content: bytes) -> None:
    """A block of a kind that does not exist, bare and wrapped."""
    with pytest.raises(ContentError, match="does not decode as deflate"):
        decoded("deflate", content)


def test_a_wrong_checksum_is_refused() -> None:
    """gzip's sum is checked at the end of the member, after its content was handed out."""
    data = bytearray(gzip.compress(TEXT, mtime=0))
    data[-8] ^= 1
    decoder = Decoder("gzip", None)
    with pytest.raises(ContentError, match="incorrect data check"):
        b"".join(decoder.feed(bytes(data)))


ENDS = [
    (
        "gzip",
        gzip.compress(b"ab", mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(b"cd", mtime=0),
        b"abcd",
    ),  # RFC 1952 2.2
    ("gzip", gzip.compress(b"ab", mtime=0) + b"\0\0junk", b"ab"),
    ("gzip", gzip.compress(b"ab", mtime=0) + b"\x1f", b"ab"),
    ("deflate", zlib.compress(b"ab") + b"junk", b"ab"),
    ("deflate", bare_deflate(b"ab") + b"junk", b"ab"),
    ("zstd", zstd.compress(b"ab") + zstd.compress(b"cd"), b"abcd"),  # RFC 8878 3
    ("zstd", zstd.compress(b"ab") + b"\x50\x2a\x4d\x18\x02\0\0\0xy" + zstd.compress(b"cd"), b"abcd"),
    ("zstd", b"\x5f\x2a\x4d\x18\x01\0\0\0x" + zstd.compress(b"cd"), b"cd"),
    ("zstd", zstd.compress(b"ab") + b"junk", b"ab"),
]


@pytest.mark.parametrize(("coding", "data", "content"), ENDS)
def test_what_follows_the_end_of_a_stream(coding: str, data: bytes, content: bytes) -> None:
    """Another stream of the coding is more content; anything else is ignored as browsers do; at every cut."""
    for at in range(len(data)):
        assert decoded(coding, data[:at], data[at:]) == content
    assert decoded(coding, *(data[at : at + 1] for at in range(len(data)))) == content


@pytest.mark.parametrize("apart", [False, True])
def test_nothing_may_follow_br(apart: bool) -> None:
    """brotli's decoder refuses it in the same block, so it is refused in a later one too."""
    data = brotli.compress(b"ab")
    with pytest.raises(ContentError):
        decoded("br", *((data, b"junk") if apart else (data + b"junk",)))


def test_unknown_codings_leave_the_content_as_it_came() -> None:
    """As in Chromium, and for the whole list; ``unknown`` names the first so that a report can."""
    decoder = Decoder("gzip, DCB", None)
    assert (decoder.unknown, decoder.codings) == ("dcb", ("gzip", "dcb"))
    assert list(decoder.feed(TEXT)) == [TEXT]
    assert decoder.finish() == []


@pytest.mark.parametrize(
    ("values", "codings"),
    [
        ([], None),
        (["identity"], None),
        ([""], None),
        ([" , identity"], None),
        (["gzip"], ("gzip",)),
        (["GZip "], ("gzip",)),
        (["gzip", "br"], ("gzip", "br")),
        (["gzip,br"], ("gzip", "br")),
        (["foo"], ("foo",)),
    ],
)
def test_a_decoder_is_made_only_when_there_is_something_to_undo(
    values: list[str], codings: tuple[str, ...] | None
) -> None:
    """From a head's fields: None on the common path without coding; several fields are one list (RFC 9110 5.3)."""
    decoder = decoder_for((("vary", "x"), *(("content-encoding", value) for value in values)), 10)
    assert (decoder and decoder.codings) == codings


def zeros(coding: str, mebibytes: int) -> bytes:
    block = bytes(1 << 20)
    if coding == "gzip":
        encoder = zlib.compressobj(1, wbits=31)
        return b"".join(encoder.compress(block) for _ in range(mebibytes)) + encoder.flush()
    if coding == "br":
        brotli_encoder = brotli.Compressor(quality=1)
        return b"".join(brotli_encoder.process(block) for _ in range(mebibytes)) + brotli_encoder.finish()
    zstd_encoder = zstd.ZstdCompressor(level=1)
    return b"".join(zstd_encoder.compress(block) for _ in range(mebibytes)) + zstd_encoder.flush()


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_bomb_stays_small_and_stops_at_the_limit(coding: str) -> None:
    """A gibibyte of zeros in one feed (64 MiB of gzip): bounded pieces and memory, exactly ``limit`` bytes."""
    bomb = zeros(coding, 1024 if coding != "gzip" else 64)
    limit = 32 * 1024 * 1024 + 1
    decoder = Decoder(coding, limit)
    sizes = []
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded) as caught:
            sizes.extend(map(len, decoder.feed(bomb)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.limit == "decoded_bytes"
    assert sum(sizes) == decoder.decoded_size == limit
    assert max(sizes) < 2 * PIECE
    assert peak < 4 * 1024 * 1024


def test_a_bomb_between_two_codings_stops_too() -> None:
    """What the outer coding decodes to is limited as well, though the inner one makes nothing of it."""
    nothing = gzip.compress(b"", mtime=0)
    decoder = Decoder("gzip, gzip", 10_000)
    with pytest.raises(LimitExceeded):
        list(decoder.feed(gzip.compress(nothing * 1000, mtime=0)))
    assert decoder.decoded_size == 0


def test_a_piece_is_decoded_only_when_it_is_asked_for() -> None:
    """A reader that stops after one piece has had one piece decoded."""
    decoder = Decoder("gzip", None)
    assert len(next(decoder.feed(zeros("gzip", 8)))) <= PIECE
    assert decoder.decoded_size <= PIECE


def test_content_of_exactly_the_limit_passes() -> None:
    """The limit is the most that is allowed."""
    assert decoded("gzip", gzip.compress(TEXT, mtime=0), limit=len(TEXT)) == TEXT
    with pytest.raises(LimitExceeded):
        decoded("gzip", gzip.compress(TEXT, mtime=0), limit=len(TEXT) - 1)


@pytest.mark.parametrize("coding", ["gzip", "zstd", "skipped zstd"])
def test_a_list_of_next_to_nothing_ends(coding: str) -> None:
    """Each stream is set up anew: 9 bytes of one cost more time than 4 KiB of content, so their number is limited."""
    stream = {"gzip": gzip.compress(b"", mtime=0), "zstd": zstd.compress(b"x")}.get(coding, b"\x50\x2a\x4d\x18\0\0\0\0")
    name = coding.split()[-1]
    assert len(decoded(name, stream * 1_000)) in (0, 1_000)
    with pytest.raises(ContentError, match=f"{name} content consists of more than {SMALL_STREAMS} tiny parts"):
        decoded(name, stream * (SMALL_STREAMS + 1))
    large = ENCODERS[name](bytes(SMALL_STREAM))
    assert len(decoded(name, *[large * 100] * (SMALL_STREAMS // 100 + 1))) == SMALL_STREAM * (SMALL_STREAMS + 100)


def test_no_more_than_five_codings_are_undone() -> None:
    """A long list is a way to make decoding dear; the sentence tells how long it was."""
    data = TEXT
    for _ in range(MAX_CODINGS):
        data = zlib.compress(data)
    assert decoded(", ".join(["deflate"] * MAX_CODINGS), data) == TEXT
    with pytest.raises(ContentError, match="encoded 1000 times; at most 5"):
        decoded(", ".join(["deflate"] * 1000), data)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=60), flip=st.integers(0, 10_000))
def test_broken_content_never_raises_anything_else(coding: str, data: bytes, flip: int) -> None:
    """Random bytes, and good content with one byte changed: decoded, or one of our two errors."""
    good = bytearray(ENCODERS[coding](data))
    good[flip % len(good)] ^= 1 + flip % 255
    for content in (data, bytes(good)):
        decoder = Decoder(coding, 100_000)
        try:
            list(decoder.feed(content))
            decoder.finish()
        except (ContentError, LimitExceeded) as error:
            assert str(error).endswith(".")  # noqa: PT017 - either outcome is right


def test_brotli_and_zstd_are_imported_only_when_needed() -> None:
    """Importing the module, and decoding gzip, loads neither: start-up time is part of the product."""
    code = (
        "import sys, gzip; from fetcher.wire.coding import Decoder; list(Decoder('gzip, br, zstd', 9).feed(b''));"
        "list(Decoder('gzip', 9).feed(gzip.compress(b'x', mtime=0)));"
        "print([m for m in ('brotli', 'backports.zstd', 'compression.zstd') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
