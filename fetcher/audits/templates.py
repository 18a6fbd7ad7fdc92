"""Pages made alike: the template of a URL that nobody named, and what was found on the pages of each template.

A thousand product pages with the same fault have one fault, so findings are gathered by template and rule; which pages
have it is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fetcher.audits.auditing import Outcome
from fetcher.audits.result import AuditedPage, PageOutcome, Reported, RuleOutcome, Standing, severity_of

_PATH = re.compile(r"([a-z]+://[^/?#]*)([^?#]*)", re.IGNORECASE)
_VARIES = re.compile(r".*\d|.*-.*-|[^/]{25,}")


def template_of(url: str, *, with_origin: bool = False) -> str:
    """The path with "*" for what seems to differ from page to page: a segment with a digit, with two dashes (a title),
    or of 25 letters and more. "https://shop.test/product/42-red-shoe" is "/product/*"; ``with_origin``, for lists of
    several, says whose it is, as nothing makes the pages of two servers alike."""
    found = _PATH.match(url)
    segments = (found[2] if found else url).split("/")
    path = "/".join("*" if _VARIES.match(segment) else segment for segment in segments) or "/"
    return f"{found[1]}{path}" if found and with_origin else path


@dataclass(frozen=True, slots=True)
class Gathered:
    """One rule's findings on the pages of a template: the gravest of them that no baseline knows as an example, the
    pages that have any."""

    rule: str
    example: Reported
    findings: tuple[Reported, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The pages of one template, None for those without."""

    template: str | None
    pages: tuple[AuditedPage, ...]

    @property
    def judged(self) -> tuple[AuditedPage, ...]:
        return tuple(page for page in self.pages if page.outcome is PageOutcome.JUDGED)

    @property
    def reported(self) -> tuple[Reported, ...]:
        return tuple(one for page in self.pages for one in page.reported)

    @property
    def gathered(self) -> tuple[Gathered, ...]:
        """By rule, the gravest first, then what most pages have."""
        found: dict[str, list[tuple[str, Reported]]] = {}
        for page in self.pages:
            for one in page.reported:
                found.setdefault(one.finding.rule, []).append((page.url, one))
        made = [
            Gathered(
                rule,
                max((one for _, one in each), key=_weight),
                tuple(one for _, one in each),
                tuple(dict.fromkeys(url for url, _ in each)),
            )
            for rule, each in found.items()
        ]
        return tuple(sorted(made, key=lambda one: (-severity_of(one.example).rank, -len(one.pages))))

    def of(self, outcome: Outcome) -> tuple[tuple[AuditedPage, RuleOutcome], ...]:
        return tuple((page, one) for page in self.pages for one in page.of(outcome))


def _weight(one: Reported) -> tuple[bool, int]:
    return one.standing is not Standing.KNOWN, severity_of(one).rank


def grouped(pages: tuple[AuditedPage, ...]) -> tuple[Group, ...]:
    """In the order of each template's first page."""
    found: dict[str | None, list[AuditedPage]] = {}
    for page in pages:
        found.setdefault(page.template, []).append(page)
    return tuple(Group(template, tuple(each)) for template, each in found.items())
