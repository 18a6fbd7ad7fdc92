"""The options of ``fetcher audit`` that no other command has."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class FailOn(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="URL|RECORD|HAR...", help="Pages to load, or files with loads.", show_default=False),
]
Runs = Annotated[int, typer.Option("-n", "--runs", metavar="N", min=1, max=1000, help="How often each URL is loaded.")]
Pause = Annotated[float, typer.Option("--pause", metavar="SECONDS", min=0, help="How long to wait between two runs.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="RULE", help="Ask this rule; repeatable.")]
Skip = Annotated[list[str] | None, typer.Option("--skip", metavar="RULE", help="Leave this rule out; repeatable.")]
RulesFile = Annotated[
    list[str] | None,
    typer.Option("--rules", metavar="FILE", help="Ask the rules of this Python file, too; it is run. Repeatable."),
]
BaselineFile = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Fail on findings that are not in this file only."),
]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Put every finding into the --baseline file: all are known then.")
]
JUnitFile = Annotated[
    str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML, a suite for each page; - is stdout.")
]
SarifFile = Annotated[
    str | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF 2.1.0 for code scanning; - is stdout.")
]
MarkdownFile = Annotated[
    str | None, typer.Option("--md", metavar="FILE", help="Write Markdown for a pull request; - is stdout.")
]
HtmlFile = Annotated[
    str | None,
    typer.Option("--html", metavar="FILE", help="Write one HTML page: findings and waterfalls; - is stdout."),
]
GitHub = Annotated[bool, typer.Option("--github", help="GitHub Actions: print annotations, add to the step summary.")]
Budget = Annotated[
    str | None,
    typer.Option("--budget", metavar="FILE", help="Fail where a figure is over this file's (TOML, 'hints = 6')."),
]
ProbeNames = Annotated[
    list[str] | None,
    typer.Option(
        "--probe",
        metavar="NAME",
        help="Ask each URL once more in another way: cors, http1, query, no-cookies, crawler, repeat. Repeatable.",
    ),
]
ComparisonFile = Annotated[
    list[str] | None,
    typer.Option(
        "--comparison", metavar="FILE", help="What fetcher compare --json measured of a page's hints; repeatable."
    ),
]
Discoveries = Annotated[
    list[str] | None,
    typer.Option(
        "--discoveries",
        metavar="FILE",
        help="What a browser requested of the page, scripts too: a HAR, a DevTools protocol log, or a Chromium NetLog, "
        "which also shows what became of each hint. Repeatable.",
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config", metavar="FILE", help="Pages and settings; without a URL, fetcher.toml in the working directory."
    ),
]
UrlsFile = Annotated[
    str | None, typer.Option("--urls", metavar="FILE", help="Audit the URLs of this file, one a line, by template.")
]
SitemapUrl = Annotated[
    str | None, typer.Option("--sitemap", metavar="URL", help="Audit the pages of this sitemap, by template.")
]
MaxPages = Annotated[
    int, typer.Option("--max-pages", metavar="N", min=1, help="At most so many pages of --urls and --sitemap.")
]
Rps = Annotated[
    float | None,
    typer.Option("--rps", metavar="N", help="At most N requests a second to a host, on average.", show_default=False),
]
List = Annotated[bool, typer.Option("--list", help="List every rule and stop.")]
Explain = Annotated[
    str | None, typer.Option("--explain", metavar="RULE", help="Say what a rule, or a number such as EH 3.2, means.")
]
Delivery = Annotated[
    str | None, typer.Option("--delivery", metavar="SHARE", help="A 103 is expected in this share of runs, as 80%.")
]
ExpectHints = Annotated[
    int | None, typer.Option("--expect-hints", metavar="N", min=0, help="At least N hints are expected.")
]
ExpectHint = Annotated[
    list[str] | None,
    typer.Option("--expect-hint", metavar="GLOB", help="A hint with this URL or path is expected; repeatable."),
]
