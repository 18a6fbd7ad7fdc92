"""``fetcher discover``: one load in the installed Chromium, and the file of what its scripts requested.

The log is written before anything is printed, and also when the load failed, the browser died or somebody stopped it:
what was seen until then is in it. Where nothing was, or a wall answered for the page, an earlier file
stays. Progress goes to standard error.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.streams import check_writable, is_terminal, run, write_text
from fetcher.errors import ChromiumFailed, FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.runs.chromium import ChromiumOptions
    from fetcher.runs.discover import Discovering

EPILOG = """\b
Examples:
  fetcher discover https://example.com/
  fetcher discover -o app.json --wait 3 https://example.com/app
  fetcher discover --device mobile --netlog net.json https://example.com/
  fetcher discover --json summary.json -k https://localhost:8443/

\b
Then:
  fetcher load --discoveries discoveries.json https://example.com/

Chromium runs the page's scripts, with a fresh profile. Cookies, credentials and secret-looking query
values are left out of what is written, unless --no-redact keeps them."""

DEFAULT = "discoveries.json"

LogFile = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="Write the DevTools protocol log there; - is stdout.")
]
Program = Annotated[
    str | None,
    typer.Option(
        "--chromium",
        metavar="FILE",
        envvar="FETCHER_CHROMIUM",
        show_envvar=False,
        help="The Chromium or Chrome to run, in place of the first that is installed (or FETCHER_CHROMIUM).",
        show_default=False,
    ),
]
NetLog = Annotated[
    str | None, typer.Option("--netlog", metavar="FILE", help="Write Chromium's network log (NetLog) there, too.")
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0.0,
        callback=o.finite,
        help="Watch for so long after the load event, in place of until nothing came for 0.5 s.",
        show_default=False,
    ),
]
Summary = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write what is said here as JSON; - is stdout.")
]


def discover(
    url: o.Url,
    output: LogFile = DEFAULT,
    netlog: NetLog = None,
    json: Summary = None,
    wait: Wait = None,
    max_time: o.MaxTime = None,
    chromium: Program = None,
    http: o.Http = o.HttpVersions.AUTO,
    cacert: o.CaFile = None,
    insecure: o.Insecure = False,
    resolve: o.Resolve = None,
    connect_to: o.ConnectTo = None,
    header: o.Header = None,
    header_scope: o.HeaderScope = o.HeaderScopes.SITE,
    user_agent: o.UserAgent = None,
    cookie: o.Cookie = None,
    user: o.User = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    device: o.Device = None,
    viewport: o.Viewport = None,
    dpr: o.Dpr = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Load a page in the installed Chromium and write down what its scripts request, for load --discoveries."""
    from fetcher.runs.chromium import ChromiumOptions
    from fetcher.runs.discover import Discovering

    _check_files(output, netlog, json)
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, proxy=proxy,
        noproxy=noproxy,
    )  # fmt: skip
    headers = o.header_fields(header)
    if headers and header_scope is not o.HeaderScopes.ALL:
        raise UsageError(
            "Chromium sends -H fields to every site that the page asks, and they may be secret; say --header-scope all "
            "where that is fine, or leave them out"
        )
    asked = o.page_options(url, cookie=cookie, user=user, device=device, viewport=viewport, dpr=dpr)
    state = asked.get("state")
    options = ChromiumOptions(
        program=chromium, net=net, headers=headers, user_agent=user_agent, device=asked.get("device"),
        cookies=state.cookies if state is not None else (), netlog=netlog,
    )  # fmt: skip
    discovering = Discovering(url, options, wait=wait, most=max_time, user=asked.get("auth"), redact=not no_redact)
    failure = _run(discovering, progress=None if quiet else is_terminal(sys.stderr))
    found = discovering.found()
    if found.is_empty:
        raise _nothing(failure or ChromiumFailed(f"nothing of {url} was seen"), output, netlog)
    stays = found.blocked is not None and output != "-" and Path(output).is_file()
    if not stays:
        write_text(discovering.text(found), output)
    repeated = _repeated(
        options, http=http, proxy=proxy, noproxy=noproxy, device=device, viewport=viewport, dpr=dpr
    )  # fmt: skip
    file = None if output == "-" else output
    if netlog is not None and failure is not None and not Path(netlog).is_file():
        netlog = None  # it could not be written, or Chromium never began one
    given = [word for name in (file, netlog) if name is not None for word in ("--discoveries", name)]
    words = ["fetcher", "load", *given, *repeated, found.url]
    command = shlex.join(words) if file is not None and found.blocked is None else None
    if json is not None:
        import json as values

        from fetcher.report.discovered import discovered_json

        write_text(
            values.dumps(discovered_json(found, file=None if stays else file, command=command), indent=1) + "\n", json
        )
    if not quiet and "-" not in (output, json):
        from fetcher.report.discovered import discovered_lines
        from fetcher.report.terminal import print_lines

        needed = [option for option, given in (("-u", user), ("-b", cookie), ("-H", header)) if given and command]
        written = _written(
            None if stays else file, netlog, no_redact=no_redact, needed=needed if failure is None else ()
        )
        print_lines(
            lambda width, unicode: discovered_lines(
                found,
                width=width,
                unicode=unicode,
                all_rows=verbose,
                written=written,
                command=command if command is not None and failure is None else "",
            ),
            color=None if color is o.Colour.AUTO else color is o.Colour.ALWAYS,
        )
    if failure is not None:
        raise _kept_until(failure, "-" if stays else output)
    if found.blocked is not None:
        raise _Blocked(
            f"{found.url} is behind a wall: {found.blocked}"
            + (f"; {output} was there and stays as it was" if stays else "")
            + "; what the server wants may be cookies (-b), credentials (-u) or another browser (-A)"
        )


class _Blocked(FetcherError):
    kind = "blocked"


def _nothing(failure: FetcherError, *names: str | None) -> FetcherError:
    """The same failure, saying which files of an earlier load stay."""
    kept = [name for name in names if name is not None and name != "-" and Path(name).is_file()]
    if kept:
        stay = "stays as it was" if len(kept) == 1 else "stay as they were"
        failure.args = (f"{failure}; nothing of the page was seen, so {' and '.join(kept)} {stay}",)
    return failure


def _check_files(output: str, netlog: str | None, json: str | None) -> None:
    if netlog == "-":
        raise UsageError("--netlog cannot have standard output; give it a file")
    if output == "-" and json == "-":
        raise UsageError("only one of -o and --json can have standard output; give the other a file")
    for name in (output, netlog, json):
        check_writable(name)
    o.distinct({"-o": output, "--netlog": netlog, "--json": json})
    if output == DEFAULT and Path(output).exists() and not _is_ours(output):
        raise UsageError(f"{output} is there and is no log of fetcher discover; name another file (-o)")


def _is_ours(name: str) -> bool:
    """Whether the file is one that ``discover`` wrote before and may write anew."""
    from fetcher.record.observed.written import ABOUT

    try:
        with open(name, "rb") as file:
            return ABOUT.encode() in file.read(200)
    except OSError:
        return False


def _run(discovering: Discovering, *, progress: bool | None) -> FetcherError | None:
    from fetcher.cli.progress import Watch, line_on

    shown = Watch(line_on(sys.stderr, moving=progress)) if progress is not None else None
    if shown is not None:
        discovering.on_change = shown.seen

    async def work() -> None:
        if shown is not None:
            shown.tick()
        try:
            await discovering.run()
        finally:
            if shown is not None:
                shown.wipe()

    try:
        run(work(), discovering.url)
    except FetcherError as error:
        return error
    return None


def _written(file: str | None, netlog: str | None, *, no_redact: bool, needed: Sequence[str]) -> str:
    """Where the logs are, what is in them, and the options that the next command ``needed`` but may not repeat."""
    named = ((file, "the log"), (netlog, "the network log"))
    text = ", ".join(f"{name} has {what}" for name, what in named if name is not None)
    if not text:
        return ""
    text += "; cookies, credentials and secrets in URLs are in it" if no_redact else ""
    return text + (f"; the next command needs {' and '.join(needed)} as well" if needed else "")


def _kept_until(failure: FetcherError, output: str) -> FetcherError:
    """The same failure, saying where what was seen until then is."""
    if output == "-":
        return failure
    failure.args = (f"{failure}; what was seen until then is in {output}",)
    return failure


def _repeated(
    options: ChromiumOptions,
    *,
    http: o.HttpVersions,
    proxy: str | None,
    noproxy: str | None,
    device: o.Devices | None,
    viewport: str | None,
    dpr: float | None,
) -> list[str]:
    """The options that the next command needs as this one did. Fields, cookies and credentials are not repeated: they
    may be secret (a proxy with credentials was refused)."""
    net = options.net
    made: list[str] = []
    for option, value in (
        ("--cacert", net.ca_file),
        ("--http", http.value if http is not o.HttpVersions.AUTO else None),
        ("--proxy", proxy),
        ("--noproxy", noproxy),
        ("--device", device.value if device is not None else None),
        ("--viewport", viewport),
        ("--dpr", f"{dpr:g}" if dpr is not None else None),
        ("-A", options.user_agent),
    ):
        made += [option, value] if value is not None else []
    made += ["-k"] if net.insecure else []
    for host, port, addresses in net.resolve:
        made += ["--resolve", f"{_bracketed(host)}:{port}:{addresses}"]
    for host, from_port, to_host, to_port in net.connect_to:
        parts = (_bracketed(host), from_port or "", _bracketed(to_host), to_port or "")
        made += ["--connect-to", ":".join(map(str, parts))]
    return made


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
