"""aioresponses 0.7.9 under aiohttp 3.14: it builds ClientResponse without ``stream_writer`` and a ResponseHandler
without a parser, and every mocked answer raises. This supplies both, and nothing else, while the mock is active.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock, patch

import aioresponses.compat
import aioresponses.core
from aiohttp import ClientResponse
from aioresponses import aioresponses as Mocked


@contextmanager
def shimmed(mock: Mocked) -> Iterator[Mocked]:
    """``mock`` active, able to answer."""
    build = ClientResponse.__init__
    make = aioresponses.core.stream_reader_factory

    def init(self: ClientResponse, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", Mock(output_size=0))
        build(self, *args, **kwargs)

    def reader(*args: Any, **kwargs: Any) -> Any:
        stream = make(*args, **kwargs)
        stream._protocol._parser = Mock()
        return stream

    with (
        patch.object(ClientResponse, "__init__", init),
        patch.object(aioresponses.core, "stream_reader_factory", reader),
        mock as active,
    ):
        yield active
