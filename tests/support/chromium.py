"""The product's Chromium (``fetcher.runs.chromium``) as tests drive it: from plain functions, skipping where none is.

``running(...)`` is a context manager; it raises ``Missing`` where there is no Chromium. Calls block and time out; from
asynchronous code use ``asyncio.to_thread``. Each tab has a browser context of its own: empty caches, no cookies, no
open connections. Judge from the server's log where you can.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

from fetcher.errors import ChromiumFailed, MissingChromium
from fetcher.runs.chromium import found, process, tabs, trust
from fetcher.runs.chromium.driving import START_SECONDS, fresh_profile
from fetcher.runs.chromium.options import base_flags
from fetcher.runs.chromium.tabs import Asked, Loaded, Tab
from tests.support.servers import Missing

__all__ = ["Asked", "Chromium", "ChromiumFailed", "Loaded", "Tab", "executable", "key_hash", "running"]


def executable() -> str:
    """Where Chromium is; raises ``Missing``."""
    try:
        return found.executable()
    except MissingChromium as missing:
        raise Missing(str(missing)) from missing


def key_hash(certificate: Path) -> str:
    """What ``trust`` wants to know of a PEM certificate (the first in the file)."""
    first, end, _ = certificate.read_text().partition("-----END CERTIFICATE-----")
    return trust.key_hash(ssl.PEM_cert_to_DER_cert(first.strip() + "\n" + end))


class Chromium(process.Chromium):
    """One browser process."""

    def tab(self, *, watch_network: bool = False, on_record: bool = False) -> contextlib.AbstractContextManager[Tab]:
        """An empty page in a context of its own, both gone afterwards."""
        return tabs.opened(self, watch_network=watch_network, on_record=on_record)


@contextlib.contextmanager
def running(
    *, trust: Sequence[str] = (), resolve: str = "", within: Sequence[str] = (), flags: Sequence[str] = ()
) -> Iterator[Chromium]:
    """Starts Chromium. ``trust``: key hashes of certificates; ``resolve``: ``--host-resolver-rules``; ``within``: a
    command that runs it, such as ``ip netns exec NAME``."""
    program = executable()
    with fresh_profile() as profile:
        command = [*within, program, *base_flags(), f"--user-data-dir={profile}", *flags]
        if trust:
            command.append(f"--ignore-certificate-errors-spki-list={','.join(trust)}")
        if resolve:
            command.append(f"--host-resolver-rules={resolve}")
        browser = Chromium(command, Path(profile, "messages"))
        try:
            browser.version = browser.call("Browser.getVersion", timeout=START_SECONDS)["product"]
            yield browser
        finally:
            browser.close()
