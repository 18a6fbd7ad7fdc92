"""The one door to rich: a PageLoad, or two side by side, on a terminal.

``render_load`` and ``render_difference`` are pure (text out, ANSI colours if asked); ``print_load`` and
``print_difference`` ask rich what the stream can show: width, colour (NO_COLOR honoured), Unicode.
rich is imported inside, because ``fetcher --help`` must not wait for it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from fetcher.record.page_load import PageLoad
from fetcher.record.redaction import redacted
from fetcher.report.difference import difference
from fetcher.report.footnote import footnote
from fetcher.report.lines import Line, Style
from fetcher.report.runner_commands import inert
from fetcher.report.summary import details, headline
from fetcher.report.waterfall import waterfall

if TYPE_CHECKING:
    from fetcher.analysis.check.judgement import Checked

# The eight standard colours, which every theme keeps legible on its own background.
LOOKS: dict[Style, str] = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.DIM: "dim",
    Style.HINT: "bold cyan",
    Style.FINAL: "bold",
    Style.GUIDE: "cyan",
    Style.GOOD: "green",
    Style.WARNING: "yellow",
    Style.BAD: "red",
    Style.QUEUED: "dim",
    Style.LOOKUP: "yellow",
    Style.CONNECT: "yellow",
    Style.TLS: "magenta",
    Style.WAITING: "green",
    Style.RECEIVING: "blue",
    Style.CACHE: "cyan",
}


def render_load(
    load: PageLoad, *, width: int, color: bool, unicode: bool = True, all_rows: bool = False, redact: bool = True
) -> str:
    """Headline, waterfall and summary of ``load`` in ``width`` cells, ending in a newline; no trailing spaces. Secrets
    are replaced unless ``redact`` is False."""
    load = redacted(load) if redact else load
    lines = [
        *headline(load, width=width, unicode=unicode),
        (),
        *waterfall(load, width=width, unicode=unicode, all_rows=all_rows),
        (),
        *details(load, width=width, unicode=unicode, all_rows=all_rows),
    ]
    return _text([*lines, *footnote(lines, width)], color)


def print_repeat_view(
    first: PageLoad,
    second: PageLoad,
    *,
    file: TextIO | None = None,
    color: bool | None = None,
    all_rows: bool = False,
    redact: bool = True,
) -> None:
    """Write both loads, each as ``render_load`` shows it, and the table of what the second did without."""
    from fetcher.report.repeat import repeat_view

    stream = file or sys.stdout
    width, colored, unicode = _shows(stream, color)
    for title, load in (("First view", first), ("Repeat view", second)):
        stream.write(_text([((title, Style.STRONG),), ()], colored))
        stream.write(
            render_load(load, width=width, color=colored, unicode=unicode, all_rows=all_rows, redact=redact) + "\n"
        )
    stream.write(_text(repeat_view(first, second, width=width, unicode=unicode), colored))


def render_difference(off: PageLoad, on: PageLoad, *, width: int, color: bool, unicode: bool = True) -> str:
    """The table of ``difference``: the page with hints ``off`` and ``on``, one run each, without secrets."""
    return _text(difference(redacted(off), redacted(on), width=width, unicode=unicode), color)


def print_load(
    load: PageLoad,
    *,
    file: TextIO | None = None,
    color: bool | None = None,
    all_rows: bool = False,
    redact: bool = True,
) -> None:
    """Write ``render_load`` to ``file`` (standard output) as the stream can show it; ``color`` None is automatic."""
    stream = file or sys.stdout
    width, colored, unicode = _shows(stream, color)
    stream.write(render_load(load, width=width, color=colored, unicode=unicode, all_rows=all_rows, redact=redact))


def print_difference(off: PageLoad, on: PageLoad, *, file: TextIO | None = None, color: bool | None = None) -> None:
    """Write ``render_difference`` to ``file`` (standard output) as the stream can show it."""
    stream = file or sys.stdout
    width, colored, unicode = _shows(stream, color)
    stream.write(render_difference(off, on, width=width, color=colored, unicode=unicode))


def render_check(
    checked: Sequence[Checked],
    *,
    width: int,
    color: bool,
    unicode: bool = True,
    all_rows: bool = False,
    redact: bool = True,
) -> str:
    """One block for each URL, and a closing line where there are several."""
    from fetcher.report.check.text import check_lines, closing_line  # with analysis behind it: not for a load's report

    lines: list[Line] = []
    for one in checked:
        lines += [()] if lines else []
        lines += check_lines(one, width=width, unicode=unicode, all_rows=all_rows, redact=redact)
    told = footnote(lines, width)
    if len(checked) > 1:
        lines += [*told, (), closing_line(checked)]
    elif checked and checked[0].survey.runs:
        lines[-2:-2] = told  # what was found stands last
    else:
        lines += told
    return _text(lines, color)


def print_check(
    checked: Sequence[Checked],
    *,
    file: TextIO | None = None,
    color: bool | None = None,
    all_rows: bool = False,
    redact: bool = True,
) -> None:
    """Write ``render_check`` to ``file`` (standard output) as the stream can show it."""
    stream = file or sys.stdout
    width, colored, unicode = _shows(stream, color)
    stream.write(render_check(checked, width=width, color=colored, unicode=unicode, all_rows=all_rows, redact=redact))


def print_lines(
    make: Callable[[int, bool], Iterable[Line]], *, file: TextIO | None = None, color: bool | None = None
) -> None:
    """Write the lines that ``make(width, unicode)`` gives to ``file`` (standard output) as the stream can show them."""
    stream = file or sys.stdout
    width, colored, unicode = _shows(stream, color)
    stream.write(_text(make(width, unicode), colored))


def _shows(stream: TextIO, color: bool | None) -> tuple[int, bool, bool]:
    """Width in cells, whether to colour, whether the stream's encoding carries our glyphs."""
    unicode = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
    if not stream.isatty() and not os.environ.get("FORCE_COLOR"):
        return shutil.get_terminal_size((80, 24)).columns, bool(color), unicode  # a file or pipe: rich's 60 ms saved
    from rich.console import Console

    console = Console(file=stream, highlight=False, markup=False)
    automatic = console.color_system is not None and not console.no_color
    return console.width, automatic if color is None else color, unicode


def _text(lines: Iterable[Line], color: bool) -> str:
    lines = inert(lines)
    if not color:
        return "".join("".join(text for text, _ in line) + "\n" for line in lines)
    from rich.color import ColorSystem
    from rich.style import Style as Look

    looks = {style: Look.parse(look) if look else None for style, look in LOOKS.items()}

    def shown(text: str, style: Style) -> str:
        look = looks[style]
        return text if look is None or text.isspace() else look.render(text, color_system=ColorSystem.STANDARD)

    return "".join("".join(shown(text, style) for text, style in line) + "\n" for line in lines)
