"""Runs a site until it is told to stop: behind ``fetcher serve`` and ``python -m fetcher.origin``.

The second is for tests and benchmarks that want the origin in a process of its own: with ``--json`` the first line on
standard output says where it listens, and with ``--log -`` the log follows as JSON lines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TextIO

from fetcher.errors import FetcherError, MissingExtra, UsageError
from fetcher.origin.certificates import Certificate, throw_away
from fetcher.origin.log import Log
from fetcher.origin.sample import sample_site
from fetcher.origin.script import Route, Site
from fetcher.origin.server import Origin


@dataclass(frozen=True, slots=True)
class Serving:
    """Where a running site can be reached. ``https`` and ``ca_file`` are None without TLS; ``note`` says why."""

    http: str
    https: str | None
    ca_file: str | None
    pid: int
    note: str | None = None

    def as_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    def as_text(self) -> str:
        lines = [f"{self.http}/  HTTP/1.1"]
        if self.https is not None:
            lines += [f"{self.https}/  HTTP/2 and HTTP/1.1 over TLS", f"trust it with --cacert {self.ca_file}"]
        if self.note is not None:
            lines.append(self.note)
        return "\n".join([*lines, "Stop with Ctrl-C.", ""])


async def serve(
    site: Site | Mapping[str, Route],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls_port: int = 0,
    tls: bool | None = None,
    http: Sequence[str] = ("h2", "http/1.1"),
    directory: str | None = None,
    log: Log | None = None,
    ready: Callable[[Serving], None] | None = None,
    until: asyncio.Event | None = None,
) -> None:
    """Serve ``site`` in cleartext (HTTP/1.1) on ``port`` and over TLS on ``tls_port`` (0: any) until ``until`` is set,
    or SIGINT or SIGTERM comes; then close everything and return.

    ``tls`` None: where trustme is installed. The certificate's files go to ``directory``, else to a temporary one.
    ``ready`` is called once both listen. Raises ``UsageError`` or ``MissingExtra`` before anything is served.
    """
    shared = Log() if log is None else log
    certificate, note = _certificate(tls)
    done = until or asyncio.Event()
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(Origin(site, host=host, port=port, http=("http/1.1",), log=shared))
        secure = None
        ca_file = None
        if certificate is not None:
            secure = Origin(site, host=host, port=tls_port, tls=True, http=http, certificate=certificate, log=shared)
            await stack.enter_async_context(secure)
            if directory is None:
                directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="fetcher-origin-"))
            ca_file = str(certificate.write(directory))
        stack.enter_context(_Signals(done))
        if ready is not None:
            ready(Serving(plain.url, secure.url if secure else None, ca_file, os.getpid(), note))
        await done.wait()


def _certificate(tls: bool | None) -> tuple[Certificate | None, str | None]:
    if tls is False:
        return None, None
    try:
        return throw_away(), None
    except MissingExtra as error:
        if tls:
            raise
        return None, f"Cleartext only: {error}"


class _Signals:
    """While entered, SIGINT and SIGTERM set ``done`` instead of ending the process half way."""

    def __init__(self, done: asyncio.Event) -> None:
        self._done = done
        self._caught: list[signal.Signals] = []

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Outside the main thread, and on Windows, signals stay as they are.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._done.set)
                self._caught.append(number)

    def __exit__(self, *_: object) -> None:
        for number in self._caught:
            asyncio.get_running_loop().remove_signal_handler(number)


async def run_sample(
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    tls_port: int = 8443,
    tls: bool | None = None,
    think_ms: float = 300,
    interim_delay_ms: float = 20,
    asset_delay_ms: float = 0,
    directory: str | None = None,
    log: Log | None = None,
    ready: Callable[[Serving], None] | None = None,
) -> None:
    """The sample site through ``serve``; without ``ready`` the addresses are written to standard output."""
    site = sample_site(think_ms, interim_delay_ms, asset_delay_ms)
    announce = ready or (lambda serving: _say(serving.as_text()))
    await serve(site, host=host, port=port, tls_port=tls_port, tls=tls, directory=directory, log=log, ready=announce)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _lines(name: str | None) -> AbstractContextManager[TextIO | None]:
    if name is None:
        return nullcontext(None)
    if name == "-":
        return nullcontext(sys.stdout)
    try:
        return open(name, "a", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the log cannot be written to {name}: {error.strerror or error}") from error


def site_named(name: str) -> Site | Mapping[str, Route]:
    """The site that "package.module:name" is, or makes when called. Raises ``UsageError`` if there is none."""
    module, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"{name!r} does not name a site: write package.module:name")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"there is no site {name!r}: {error}") from error
    site = found() if callable(found) else found
    if not isinstance(site, Site | Mapping):
        raise UsageError(f"{name!r} is no site but {type(site).__name__}")
    return site


def main(argv: Sequence[str] | None = None) -> int:
    """``python -m fetcher.origin``; returns the exit code (0, 2 for a wrong option or a port in use)."""
    parser = argparse.ArgumentParser(prog="python -m fetcher.origin", description="Serve the sample site, or your own.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="for cleartext; 0 takes any free one")
    parser.add_argument("--tls-port", type=int, help="for TLS (default 8443, any free one with --port 0)")
    parser.add_argument("--no-tls", action="store_true")
    parser.add_argument("--http", choices=("h2", "http/1.1"), action="append", help="over TLS (default both)")
    parser.add_argument("--think", type=float, default=300, metavar="MS", help="request to final head (300)")
    parser.add_argument("--interim-delay", type=float, default=20, metavar="MS", help="request to 103 (20)")
    parser.add_argument("--asset-delay", type=float, default=0, metavar="MS", help="request to subresource (0)")
    parser.add_argument("--site", metavar="MODULE:NAME", help="a Site, or what makes one, instead of the sample")
    parser.add_argument("--directory", metavar="DIR", help="where the certificate's files go (default: temporary)")
    parser.add_argument("--log", metavar="FILE", help="write what happens as JSON lines; - is standard output")
    parser.add_argument("--json", action="store_true", help="say where it listens in one line of JSON")
    options = parser.parse_args(argv)
    tls_port = options.tls_port if options.tls_port is not None else (8443 if options.port else 0)
    try:
        site = site_named(options.site) if options.site else None
        with _lines(options.log) as lines:
            asyncio.run(
                serve(
                    site or sample_site(options.think, options.interim_delay, options.asset_delay),
                    host=options.host,
                    port=options.port,
                    tls_port=tls_port,
                    tls=False if options.no_tls else None,
                    http=options.http or ("h2", "http/1.1"),
                    directory=options.directory,
                    log=Log(lines),
                    ready=lambda serving: _say(serving.as_line() if options.json else serving.as_text()),
                )
            )
    except FetcherError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0
