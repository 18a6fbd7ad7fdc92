"""Which certificates a Chromium is told to take for good ones (--cacert, -k): by the SHA-256 of their public key.

Chromium takes no file of authorities on its command line, but hashes of keys that may stand anywhere in the chain that
a server sends. So the authorities' own keys are named, and the key of each server that is known beforehand (the page's
and those of --resolve), asked for in one handshake of our own and, with --cacert, checked there as we always check. A
certificate that is accepted in any other way keeps its responses out of Chromium's HTTP cache.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Iterable
from contextlib import suppress

from fetcher.errors import UsageError
from fetcher.net.options import NetOptions
from fetcher.urls import resolve

MOST_SERVERS = 20
HANDSHAKE_SECONDS = 10.0
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def key_hash(certificate: bytes) -> str:
    """base64 of SHA-256 of the public key of ``certificate`` (DER, X.509): its SubjectPublicKeyInfo is the seventh
    member of tbsCertificate, the sixth where no version stands before it (RFC 5280 4.1). Raises ValueError."""
    _, content, _ = _member(certificate, 0)
    _, at, _ = _member(certificate, content)
    skipped = 6 if certificate[at] == 0xA0 else 5
    for _ in range(skipped):
        _, _, at = _member(certificate, at)
    start, _, end = _member(certificate, at)
    return base64.b64encode(hashlib.sha256(certificate[start:end]).digest()).decode("ascii")


def _member(data: bytes, at: int) -> tuple[int, int, int]:
    """Where the DER value at ``at`` begins, where its content does, and where it ends."""
    if at + 2 > len(data):
        raise ValueError("the certificate is cut off")
    size, content = data[at + 1], at + 2
    if size & 0x80:
        width = size & 0x7F
        size, content = int.from_bytes(data[content : content + width], "big"), content + width
    if content + size > len(data):
        raise ValueError("the certificate is cut off")
    return at, content, content + size


def authorities(file: str) -> tuple[str, ...]:
    """The key hashes of the certificates in the PEM ``file``. Raises ``UsageError``."""
    try:
        with open(file, encoding="latin-1") as source:
            text = source.read()
        blocks = [part.partition(_END)[0] for part in text.split(_BEGIN)[1:]]
        found = tuple(key_hash(base64.b64decode(block)) for block in blocks)
    except OSError as error:
        raise UsageError(f"--cacert {file} cannot be read: {error.strerror or error}") from error
    except (ValueError, IndexError) as error:
        raise UsageError(f"--cacert {file} has no certificate in it that can be read: {error}") from error
    if not found:
        raise UsageError(f"--cacert {file} has no certificate in it; it should be a PEM file")
    return found


async def trusted(net: NetOptions, urls: Iterable[str]) -> tuple[str, ...]:
    """The key hashes that stand for --cacert and -k of ``net``, for a load of ``urls``; () without either."""
    if net.ca_file is None and not net.insecure:
        return ()
    found = list(authorities(net.ca_file)) if net.ca_file is not None else []
    if net.proxies.is_any:
        return tuple(found)
    servers: dict[tuple[str, int], None] = {}
    for text in urls:
        url = resolve(text)
        if url is not None and url.scheme == "https":
            servers[url.host, url.port] = None
    servers.update({(host, port): None for host, port, _ in net.resolve if host != "*"})
    asked = list(servers)[:MOST_SERVERS]
    answers = await asyncio.gather(*(_server_key(net, host, port) for host, port in asked))
    return tuple(dict.fromkeys([*found, *(each for each in answers if each is not None)]))


async def _server_key(net: NetOptions, host: str, port: int) -> str | None:
    """The hash of the key of the server at ``host`` and ``port``; None for one that does not answer or whose
    certificate is not to be trusted, which is Chromium's to tell."""
    context = ssl.create_default_context(cafile=net.ca_file)
    if net.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    target, to_port = net.destination(host, port)
    addresses = net.overridden(target, to_port)
    with suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            _, writer = await asyncio.open_connection(
                addresses[0] if addresses else target, to_port, ssl=context, server_hostname=host
            )
            try:
                connection = writer.get_extra_info("ssl_object")
                certificate = connection.getpeercert(binary_form=True) if connection is not None else None
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
            return key_hash(certificate) if certificate is not None else None
    return None
