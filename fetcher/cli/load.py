"""``fetcher load``: one page load, its record and its waterfall.

The record is saved before anything is printed, and also when the load failed or was interrupted: what was seen is
what the person at the terminal needs most then.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing.audit_options import MarkdownFile
from fetcher.cli.forms import Forms, HtmlFile, SvgFile, TraceFile
from fetcher.cli.streams import is_terminal, report_stream, run, tell, write_text
from fetcher.errors import FetcherError, UsageError

if TYPE_CHECKING:
    from fetcher.browser.storage.state import BrowserState
    from fetcher.net.options import NetOptions
    from fetcher.record import PageLoad
    from fetcher.record.observed import Observed

HTTP_ERROR = 22

EPILOG = """\b
Examples:
  fetcher load https://example.com/
  fetcher load --browser chromium --http 2 https://example.com/
  fetcher load --no-early-hints --json before.json https://example.com/
  fetcher load --har page.har -o waterfall.txt https://example.com/
  fetcher load --html page.html --svg waterfall.svg https://example.com/
  fetcher load --transport aiohttp https://example.com/
  fetcher load --device mobile -b cookies.txt https://example.com/account
  fetcher load --repeat-view https://example.com/
  fetcher load --discoveries net.json https://example.com/
  fetcher load --storage browser.db https://example.com/
  fetcher load --discoveries discoveries.json https://example.com/
  fetcher load -u 'tester:${STAGING_PASSWORD}' -H 'x-team: blue' \\
               https://staging.example.com/
  fetcher load --resolve shop.test:8443:127.0.0.1 --cacert ca.pem \\
               https://shop.test:8443/

Scripts do not run and nothing is painted: what only a script would request is missing, unless
--discoveries tells of it (fetcher discover writes such a file)."""


Discoveries = Annotated[
    list[str] | None,
    typer.Option(
        "--discoveries",
        metavar="FILE",
        help="Request what a browser's scripts did, by its HAR or DevTools protocol log, as long after what asked; "
        "or, by a Chromium NetLog, what nothing here asks for, and set what became of each hint beside. Repeatable.",
    ),
]


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
    discoveries: Discoveries = None,
    repeat_view: o.RepeatView = False,
    storage: o.Storage = None,
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    har: o.HarFile = None,
    html: HtmlFile = None,
    svg: SvgFile = None,
    trace: TraceFile = None,
    markdown: MarkdownFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    fail: o.Fail = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Load a page and everything it asks for, acting on its 103s, and show the waterfall."""
    forms = Forms(html, svg, trace, har, (("--json", json), ("--md", markdown), ("-o", output)))
    forms.check()
    o.distinct({**forms.named, "--storage": storage})
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
    if discoveries:
        asked["observed"] = _observed(discoveries, url, quiet=quiet)
    loading = _Loading(url, browser, not no_early_hints, headers, user_agent, max_time, net, asked)
    failure = _load(
        loading, storage, views=2 if repeat_view else 1, progress=None if quiet else is_terminal(sys.stderr)
    )
    records, shown = loading.records, False
    if records:
        if not no_redact:
            from fetcher.record import redacted

            records = [redacted(record) for record in records]
        if json is not None:
            write_text(_json(records, several=repeat_view), json)
        views = ("first view", "repeat view") if len(records) > 1 else ()
        forms.write(records, names=views, redact=False)
        if views and not quiet:
            forms.say_which("the repeat view; --html shows both")
        if markdown is not None:
            from fetcher.report.markdown.load import loads_markdown

            write_text(loads_markdown(records, views, redact=False), markdown)
        free = output is not None or not forms.takes_stdout
        shown = free and not (quiet and output is None)
        if shown and (failure is None or _saw_something(records[-1])):
            from fetcher.report.terminal import print_load, print_repeat_view

            colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
            with report_stream(output) as stream:
                if len(records) > 1:
                    print_repeat_view(*records, file=stream, color=colour, all_rows=verbose, redact=False)
                else:
                    print_load(records[0], file=stream, color=colour, all_rows=verbose, redact=False)
            if failure is not None and not debug and output in (None, "-") and _reads_both(records[-1], failure):
                raise typer.Exit(failure.exit_code)
    if failure is not None:
        raise failure
    if fail:
        _fail_on_status(records[-1] if records else None)
    if records and not quiet and not (shown and output in (None, "-")):
        _say_notes(records[-1])  # else they stand under the waterfall


def _observed(names: list[str], url: str, *, quiet: bool) -> Observed:
    """What the files tell of the page. Raises UsageError where none tells of it."""
    from fetcher.record.observed import for_page, named, read_observed
    from fetcher.report.escape import safe
    from fetcher.urls import parse

    pages = [page for name in names for page in read_observed(name)]
    found = for_page(pages, parse(url).href)
    told = " and ".join(names)
    if found is None:
        tells = "tells" if len(names) == 1 else "tell"
        raise UsageError(f"--discoveries {told} {tells} of {named(pages)}, not of {parse(url)}; name that page")
    if not quiet and not found.requests and found.in_chromium is None:
        tell(f"note: {told} tells of no request that the page made, so nothing is requested for it")
    for note in found.notes if not quiet else ():
        print(f"fetcher: note: {safe(told)} is not whole: {safe(note)}", file=sys.stderr)
    return found


def _load(loading: _Loading, storage: str | None, *, views: int, progress: bool | None) -> FetcherError | None:
    """Load with what ``storage`` keeps and give what it ended with back to it; the failure of either."""
    failure: FetcherError | None = None
    kept = None
    if storage is not None:
        from fetcher.load.state_file import StateFile, with_given

        kept = StateFile(storage)
        loading.state = with_given(kept.read(), loading.state)
    try:
        run(loading.run(views=views, progress=progress), loading.url)
    except FetcherError as error:
        failure = error
    finally:
        if kept is not None:
            with kept:
                try:
                    if loading.left is not None:
                        kept.save(loading.left)
                except FetcherError as error:
                    failure = failure or error
    return failure


def _json(records: list[PageLoad], *, several: bool) -> str:
    """One record, or with a repeat view a list of them, the first view first."""
    from fetcher.record import dumps

    texts = [dumps(record, redact=False).rstrip("\n") for record in records]
    return "[" + ",\n".join(texts) + "]\n" if several else texts[0] + "\n"


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
        self.state: BrowserState | None = asked.pop("state", None)
        self.asked = asked
        self.records: list[PageLoad] = []
        self.left: BrowserState | None = None

    async def run(self, *, views: int, progress: bool | None) -> None:
        for _ in range(views):
            await self._once(progress=progress)
            self.state = self.left
            if (seen := self.asked.get("observed")) is not None:
                self.asked["observed"] = replace(seen, in_chromium=None)  # of a first view

    def _keep(self, state: BrowserState) -> None:
        self.left = state

    async def _once(self, *, progress: bool | None) -> None:
        import asyncio

        from fetcher.load import load_page

        shown = None
        if progress is not None:
            from fetcher.cli.progress import Progress, line_on

            shown = Progress(line_on(sys.stderr, moving=progress))
            shown.tick()
        try:
            record = await load_page(
                self.url,
                browser=self.browser,
                early_hints=self.early_hints,
                headers=self.headers,
                user_agent=self.user_agent,
                options=self.net,
                timeout=self.max_time,
                watch=shown,
                state=self.state,
                on_state=self._keep,
                **self.asked,
            )
            self.records.append(record)
        except (FetcherError, asyncio.CancelledError) as error:
            partial = getattr(error, "record", None)
            if partial is not None:
                self.records.append(partial)
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


def _reads_both(record: PageLoad, failure: FetcherError) -> bool:
    """Whether who reads the report, which has the sentence, would read it a second time on standard error."""
    return record.error == str(failure) and is_terminal(sys.stdout) and is_terminal(sys.stderr)


def _say_notes(record: PageLoad) -> None:
    """What a person should know besides the numbers, on stderr: an error status, nothing to scan, an empty body."""
    for note in record.notes:
        tell(f"note: {note}")


def _fail_on_status(record: PageLoad | None) -> None:
    """--fail: an HTTP error status, else a note of the record's own, is exit code 22 as in curl."""
    document = record.document_request if record is not None else None
    if document is None or document.status is None or document.status < 400:
        return
    tell(f"{document.url} answered with status {document.status}")
    raise typer.Exit(HTTP_ERROR)
