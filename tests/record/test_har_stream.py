"""HAR read piece by piece: the same members however it is cut, bounded memory, a sentence for each broken file."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.errors import RecordError
from fetcher.record import json_stream
from fetcher.record.har.stream import read_har
from fetcher.record.json_stream import CHUNK


class Pieces(io.RawIOBase):
    """A file that gives at most ``size`` bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size, self._at = data, size, 0

    def read(self, size: int = -1) -> bytes:
        piece = self._data[self._at : self._at + min(self._size, size)]
        self._at += len(piece)
        return piece


def read(data: bytes | str, size: int = CHUNK) -> list[tuple[str, Any]]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read_har(Pieces(raw, size)))  # type: ignore[arg-type]


SMALL = {
    "comment": [1, {"a": None}],
    "log": {
        "version": "1.2",
        "creator": {"name": 'ü "x" \\ \U0001f600', "version": ""},
        "pages": [{"id": "p"}],
        "empty": {},
        "entries": [{"n": 1.5e3, "t": [True, False, None, -12, "\u2028\n"]}, {}, {"deep": [[[{}]]]}],
        "_numbers": [1, -2.5, 1e5],
        "_number": 1.5e-9,
    },
    "after": "x",
}
EXPECTED = [
    ("version", "1.2"),
    ("creator", SMALL["log"]["creator"]),  # type: ignore[index]
    ("page", {"id": "p"}),
    ("empty", {}),
    *(("entry", entry) for entry in SMALL["log"]["entries"]),  # type: ignore[index]
    ("_numbers", [1, -2.5, 1e5]),
    ("_number", 1.5e-9),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, CHUNK])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_every_cut_gives_the_same(size: int, ascii_only: bool, indent: int | None) -> None:
    """Down to one byte at a time, through characters, escapes, numbers and words."""
    assert read(json.dumps(SMALL, ensure_ascii=ascii_only, indent=indent), size) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    """An editor's UTF-8 mark, and what PowerShell's redirection makes of a file."""
    assert read(json.dumps(SMALL, ensure_ascii=False).encode(encoding), 5) == EXPECTED


def test_producers_slips_are_let_pass() -> None:
    """NaN is unknown, and a raw tab inside a text is a tab."""
    assert read('{"log": {"entries": [{"time": NaN, "x": "a\tb", "y": -Infinity}]}}') == [
        ("entry", {"time": None, "x": "a\tb", "y": None})
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=5), st.integers(1, 40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_entries_in_any_pieces(entries: list[Any], size: int) -> None:
    """Random values come out as json itself reads them."""
    text = json.dumps({"log": {"entries": entries}})
    assert read(text, size) == [("entry", entry) for entry in json.loads(text)["log"]["entries"]]


def test_a_file_cut_off_anywhere_is_said_to_be() -> None:
    """Every prefix of a HAR file ends in the RecordError that names the reason."""
    text = json.dumps(SMALL)
    for cut in range(1, len(text)):
        with pytest.raises(RecordError, match=r"was cut off: it ends inside"):
            read(text[:cut], 16)


BROKEN = [
    ("", "it is empty"),
    (" \n", "it is empty"),
    ("[]", "not a JSON object"),
    ("<html>", "not a JSON object"),
    ("\x1f\x8b\x08", "not a JSON object"),
    (b"\xff\xd8\xff", "not UTF-8"),
    (b'{"log": {"entries": ["\xe9"]}}', "not UTF-8"),
    ("{}", 'without a "log"'),
    ('{"schema": 1}', 'without a "log"'),
    ('{"log": []}', '"log" is not an object'),
    ('{"log": {"entries": [{"a": 1,}]}}', r"log.entries\[0\], at character 2[89], is not JSON"),
    ('{"log": {"entries": [{} {}]}}', r'"," or "\]" should stand here'),
    ('{"log": {"entries": [{"a": tru }]}}' + " " * 50, r"log.entries\[0\], at character 27"),
    ('{"log": {entries: []}}', "a member should have a name"),
    ('{"log": {"entries": []}} {}', "more text follows"),
    ('{"log": {"entries": [' + "[" * 100_000 + "]}}", "nested too deeply"),
    ('{"log": {"entries": [' + "1" * 5000 + "]}}", r"log.entries\[0\]: .*limit"),
]


@pytest.mark.parametrize(("text", "sentence"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_har_is_named(text: str | bytes, sentence: str) -> None:
    """One sentence that says what is wrong and where."""
    with pytest.raises(RecordError, match=sentence) as caught:
        read(text)
    assert str(caught.value).isprintable()


def large(bodies: int, size: int) -> Iterator[bytes]:
    """A HAR file of ``bodies`` entries with a body of ``size`` bytes each, piece by piece."""
    yield b'{"log": {"entries": ['
    for number in range(bodies):
        yield b"," * bool(number) + b'{"n": %d, "text": "' % number
        left = size
        while left > 0:
            yield b'abcdefgh\\"\\\\\\u00e9\xc3\xa9' * 4096
            left -= 20 * 4096
        yield b'", "after": "x"}'
    yield b"]}}"


class Generated(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, None)) is not None:
            self._rest += piece
        piece, self._rest = self._rest[:size], self._rest[size:]
        self.given += len(piece)
        return piece


@pytest.mark.parametrize(("bodies", "size"), [(40, 1_000_000), (1, 40_000_000)], ids=["many", "one"])
def test_size_costs_no_memory(bodies: int, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """40 MB of bodies, in many entries or all in one, are read within a few windows' worth of memory."""
    monkeypatch.setattr(json_stream, "WINDOW", 2 * CHUNK)
    monkeypatch.setattr(json_stream, "LARGEST", 8 * CHUNK)
    source = Generated(large(bodies, size))
    tracemalloc.start()
    try:
        entries = [entry for _, entry in read_har(source)]  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert source.given > 35_000_000
    assert [(entry["n"], entry["after"]) for entry in entries] == [(number, "x") for number in range(bodies)]
    assert all(entry["text"].startswith('abcdefgh"\\é') and len(entry["text"]) < 1000 for entry in entries)
    assert peak < 24 * CHUNK


def test_an_entry_of_endless_small_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be cut is limited."""
    monkeypatch.setattr(json_stream, "WINDOW", CHUNK)
    monkeypatch.setattr(json_stream, "LARGEST", 2 * CHUNK)
    text = '{"log": {"entries": [[' + '"x",' * CHUNK + '"x"]]}}'
    with pytest.raises(RecordError, match=r"log.entries\[0\] is larger than"):
        read(text)


def test_a_body_that_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of the file inside a text that is being passed over."""
    monkeypatch.setattr(json_stream, "WINDOW", CHUNK)
    with pytest.raises(RecordError, match="was cut off"):
        read('{"log": {"entries": [{"text": "' + "x" * (5 * CHUNK) + "\\")
