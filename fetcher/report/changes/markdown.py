"""A difference as Markdown for a pull request: what is worse first, versions and sizes folded away, figures in a table.

What a server sent is inert (``markdown.inert``), and long texts are shortened.
"""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.analysis.changes import Change, Difference, PageDifference, Trend, What
from fetcher.record.redaction import redacted
from fetcher.report.changes.words import (
    OVERLAP,
    about,
    answer,
    basis,
    effect,
    figure,
    name_of,
    page_title,
    said,
    sections,
    summary,
)
from fetcher.report.escape import safe_load, shorten
from fetcher.report.lines import count, moment
from fetcher.report.markdown.inert import MOST_CHARACTERS, bounded, code, folded, table, text

LONGEST = 300
MOST_LISTED = 50
ICONS = {Trend.WORSE: "❌", Trend.BETTER: "✅", Trend.OTHER: "▫️"}


def difference_markdown(difference: Difference, *, redact: bool = True, most: int = MOST_CHARACTERS) -> str:
    """The text, ending in a newline. Secrets are replaced unless ``redact`` is False."""
    return bounded(_blocks(safe_load(redacted(difference) if redact else difference)), most)


def _blocks(shown: Difference) -> Iterator[str]:
    yield f"## fetcher diff: {text(summary(shown))}"
    yield "\n".join(
        f"- **{word}**: {code(_cut(side.source))}, {_short(side.how)}"
        + (f", {text(moment(side.at))}" if side.at else "")
        for word, side in (("before", shown.before), ("after", shown.after))
    )
    if shown.notes:
        yield "\n".join(f"- ⚠️ {_short(note)}" for note in shown.notes)
    for page in shown.pages:
        yield from _page(page)


def _page(page: PageDifference) -> Iterator[str]:
    yield f"### {code(_cut(page_title(page)))}"
    if page.why is not None:
        yield f"❌ not compared: {_short(page.why)}"
        return
    yield text(answer(page))
    for title, changes in sections(page):
        plain = [one for one in changes if one.trend is Trend.OTHER] if title == "Requests" else []
        shown = [one for one in changes if one.trend is not Trend.OTHER] if title == "Requests" else changes
        if shown:
            yield f"**{title}**\n\n" + "\n".join(_listed(shown))
        if plain:
            yield folded(f"{title}: {count(len(plain), 'other difference')}", _listed(plain))
    if page.effects:
        rows = ([text(cell) for cell in effect(one)] for one in page.effects)
        yield "\n".join(table(["effect", "before", "after", ""], rows))
        yield f"_{text(OVERLAP)}_"
    if page.figures:
        rows = ([text(title), *rest] for title, *rest in map(figure, page.figures))
        yield folded("Figures", [*table(["", "before", "after", "difference"], rows), "", f"_{text(basis(page))}_"])
    if page.notes:
        yield "\n".join(f"- {_short(note)}" for note in page.notes)


def _listed(changes: list[Change]) -> Iterator[str]:
    for change in changes[:MOST_LISTED]:
        yield _item(change)
    if len(changes) > MOST_LISTED:
        yield f"- and {len(changes) - MOST_LISTED} more"


def _item(change: Change) -> str:
    thing = f" {code(_cut(about(change)))}" if about(change) else ""
    head = f"- {ICONS[change.trend]} {text(name_of(change))}{thing}"
    if change.what is What.HINT_CHANGED:
        return f"{head}\n  - − {code(_cut(change.before or ''))}\n  - + {code(_cut(change.after or ''))}"
    clause = said(change)
    return f"{head}: {_short(clause)}" if clause else head


def _cut(said: str) -> str:
    return shorten(said, LONGEST, 0.6)


def _short(said: str) -> str:
    return text(_cut(said))
