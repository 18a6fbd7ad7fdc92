"""The files a load can be written to besides its record: one option each, the same for every command that has a load.

``Forms`` holds the options as given, refuses what cannot be written before any work is done, and writes them all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from fetcher.cli import options as o
from fetcher.cli.streams import check_writable, tell, write_text
from fetcher.errors import UsageError

if TYPE_CHECKING:
    from fetcher.record import PageLoad

MOST_SIDE_BY_SIDE = 4
"""Waterfalls beside each other that can still be read."""

HtmlFile = Annotated[
    str | None,
    typer.Option("--html", metavar="FILE", help="Write one HTML page to look at and send around; - is stdout."),
]
SvgFile = Annotated[
    str | None, typer.Option("--svg", metavar="FILE", help="Write the waterfall as a picture; - is stdout.")
]
TraceFile = Annotated[
    str | None,
    typer.Option("--trace", metavar="FILE", help="Write a trace for Perfetto or DevTools; - is stdout."),
]


@dataclass(frozen=True, slots=True)
class Forms:
    """Option members are file names, "-" or None. ``others`` are what the command itself writes, by option."""

    html: str | None = None
    svg: str | None = None
    trace: str | None = None
    har: str | None = None
    others: tuple[tuple[str, str | None], ...] = ()

    def check(self) -> None:
        """Raises ``UsageError`` for a file that cannot be made, for one named twice, and for two on standard output."""
        named = self.named
        for name in named.values():
            check_writable(name)
        wanting = [option for option, name in named.items() if name == "-"]
        if len(wanting) > 1:
            raise UsageError(
                f"only one of {', '.join(named)} can have standard output, not {' and '.join(wanting)}; "
                "give the others a file"
            )
        o.distinct(named)

    @property
    def named(self) -> dict[str, str | None]:
        return {"--html": self.html, "--svg": self.svg, "--trace": self.trace, "--har": self.har, **dict(self.others)}

    @property
    def takes_stdout(self) -> bool:
        return "-" in self.named.values()

    @property
    def any(self) -> bool:
        """Whether one of the files that are made of loads is wanted."""
        return any((self.html, self.svg, self.trace, self.har))

    def say_which(self, shown: str) -> None:
        """On stderr, that what can show one load only shows ``shown``."""
        wanting = [option for option, name in (("--svg", self.svg), ("--trace", self.trace)) if name is not None]
        if wanting and shown:
            verb = "show" if len(wanting) > 1 else "shows"
            tell(f"note: {' and '.join(wanting)} {verb} {shown}")

    def write(
        self,
        loads: Sequence[PageLoad],
        *,
        names: Sequence[str] = (),
        sections: Sequence[str] = (),
        urls: Sequence[str] = (),
        links_above: Collection[int] = (),
        redact: bool,
    ) -> None:
        """Every file wanted. The HTML page, of ``urls``, has all ``loads``, titled by ``names``, below ``sections``,
        which have the links of the loads numbered in ``links_above``; a picture or a trace shows the last, a HAR the
        first and its repeat view."""
        if self.html is not None:
            from fetcher.report.html import html_report

            page = html_report(loads, names=names, sections=sections, urls=urls, links_above=links_above, redact=redact)
            write_text(page, self.html)
        if not loads:
            return
        if self.svg is not None:
            from fetcher.report.svg import svg

            write_text(svg(loads[-1], redact=redact), self.svg)
        if self.trace is not None:
            from fetcher.report.trace import trace

            write_text(trace(loads[-1], redact=redact), self.trace)
        if self.har is not None:
            from fetcher.record.har.writer import har_text

            repeat = loads[1] if len(loads) > 1 and loads[1].url == loads[0].url else None
            write_text(har_text(loads[0], redact=redact, repeat=repeat), self.har)
