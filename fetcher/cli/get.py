"""``fetcher get``: one exchange, every response as it comes.

On a terminal heads and body go to standard output. Where standard output is a pipe or a file only the body goes
there, byte for byte, and the heads go to standard error: what curl's users expect of ``-v``. With ``-o`` or
``--head-only`` nothing else wants standard output, so the heads have it.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing.list_source import state_fields
from fetcher.cli.streams import check_writable, is_terminal, run, takes_colour, tell, write_text
from fetcher.errors import DeadlineExceeded, FetcherError, UsageError
from fetcher.terms import Fields

if TYPE_CHECKING:
    from fetcher.cli.exchange import Exchange
    from fetcher.client import Response
    from fetcher.net.options import NetOptions

HTTP_ERROR = 22

EPILOG = """\b
Examples:
  fetcher get https://example.com/        heads with times, then the body
  fetcher get --head-only --http 2 https://example.com/
  fetcher get -o page.html --json exchange.json https://example.com/
  fetcher get -d 'q=tide' -H 'accept: text/html' https://example.com/search

Times are milliseconds since the request was sent. Redirects are not followed. The request says User-Agent: fetcher,
Accept: */* and no Sec-Fetch-*: where a server sends 103s to navigations only, use --as-navigation, or load."""


def get(
    url: o.Url,
    request: Annotated[
        str | None, typer.Option("-X", "--request", metavar="METHOD", help="The method (default GET, POST with -d).")
    ] = None,
    data: Annotated[
        str | None, typer.Option("-d", "--data", metavar="DATA", help="Send this content; @FILE reads it from there.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write the body there; - is stdout.")
    ] = None,
    head_only: Annotated[bool, typer.Option("--head-only", help="Show the heads and stop before the body.")] = False,
    http: o.Http = o.HttpVersions.AUTO,
    cacert: o.CaFile = None,
    insecure: o.Insecure = False,
    resolve: o.Resolve = None,
    connect_to: o.ConnectTo = None,
    header: o.Header = None,
    user_agent: o.UserAgent = None,
    as_navigation: Annotated[
        bool,
        typer.Option(
            "--as-navigation",
            help="Send the header fields of a browser's navigation (Accept, Sec-Fetch-*): some servers send 103s "
            "to nothing else.",
        ),
    ] = False,
    cookie: o.Cookie = None,
    user: o.User = None,
    cert: o.Cert = None,
    key: o.Key = None,
    proxy: o.Proxy = None,
    noproxy: o.NoProxy = None,
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    no_redact: o.NoRedact = False,
    fail: o.Fail = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Make one request and show every response to it as it comes, interim ones included, with its time."""
    check_writable(json)
    check_writable(output)
    if json == "-" and output == "-":
        raise UsageError("--json - and -o - both want standard output; give one of them a file")
    o.distinct({"--json": json, "-o": output})
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    body = None if data is None else _content(data)
    headers = _headers(o.header_fields(header), user_agent, form=data is not None)
    if as_navigation:
        headers += _navigation(url, {name for name, _ in headers})
    headers += state_fields(o.page_options(url, cookie=cookie, user=user), url, {name for name, _ in headers})

    from fetcher.cli.exchange import Exchange

    free = output not in (None, "-") or head_only  # the body leaves standard output to the heads
    to_terminal = is_terminal(sys.stdout)
    heads = sys.stdout if json != "-" and output != "-" and (to_terminal or free) else sys.stderr
    silent = quiet and heads is sys.stderr
    seen = Exchange(
        url=url,
        method=(None if request is None else o.method(request)) or ("GET" if body is None else "POST"),
        heads=None if silent else heads,
        colour=takes_colour(color, heads),
        verbose=verbose,
    )
    with ExitStack() as stack:
        sink: BinaryIO | None = None
        if output not in (None, "-") and not head_only:
            sink = stack.enter_context(_opened(str(output)))
        elif json != "-" and not head_only and (not to_terminal or output == "-"):
            sink = sys.stdout.buffer
        shown = _Body(sink, to_terminal and json != "-", output if output != "-" else None)
        work = _get(seen, net, headers, body, max_time, shown, head_only, fail)
        try:
            run(work, seen.url)
        except FetcherError as error:
            seen.error = error
            raise
        finally:
            if json is not None:
                write_text(seen.as_json(redact=not no_redact), json)
    if fail and seen.status is not None and seen.status >= 400:
        tell(f"{seen.url} answered with status {seen.status}")
        raise typer.Exit(HTTP_ERROR)


async def _get(
    seen: Exchange,
    net: NetOptions,
    headers: Fields,
    body: bytes | None,
    max_time: float | None,
    shown: _Body,
    head_only: bool,
    fail: bool,
) -> None:
    import asyncio
    from dataclasses import replace

    from fetcher.client import connect

    limits = net.limits if max_time is None else replace(net.limits, total_ms=max_time * 1000)
    try:
        async with asyncio.timeout(max_time) as whole, connect(seen.url, options=net, limits=limits) as connection:
            seen.connected(connection.facts)
            response = await connection.request(
                seen.method, seen.target, headers=headers, body=body, on_interim=seen.interim
            )
            seen.final(response)
            if head_only or (fail and response.status >= 400):
                await response.aclose()
                seen.ended(response, None)
            else:
                await shown.take(response)
                seen.ended(response, shown.size)
    except TimeoutError as error:
        if not whole.expired():
            raise
        raise DeadlineExceeded(f"{seen.url} was not over after {max_time:g} s (--max-time)", "total") from error


class _Body:
    """Where the content goes: raw to ``sink``, escaped to a terminal, or nowhere; ``size`` is its decoded bytes."""

    def __init__(self, sink: BinaryIO | None, to_terminal: bool, name: str | None) -> None:
        self.sink = sink
        self.name = name
        self.to_terminal = to_terminal
        self.size = 0

    async def take(self, response: Response) -> None:
        from fetcher.cli.exchange import TerminalText

        text = TerminalText(sys.stdout) if self.sink is None and self.to_terminal else None
        async for piece in response:
            self.size += len(piece)
            if self.sink is not None:
                try:
                    self.sink.write(piece)
                    self.sink.flush()
                except OSError as error:  # a full disk, mostly
                    if self.name is None:
                        raise  # standard output's: a reader may have left, and the door of the command knows
                    with suppress(OSError):
                        self.sink.close()  # here, or its second failure would hide the first
                    raise FetcherError(f"cannot write {self.name}: {error.strerror or error}") from error
            elif text is not None:
                text.write(piece)
        if text is not None:
            text.end()


def _content(data: str) -> bytes:
    if not data.startswith("@"):
        return data.encode()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {data[1:]}: {error.strerror or error}") from error


def _headers(given: Fields, user_agent: str | None, *, form: bool) -> Fields:
    names = {name for name, _ in given}
    if user_agent is not None:
        if any(letter in "\r\n\0" for letter in user_agent):
            raise UsageError("the User-Agent has a line break or NUL in it (-A)")
        given = (*((name, value) for name, value in given if name != "user-agent"), ("user-agent", user_agent))
    if form and "content-type" not in names:
        given = (*given, ("content-type", "application/x-www-form-urlencoded"))
    return given


def _navigation(url: str, given: set[str]) -> Fields:
    """What Chromium sends with a navigation that a person began (EH 5), but for what -H and -A gave."""
    from fetcher.browser.profiles import profile
    from fetcher.browser.requests.dressing import dress
    from fetcher.fields.referrer_policy import ReferrerPolicy
    from fetcher.terms import Destination, HttpVersion, Mode, NetPriority
    from fetcher.urls import parse

    fields = dress(
        profile("chromium"), parse(url), destination=Destination.DOCUMENT, mode=Mode.NAVIGATE,
        priority=NetPriority.HIGHEST, hinted=False, referrer=None,
        referrer_policy=ReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, protocol=HttpVersion.HTTP_1_1,
    )  # fmt: skip
    # The version is not settled yet: what HTTP/1.1 alone has is left off.
    return tuple((name, value) for name, value in fields if name != "connection" and name not in given)


def _opened(name: str) -> BinaryIO:
    try:
        return open(name, "wb")
    except OSError as error:
        raise UsageError(f"cannot write {name}: {error.strerror or error}") from error
