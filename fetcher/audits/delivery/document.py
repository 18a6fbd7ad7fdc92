"""Whether the page itself came: an audit of an error page says little of the page that was meant.

403, 429 and 503 do not come so far: they are taken for a wall in front of the page, which is not judged at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fetcher.audits.delivery.navigation import FAMILY
from fetcher.audits.finding import Finding, Severity
from fetcher.audits.page import Page
from fetcher.audits.rule import NotApplicable, rule


@rule(
    "document-error",
    title="The page itself is there",
    severity=Severity.ERROR,
    family=FAMILY,
    fix="Mend the page, or correct the URL; where its status is meant, expect it: --expect-status, or expect of a page "
    "in fetcher.toml, as expect = { status = 404 }.",
    source="ours",
)
def document_error(page: Page) -> Iterator[Finding]:
    """The document answered 4xx or 5xx, or another status than the one that is expected (--expect-status): what was
    judged is an error page, and a pipeline must not be green while the page is down."""
    statuses = Counter(one.status for load in page.judged if (one := load.document_request) and one.status is not None)
    if not statuses:
        raise NotApplicable("no record says what the document's status was")
    wanted = page.expected.status
    for status, seen in sorted(statuses.items()):
        if status == wanted or (wanted is None and status < 400):
            continue
        told = "the page itself is not there" if status >= 400 else "that is not the page that was meant"
        but = f", and {wanted} is expected" if wanted is not None else ""
        yield Finding(
            f"the document answered {status}{but}: {told}", url=page.url, subject=str(status), seen=seen, runs=page.runs
        )
