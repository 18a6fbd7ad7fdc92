"""What each browser does with a link, as cells of a table row: a column each, and each reason once."""

from __future__ import annotations

from collections.abc import Iterable

from fetcher.analysis.links import Verdict
from fetcher.report.html.markup import text
from fetcher.terms import ProfileName


def verdict_cells(verdicts: Iterable[Verdict]) -> list[str]:
    """In the order of ``ProfileName``. A browser that refuses as one before it does names that one."""
    by = {verdict.profile: verdict for verdict in verdicts}
    said: dict[tuple[str, str], ProfileName] = {}
    cells = []
    for profile in ProfileName:
        verdict = by.get(profile)
        if verdict is None:
            cells.append("-")
        elif verdict.acts:
            cells.append('<span class="yes">✓ acts</span>')
        else:
            before = said.setdefault((verdict.reason, verdict.rule), profile)
            why = f"{verdict.reason.rstrip('.')} ({verdict.rule})" if before is profile else f"as {before.value}"
            cells.append(f'<span class="no">✗</span> {text(why)}')
    return cells


def mended(fix: str | None) -> str:
    """The link as it should be, to be copied, under what is wrong with it; "" where there is none."""
    return f'<span class="mend">→ as it should be</span><code class="raw">{text(fix)}</code>' if fix else ""
