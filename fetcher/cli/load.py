"""``fetcher load``: one page load, its record and its waterfall.

The record is saved before anything is printed, and also when the load failed or was interrupted: what was seen is
what the person at the terminal needs most then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import typer

from fetcher.cli import options as o
from fetcher.cli.streams import check_writable, is_terminal, report_stream, run, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.net.options import NetOptions
    from fetcher.record import PageLoad

HTTP_ERROR = 22

EPILOG = """\b
Examples:
  fetcher load https://example.com/
  fetcher load --browser chromium --http 2 https://example.com/
  fetcher load --no-early-hints --json before.json https://example.com/
  fetcher load --har page.har -o waterfall.txt https://example.com/
  fetcher load --transport aiohttp https://example.com/
  fetcher load --device mobile -b cookies.txt https://example.com/account
  fetcher load -u 'tester:${STAGING_PASSWORD}' -H 'x-team: blue' https://staging.example.com/
  fetcher load --resolve shop.test:8443:127.0.0.1 --cacert ca.pem https://shop.test:8443/

Scripts do not run and nothing is painted: what only a script would request is missing."""


def load(
    url: o.Url,
    browser: o.Browser = "eager",
    no_early_hints: o.NoEarlyHints = False,
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
    cert: o.Cert = None,
    key: o.Key = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    device: o.Device = None,
    viewport: o.Viewport = None,
    dpr: o.Dpr = None,
    transport: o.Transport = o.Transports.CONNECTIONS,
    frames: o.Frames = False,
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    har: o.HarFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    fail: o.Fail = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Load a page and everything it asks for, acting on its 103s, and show the waterfall."""
    for name in (json, har, output):
        check_writable(name)
    if [json, har, output].count("-") > 1:
        raise UsageError("only one of --json, --har and -o can have standard output; give the others a file")
    o.distinct({"--json": json, "--har": har, "-o": output})
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    headers = o.header_fields(header)
    asked = o.page_options(
        url, cookie=cookie, user=user, header_scope=header_scope, device=device, viewport=viewport, dpr=dpr
    )
    if transport is not o.Transports.CONNECTIONS:
        asked["transport"] = transport.value
    asked["frames"] = frames
    loading = _Loading(url, browser, not no_early_hints, headers, user_agent, max_time, net, asked)
    failure: FetcherError | None = None
    try:
        run(loading.run(progress=not quiet and is_terminal(sys.stderr)), url)
    except FetcherError as error:
        failure = error
    record = loading.record
    if record is not None:
        if not no_redact:
            from fetcher.record import redacted

            record = redacted(record)
        if json is not None:
            from fetcher.record import dumps

            write_text(dumps(record, redact=False), json)
        if har is not None:
            from fetcher.record.har.writer import har_text

            write_text(har_text(record, redact=False), har)
        free = output is not None or "-" not in (json, har)
        if free and not (quiet and output is None) and (failure is None or _saw_something(record)):
            from fetcher.report.terminal import print_load

            colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
            with report_stream(output) as stream:
                print_load(record, file=stream, color=colour, all_rows=verbose, redact=False)
    if failure is not None:
        raise failure
    if fail:
        _fail_on_status(record)
    if record is not None and not quiet and not is_terminal(sys.stdout):
        _say_notes(record)  # a terminal shows them under the waterfall


class _Loading:
    """One load_page call whose record outlives its failure or interruption."""

    def __init__(
        self,
        url: str,
        browser: str,
        early_hints: bool,
        headers: tuple[tuple[str, str], ...],
        user_agent: str | None,
        max_time: float | None,
        net: NetOptions,
        asked: dict[str, Any],
    ) -> None:
        self.url = url
        self.browser = browser
        self.early_hints = early_hints
        self.headers = headers
        self.user_agent = user_agent
        self.max_time = max_time
        self.net = net
        self.asked = asked
        self.record: PageLoad | None = None

    async def run(self, *, progress: bool) -> None:
        import asyncio

        from fetcher.load import load_page

        shown = None
        if progress:
            from fetcher.cli.progress import Progress

            shown = Progress(sys.stderr)
            shown.tick()
        try:
            self.record = await load_page(
                self.url,
                browser=self.browser,
                early_hints=self.early_hints,
                headers=self.headers,
                user_agent=self.user_agent,
                options=self.net,
                timeout=self.max_time,
                watch=shown,
                **self.asked,
            )
        except (FetcherError, asyncio.CancelledError) as error:
            self.record = getattr(error, "record", None)
            raise
        finally:
            if shown is not None:
                shown.wipe()


def _saw_something(record: PageLoad) -> bool:
    """Whether anything came back: a look-up that failed has a sentence to show, but no waterfall."""
    return any(
        request.times.first_interim_response_start is not None or request.status is not None
        for request in record.requests
    )


def _say_notes(record: PageLoad) -> None:
    """What a person should know besides the numbers, on stderr: an error status, nothing to scan, an empty body."""
    from fetcher.report.escape import safe

    for note in record.notes:
        print(f"fetcher: note: {safe(note)}", file=sys.stderr)


def _fail_on_status(record: PageLoad | None) -> None:
    """--fail: an HTTP error status, else a note of the record's own, is exit code 22 as in curl."""
    document = record.document_request if record is not None else None
    if document is None or document.status is None or document.status < 400:
        return
    from fetcher.report.escape import safe

    print(f"fetcher: {safe(document.url)} answered with status {document.status}", file=sys.stderr)
    raise typer.Exit(HTTP_ERROR)
