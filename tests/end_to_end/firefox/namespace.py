"""A network of one's own: nothing but loopback, so that a browser that phones home reaches nobody.

``enter()`` runs the program again inside a new network namespace (``unshare``, of util-linux) with loopback up, and
does not come back; inside it, it does nothing more. Who starts a browser asks ``is_apart()`` first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

from tests.support.servers import Missing

_INSIDE = "FETCHER_OWN_NETWORK"
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_FLAGS = struct.Struct("16sh14x")


def enter(module: str) -> None:
    """Run ``python -m module`` with the same arguments in a namespace of its own, unless this is it. Raises Missing."""
    if _INSIDE in os.environ:
        _raise_loopback()
        return
    within = command()
    sys.stdout.flush()
    os.execve(within[0], [*within, sys.executable, "-m", module, *sys.argv[1:]], {**os.environ, _INSIDE: "1"})


def command() -> list[str]:
    """What runs a program in a namespace of its own. Raises Missing where that is not to be had."""
    unshare = shutil.which("unshare")
    if unshare is None or sys.platform != "linux":
        raise Missing("no network namespace can be made here (unshare of util-linux, on Linux)")
    within = [unshare, "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    tried = subprocess.run([*within, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise Missing(f"no network namespace can be made here ({tried.stderr.strip()})")
    return within


def is_apart() -> bool:
    """No network interface but loopback is here."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return {line.partition(":")[0].strip() for line in lines} <= {"lo"}


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        told = fcntl.ioctl(any_socket, _GET_FLAGS, _FLAGS.pack(b"lo", 0))
        _, flags = _FLAGS.unpack(told)
        fcntl.ioctl(any_socket, _SET_FLAGS, _FLAGS.pack(b"lo", flags | _UP))
