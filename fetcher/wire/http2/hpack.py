"""HPACK undone (RFC 7541): jh2's decoder, all of whose failures are one of two.

Its compiled form panics on some input, which is no ``Exception``; what would make it do so does not reach it.
"""

from __future__ import annotations

from collections.abc import Sequence

# jh2.connection takes the compiled HPACK where there is one and the pure one elsewhere.
from jh2.connection import Decoder, HPACKError, OversizedHeaderListError

TABLE_SIZE = 65_536
"""Of the table of earlier fields, which a peer may fill."""


class Oversized(Exception):
    """The section unpacks to more than may be kept."""


class Undecodable(Exception):
    """The block breaks HPACK's rules, so that nothing after it can be read either. ``str()`` says how, if anybody
    knows."""


class FieldDecoder:
    """Of one direction of one connection; ``most`` bytes may a section unpack to."""

    def __init__(self, most: int) -> None:
        self._decoder = Decoder()
        self._decoder.max_allowed_table_size = TABLE_SIZE
        self._decoder.max_header_list_size = most

    def decode(self, block: bytes) -> Sequence[Sequence[bytes]]:
        """Name, value and whether no table may have it (RFC 7541 7.1.3), of each field. Raises ``Oversized`` and
        ``Undecodable``."""
        if not is_whole(block):
            raise Undecodable("it is cut off")
        try:
            pairs: Sequence[Sequence[bytes]] = self._decoder.decode(block, raw=True)
        except OversizedHeaderListError as error:
            raise Oversized from error
        except (HPACKError, ValueError) as error:
            raise Undecodable(str(error)) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # the compiled decoder's
                raise
            raise Undecodable from error
        return pairs


def is_whole(block: bytes) -> bool:
    """Whether no HPACK instruction of the block is cut off (RFC 7541 5 and 6).

    The compiled decoder panics on such blocks, which it says on stderr past every handler, so they must not reach it.
    """
    at, size = 0, len(block)
    while at < size:
        first = block[at]
        at += 1
        if first & 0x80 and first != 0xFF:  # indexed, the commonest by far
            continue
        mask = 0x7F if first & 0x80 else 0x3F if first & 0x40 else 0x1F if first & 0x20 else 0x0F
        if first & mask == mask:
            while at < size and block[at] & 0x80:
                at += 1
            at += 1
        if first & 0x80 or mask == 0x1F:
            continue
        for _ in range(1 if first & mask else 2):  # the value, after the name unless that is in a table
            if at >= size:
                return False
            length = block[at] & 0x7F
            at += 1
            shift = 0
            while length >= 0x7F and at < size:
                length += (block[at] & 0x7F) << shift
                shift += 7
                at += 1
                if not block[at - 1] & 0x80:
                    break
            at += length
    return at == size
