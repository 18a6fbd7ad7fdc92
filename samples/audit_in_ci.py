"""Pages audited in CI by a program of your own: with a rule only you need, a baseline, and the forms that CI reads.

    python samples/audit_in_ci.py --baseline known.json https://shop.example/ https://shop.example/product/42
    python samples/audit_in_ci.py --baseline known.json --write https://shop.example/

`fetcher audit --rules FILE` does the same without a program. Written are audit.xml (JUnit), audit.sarif and audit.md;
under GitHub Actions each new finding is annotated. Exit codes: 0 nothing new at or above an error; 1 something is;
3 a page could not be loaded or a wall was in the way.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import fetcher
from fetcher.audits import Page, baseline
from fetcher.audits.auditing import chosen
from fetcher.audits.catalogue import built_in
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, page_of, texts
from fetcher.net import NetOptions
from fetcher.report.audit.github import workflow_commands
from fetcher.report.audit.junit import junit
from fetcher.report.audit.markdown import markdown
from fetcher.report.audit.sarif import sarif
from fetcher.terms import ProfileName


@fetcher.rule(
    "fonts-few", title="At most two fonts are hinted", severity="error", fix="Hint the fonts of the headline."
)
def fonts_few(page: Page) -> Iterator[fetcher.Finding]:
    """Every hinted font takes from the style sheets, and ours are large."""
    fonts = [hint.url or hint.link.raw for hint in page.hints if hint.param("as") == "font"]
    if len(fonts) > 2:
        yield fetcher.Finding(f"{len(fonts)} fonts are hinted: {', '.join(fonts)}", subject="fonts")


async def audited(url: str, runs: int, options: NetOptions) -> AuditedPage:
    """One page, by ``runs`` loads over fresh connections; one that failed is no load, and is not judged."""
    loads = []
    why = None
    for _ in range(runs):
        try:
            loads.append(await fetcher.load_page(url, browser="chromium", options=options))
        except fetcher.UsageError:
            raise
        except fetcher.FetcherError as error:
            why = str(error)
    if not loads:
        return AuditedPage(url, url, PageOutcome.FAILED, ProfileName.CHROMIUM, 0, runs, why)
    return page_of(fetcher.audit(loads, rules=[fonts_few]), url, asked=runs, why=why, loads=loads)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Audit pages in CI.")
    parser.add_argument("urls", nargs="+", metavar="URL")
    parser.add_argument("--baseline", type=Path, required=True, help="the findings that are known")
    parser.add_argument("--write", action="store_true", help="make the baseline: everything found is known then")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cacert", help="trust these authorities (PEM) in place of the system's")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder for audit.xml, audit.sarif and audit.md")
    given = parser.parse_args(arguments)

    async def every() -> tuple[AuditedPage, ...]:
        options = NetOptions(ca_file=given.cacert)
        return tuple([await audited(url, given.runs, options) for url in given.urls])

    result = AuditResult(
        fetcher.__version__, "error", texts(chosen([fonts_few]), built_in()), asyncio.run(every())
    )  # fmt: skip
    known = baseline.loads(given.baseline.read_text(encoding="utf-8")) if given.baseline.exists() else None
    if given.write:
        known = baseline.renewed(result, known)
        if known is not None:  # None: no page could be judged, and nothing is forgotten for that
            given.baseline.write_text(baseline.dumps(known), encoding="utf-8")
    result = baseline.compared(result, known or baseline.Baseline())
    for name, text in (("audit.xml", junit(result)), ("audit.sarif", sarif(result)), ("audit.md", markdown(result))):
        (given.out / name).write_text(text, encoding="utf-8")
    if os.environ.get("GITHUB_ACTIONS"):
        sys.stdout.write(workflow_commands(result))
    print(f"{len(result.pages)} pages, {len(result.failing)} new findings that fail, {len(result.fixed)} fixed")
    if result.failing:
        return 1
    return 0 if all(page.outcome is PageOutcome.JUDGED for page in result.pages) else 3


if __name__ == "__main__":
    sys.exit(main())
