"""``fetcher why``: what became of one hint, step by step, and where it is lost.

Takes what ``fetcher audit`` takes, a URL, a record or a HAR, and the hint as a person knows it: a URL, a path, a glob.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.auditing import audit_options as a
from fetcher.cli.streams import check_writable, is_terminal, report_stream, write_text
from fetcher.errors import ContentError, UsageError

if TYPE_CHECKING:
    from fetcher.audits import Page
    from fetcher.audits.result import AuditedPage
    from fetcher.audits.why import Why
    from fetcher.cli.auditing.judging import Auditing

FAILS, NOT_LOADED = 1, 3

EPILOG = """\b
Examples:
  fetcher why https://example.com/ /styles/shop.css
  fetcher why https://example.com/ '/styles/*'   each hint that it means
  fetcher why load.json hero.avif                of a saved load or a HAR
  fetcher why --browser firefox --json why.json https://example.com/ shop.css
  fetcher why --discoveries net.json load.json hero.avif     and in Chromium

The steps are: wire (a 103 came and names it), parse (the link says something
that acts), policy (the browser acts on it), request (it was fetched), reuse
(the page's own request is served by it), use (the page asks for it). What no
load from outside can show is listed as such.

Exit codes: 0 no step fails; 1 one does, or no 103 names it; 2 usage;
3 not loaded, or blocked."""

PageArgument = Annotated[
    str, typer.Argument(metavar="PAGE", help="A URL, or a file with loads: a record, a HAR, an audit.")
]
HintArgument = Annotated[str, typer.Argument(metavar="HINT", help="The hinted URL, its path, or a glob of either.")]


def why(
    page: PageArgument,
    hint: HintArgument,
    runs: a.Runs = 1,
    discoveries: a.Discoveries = None,
    browser: o.Browser = "chromium",
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
    max_time: o.MaxTime = None,
    json: o.JsonFile = None,
    output: o.Report = None,
    no_redact: o.NoRedact = False,
    quiet: o.Quiet = False,
    color: o.Color = o.Colour.AUTO,
    debug: o.Debug = False,
) -> None:
    """Walk one hint from the wire to its use and name the first step that fails."""
    from fetcher.audits.auditing import profile_named
    from fetcher.cli.auditing.judging import Auditing, expectations
    from fetcher.runs.inputs import is_url
    from fetcher.runs.targets import Target

    if not hint:
        raise UsageError("name the hint: a URL, a path, or a glob such as '/fonts/*.woff2'")
    check_writable(json)
    check_writable(output)
    if json == output == "-":
        raise UsageError("--json - and -o - both want standard output; give one of them a file")
    o.distinct({"--json": json, "-o": output})
    profile_named(browser)
    net = o.net_options(
        http=http, cacert=cacert, insecure=insecure, resolve=resolve, connect_to=connect_to, cert=cert, key=key,
        proxy=proxy, noproxy=noproxy,
    )  # fmt: skip
    live = {"pause": 100.0, "headers": o.header_fields(header), "user_agent": user_agent, "options": net,
            "timeout": max_time}  # fmt: skip
    auditing = Auditing(
        (), browser, runs, expectations(None, None, None, None), live=live,
        progress=None if quiet else is_terminal(sys.stderr), quiet=quiet, keep_loads=True,
        discoveries=discoveries or (),
    )  # fmt: skip
    files, targets = ([], [Target(page)]) if is_url(page) else ([page], [])
    asked = {"cookie": cookie, "user": user, "header_scope": header_scope, "device": device}
    failure = auditing.all(files, targets, asked)
    if failure is not None:
        raise failure
    answers = _answers(auditing, hint, page)
    if json is not None:
        import json as form

        from fetcher.report.why import why_json

        write_text(form.dumps(why_json(answers, redact=not no_redact), indent=1) + "\n", json)
    if output is not None or (json != "-" and not quiet):
        from fetcher.report.terminal import print_lines
        from fetcher.report.why import why_lines

        colour = None if color is o.Colour.AUTO else color is o.Colour.ALWAYS
        with report_stream(output) as stream:
            print_lines(
                lambda width, unicode: why_lines(answers, width=width, unicode=unicode, redact=not no_redact),
                file=stream, color=colour,
            )  # fmt: skip
    if any(one.failed is not None for one in answers):
        raise typer.Exit(FAILS)


def _answers(auditing: Auditing, hint: str, source: str) -> Sequence[Why]:
    """Of every page that was loaded or read. Raises ContentError where none was reached."""
    from fetcher.audits.catalogue import built_in
    from fetcher.audits.why import why as explain

    made = auditing.result("never").pages
    answers = [each for one in made if one.loads for each in explain(_page(auditing, one), hint, built_in())]
    if not answers:
        why = next((one.why for one in made if one.why), "no run was made")
        raise ContentError(f"{source}: {why}")
    return answers


def _page(auditing: Auditing, made: AuditedPage) -> Page:
    from fetcher.audits import Page

    seen = made.observed
    return Page(
        made.loads,
        auditing.profile,
        observed=seen is not None and seen.whole,
        seen_asking=seen.requests if seen is not None else (),
    )
