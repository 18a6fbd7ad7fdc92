"""jh2 driven by hand: its connection between a blocking TLS socket and a loop, nothing around it.

The windows are opened as wide as ours, so that neither side waits for the other more than we do.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlsplit

from jh2.config import H2Configuration
from jh2.connection import H2Connection
from jh2.events import ConnectionTerminated, DataReceived, StreamEnded, StreamReset
from jh2.settings import SettingCodes

STREAM_WINDOW = 6 * 1024 * 1024
CONNECTION_WINDOW = 15 * 1024 * 1024
FIELDS = (("accept", "*/*"), ("accept-encoding", "gzip, deflate, br, zstd"), ("user-agent", "jh2"))


def context_for(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["h2"])
    return context


class ByHand:
    """One connection; ``with`` it."""

    def __init__(self, url: str, context: ssl.SSLContext) -> None:
        parts = urlsplit(url)
        self._authority = parts.netloc
        plain = socket.create_connection((parts.hostname, parts.port), 30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = context.wrap_socket(plain, server_hostname=parts.hostname)
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._h2.initiate_connection()
        self._h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW, SettingCodes.ENABLE_PUSH: 0})
        self._h2.increment_flow_control_window(CONNECTION_WINDOW - 65_535)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sock.close()

    def get(
        self, targets: list[str], *, keep: bool = True, on_event: Callable[[Any], None] | None = None
    ) -> list[bytes]:
        """GET all at once, in one write; their contents (b"" each unless ``keep``)."""
        numbers = [self.request(target) for target in targets]
        self.flush()
        contents: dict[int, list[bytes]] = {number: [] for number in numbers}
        self.read(set(numbers), contents if keep else None, on_event)
        return [b"".join(contents[number]) for number in numbers]

    def request(self, target: str, fields: tuple[tuple[str, str], ...] = FIELDS) -> int:
        number: int = self._h2.get_next_available_stream_id()
        pseudo = ((":method", "GET"), (":authority", self._authority), (":scheme", "https"), (":path", target))
        self._h2.send_headers(number, [*pseudo, *fields], end_stream=True)
        return number

    def flush(self) -> None:
        data = self._h2.data_to_send()
        if data:
            self._sock.sendall(data)

    def read(
        self, waiting: set[int], contents: dict[int, list[bytes]] | None, on_event: Callable[[Any], None] | None = None
    ) -> None:
        """Until each stream of ``waiting`` has ended. ``on_event`` sees all else, and may add to ``waiting``."""
        h2 = self._h2
        while waiting:
            data = self._sock.recv(262_144)
            if not data:
                raise ConnectionError("the server closed the connection")
            for event in h2.receive_data(data):
                if isinstance(event, DataReceived):
                    if contents is not None:
                        contents[event.stream_id].append(event.data)
                    h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, StreamEnded):
                    waiting.discard(event.stream_id)
                elif isinstance(event, StreamReset | ConnectionTerminated):
                    raise ConnectionError(f"the server gave up: {event}")
                elif on_event is not None:
                    on_event(event)
            self.flush()
