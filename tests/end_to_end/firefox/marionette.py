"""Marionette, Firefox's own remote control, as far as tests need it: run a script with the browser's own rights.

A message is its length in decimal, a colon, and JSON: [0, id, command, parameters] to it, [1, id, error, result] back
(remote/marionette of Firefox's sources). Calls block, and time out.
"""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

CALL_SECONDS = 20.0
LONGEST = 16 * 1024 * 1024


class FirefoxFailed(Exception):
    """Firefox did not start, went away, or refused a command; the message says which."""


class Marionette:
    """One session. Its calls may come from several threads, and are made one after the other."""

    def __init__(self, port: int) -> None:
        self._lock = threading.Lock()
        self._number = 0
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), timeout=CALL_SECONDS)
            self._stream = self._socket.makefile("rb")
            self._receive()  # its greeting
            self.version = str(self.call("WebDriver:NewSession")["capabilities"]["browserVersion"])
            self.call("Marionette:SetContext", value="chrome")
        except (OSError, ValueError) as error:
            raise FirefoxFailed(f"Firefox cannot be talked to on port {port}: {error}") from error

    def script(self, text: str, *arguments: object) -> Any:
        """What ``text``, the body of a function of ``arguments``, returns; a promise is waited for."""
        told = self.call("WebDriver:ExecuteScript", script=text, args=list(arguments), newSandbox=False)
        return told["value"]

    def call(self, command: str, **parameters: object) -> dict[str, Any]:
        with self._lock:
            self._number += 1
            expected = self._number
            message = json.dumps([0, expected, command, parameters]).encode()
            try:
                self._socket.sendall(b"%d:" % len(message) + message)
                _, number, error, result = self._receive()
            except (OSError, ValueError) as failed:
                raise FirefoxFailed(f"Firefox does not answer to {command}: {failed}") from failed
        if number != expected or error is not None:
            raise FirefoxFailed(f"{command}: {(error or {}).get('message', 'an answer to something else')}")
        return result if isinstance(result, dict) else {}

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _receive(self) -> Any:
        length = bytearray()
        while (byte := self._stream.read(1)) != b":":
            if not byte or not byte.isdigit() or len(length) > 8:
                raise ValueError("the connection ended, or speaks something else")
            length += byte
        size = int(length)
        if size > LONGEST:
            raise ValueError(f"a message of {size} bytes")
        return json.loads(self._stream.read(size))
