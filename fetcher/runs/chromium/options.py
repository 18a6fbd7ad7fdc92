"""What a Chromium is started with: our own load options in its words, and a refusal for what it cannot be told.

``--host-resolver-rules`` is of its "MAP host:port host:port" form, of which the first that fits counts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fetcher.browser.storage.cookies import Cookie
from fetcher.errors import UsageError
from fetcher.net.options import NetOptions
from fetcher.net.proxy import Proxies
from fetcher.terms import Device, Fields

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--component-updater=url-source=http://127.0.0.1:1/",  # it asks update.googleapis.com all the same
    "--gaia-url=http://127.0.0.1:1",  # else accounts.google.com is asked who is signed in
    # Else it asks Google for the time, for what a form's fields may be, and for hints on how to load pages.
    "--disable-features=NetworkTimeServiceQuerying,AutofillServerCommunication,OptimizationHints",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-domain-reliability",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--window-size=1350,940",
    "--force-device-scale-factor=1",
    "--remote-debugging-pipe",
)
"""Nothing that a page did not ask for goes over the network; HTTP/3 is out, as we do not speak it. Distributions set a
start page, so about:blank is named."""
NETLOG_MB = 512
"""Chromium writes no more of a network log than that."""


@dataclass(frozen=True, slots=True)
class ChromiumOptions:
    """``program`` is --chromium. ``headers`` go to every site: Chromium knows no other way. ``cookies`` are there from
    the start. ``trust`` holds key hashes (``trust.key_hash``) of certificates that count as good. ``netlog`` is a file
    that Chromium's network log goes to, without cookies and credentials unless ``sensitive``. ``within`` is a command
    that runs it, such as ``ip netns exec NAME``; ``flags`` are further ones of its own. ``through`` is the proxy of
    every tab, which is told over the pipe: a command line is for everybody on the machine to read."""

    program: str | None = None
    net: NetOptions = field(default_factory=NetOptions)
    headers: Fields = ()
    user_agent: str | None = None
    device: Device | None = None
    cookies: tuple[Cookie, ...] = ()
    trust: tuple[str, ...] = ()
    netlog: str | None = None
    sensitive: bool = False
    within: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    through: str | None = None


def base_flags() -> tuple[str, ...]:
    """``FLAGS``, and --no-sandbox for root alone, whom Chromium refuses otherwise."""
    return ("--no-sandbox", *FLAGS) if hasattr(os, "geteuid") and os.geteuid() == 0 else FLAGS


def command_line(options: ChromiumOptions, program: str, profile: str, trust: Iterable[str] = ()) -> list[str]:
    """The whole command, ``trust`` added to the options' own. Raises ``UsageError`` for what cannot be carried."""
    net = options.net
    _refuse(net)
    command = [*options.within, program, *base_flags(), f"--user-data-dir={profile}", *_proxy(net.proxies)]
    rules = [*_connect_rules(net), *_resolve_rules(net)]
    if rules:
        command.append(f"--host-resolver-rules={', '.join(rules)}")
    hashes = dict.fromkeys([*options.trust, *trust])
    if hashes:
        command.append(f"--ignore-certificate-errors-spki-list={','.join(hashes)}")
    if net.insecure:
        command.append("--ignore-certificate-errors")
    if net.http == "1.1":
        command.append("--disable-http2")
    if options.netlog is not None:
        command.append(f"--log-net-log={os.path.abspath(options.netlog)}")
        command.append(f"--net-log-capture-mode={'IncludeSensitive' if options.sensitive else 'Default'}")
        command.append(f"--net-log-max-size-mb={NETLOG_MB}")
    return [*command, *options.flags, "about:blank"]


def _refuse(net: NetOptions) -> None:
    if net.http == "2":
        raise UsageError("Chromium settles the HTTP version itself (--http 2 cannot be carried over); use auto or 1.1")
    if net.cert_file is not None:
        raise UsageError("Chromium takes no client certificate from here; leave --cert and --key out")
    if sys.platform == "win32":
        raise UsageError("driving a Chromium needs POSIX (Linux or macOS); on Windows record a HAR in DevTools")


def _proxy(proxies: Proxies) -> Iterator[str]:
    """Ours alone counts: what the desktop's settings say does not. Loopback goes through it as with us."""
    if not proxies.is_any:
        yield "--no-proxy-server"
        return
    named = {scheme: each for scheme, each in (("http", proxies.http), ("https", proxies.https)) if each is not None}
    if any(each.authorization is not None for each in named.values()):
        raise UsageError("Chromium takes no credentials for a proxy from here; name one that needs none (--proxy)")
    yield "--proxy-server=" + ";".join(f"{scheme}={each.url}" for scheme, each in named.items())
    exempt = [part for part in proxies.exempt.replace(",", " ").split() if part]
    bypass = [each for name in exempt for each in _bypass(name)]
    yield "--proxy-bypass-list=" + ";".join([*bypass, "<-loopback>"])


def _bypass(name: str) -> tuple[str, ...]:
    """curl's no_proxy names a host and everything below it; addresses and ranges are the same in both."""
    bare = name.lstrip(".")
    if name == "*" or "/" in name or ":" in name or bare.replace(".", "").isdigit():
        return (name,)
    return (bare, f"*.{bare}")


def _connect_rules(net: NetOptions) -> Iterator[str]:
    for host, port, to_host, to_port in net.connect_to:
        if not host and not to_host and to_port is not None:
            raise UsageError(
                f"--connect-to :{port or ''}::{to_port}: Chromium cannot be told another port for every host"
            )
        target = to_host or host
        if not target:
            continue  # what goes where it would go anyway
        addresses = net.overridden(target, to_port or port or 0)
        place = _bracketed(addresses[0] if addresses else target)
        yield f"MAP {_pattern(host, port)} {place}" + (f":{to_port}" if to_port is not None else "")


def _resolve_rules(net: NetOptions) -> Iterator[str]:
    """Of several entries for one host the last counts, and a host's own before those for all of them."""
    last: dict[tuple[str, int], str] = {}
    for host, port, addresses in net.resolve:
        last[host, port] = addresses
    for (host, port), addresses in sorted(last.items(), key=lambda entry: entry[0][0] == "*"):
        yield f"MAP {_pattern(host, port)} {_bracketed(addresses.partition(',')[0])}"


def _pattern(host: str, port: int | None) -> str:
    return _bracketed(host or "*") + (f":{port}" if port is not None else "")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
