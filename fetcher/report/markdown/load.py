"""A load as Markdown for a pull request: what the terminal says of it in bullets, the waterfall folded away.

The words are the terminal's own (``summary``), so that no form says more than another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fetcher.record.page_load import PageLoad
from fetcher.record.redaction import redacted
from fetcher.report.escape import safe, shorten
from fetcher.report.lines import Line, Style
from fetcher.report.markdown.early_hints import early_hint_rules
from fetcher.report.markdown.inert import MOST_CHARACTERS, bounded, code, fenced, folded, text
from fetcher.report.summary import details, headline
from fetcher.report.waterfall import waterfall

UNWRAPPED = 1_000_000
LONGEST = 400
WIDTH = 120
"""Of the waterfall, in characters."""


def load_markdown(load: PageLoad, *, title: str = "", redact: bool = True, most: int = MOST_CHARACTERS) -> str:
    """The text, ending in a newline; ``title`` tells it from others. Secrets are replaced unless not ``redact``."""
    return bounded(_blocks(redacted(load) if redact else load, title), most)


def loads_markdown(loads: Sequence[PageLoad], titles: Sequence[str] = (), *, redact: bool = True) -> str:
    """One after the other, each by its title where there are some."""
    named = zip(loads, [*titles, *("" for _ in loads)], strict=False)
    return "\n".join(load_markdown(load, title=title, redact=redact) for load, title in named)


def _blocks(load: PageLoad, title: str) -> Iterator[str]:
    url, *said = ["".join(part for part, _ in line) for line in headline(load, width=UNWRAPPED)]
    yield f"## fetcher load of {code(shorten(safe(url), LONGEST))}" + (f": {text(title)}" if title else "")
    yield "\n".join(f"{text(shorten(line, LONGEST))}  " for line in said).rstrip()
    bullets = "\n".join(_bullet(line) for line in details(load, width=UNWRAPPED))
    yield bullets
    rules = early_hint_rules(bullets)
    if rules:
        yield rules
    rows = ["".join(part for part, _ in line) for line in waterfall(load, width=WIDTH)]
    yield folded("Waterfall", fenced(rows))


def _bullet(line: Line) -> str:
    """A line of the terminal as an item: indented where it is there, its lead strong, a link to be copied as code."""
    whole = "".join(part for part, _ in line)
    inner = "  " if whole.startswith("  ") else ""
    if whole.startswith("    → "):
        return f"{inner}  - → {code(shorten(whole.removeprefix('    → '), LONGEST))}"
    lead, style = line[0]
    if style in (Style.STRONG, Style.HINT) and lead.strip():
        rest = "".join(part for part, _ in line[1:])
        return f"{inner}- **{text(lead.strip())}** {text(shorten(rest, LONGEST))}".rstrip()
    return f"{inner}- {text(shorten(whole.strip(), LONGEST))}"
