"""A throw-away certificate authority and server certificates for loopback names, made in memory by trustme.

trustme comes with the extra ``serve`` and is imported only when a certificate is asked for. One authority serves a
process, so every origin in it is trusted through the same CA file.
"""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fetcher.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    import trustme

NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "*.localhost",
    *(name for site in ("a", "b", "c") for name in (f"{site}.test", f"*.{site}.test")),
    # OpenSSL and browsers refuse a wildcard right under a top-level domain; others take it, so both forms are there.
    "cdn.test",
    "fonts.test",
    "www.test",
    "*.test",
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's chain and key, and the authority to trust, all PEM."""

    authority: bytes
    chain: bytes
    key: bytes

    def server_context(self, alpn: Sequence[str]) -> ssl.SSLContext:
        """A context that offers ``alpn`` in the server's order of preference."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory(prefix="fetcher-origin-") as directory:
            # ssl reads chains from files only.
            pem = Path(directory, "server.pem")
            pem.touch(mode=0o600)
            pem.write_bytes(self.key + self.chain)
            context.load_cert_chain(pem)
        context.set_alpn_protocols(list(alpn))
        return context

    def client_context(self) -> ssl.SSLContext:
        """A context that trusts this authority and nothing else."""
        return ssl.create_default_context(cadata=self.authority.decode("ascii"))

    def write(self, directory: str | Path) -> Path:
        """Write ca.pem, server.pem and server.key into ``directory`` (made if need be); the path of ca.pem. Raises
        ``UsageError``."""
        folder = Path(directory)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            key = folder / "server.key"
            key.touch(mode=0o600)
            key.write_bytes(self.key)
            (folder / "server.pem").write_bytes(self.chain)
            (folder / "ca.pem").write_bytes(self.authority)
        except OSError as error:
            raise UsageError(f"cannot write the certificates to {folder}: {error.strerror or error}") from error
        return folder / "ca.pem"


@cache
def throw_away(names: tuple[str, ...] = NAMES) -> Certificate:
    """A certificate for ``names`` from this process's authority. Raises ``MissingExtra`` without trustme."""
    authority = _authority()
    leaf = authority.issue_cert(*names)
    return Certificate(
        authority.cert_pem.bytes(),
        b"".join(blob.bytes() for blob in leaf.cert_chain_pems),
        leaf.private_key_pem.bytes(),
    )


@cache
def _authority() -> trustme.CA:
    try:
        import trustme
    except ImportError as error:
        raise MissingExtra(
            "serving over TLS needs the package trustme: pip install 'early-hints-fetcher[serve]'"
        ) from error
    return trustme.CA(organization_name="fetcher throw-away origin")
