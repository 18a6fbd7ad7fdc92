"""Audit results built by hand: two made-up rules, a page with findings of every severity, evidence of every kind."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits import (
    Basis,
    Cost,
    Difference,
    Finding,
    NotApplicable,
    Page,
    Place,
    Quote,
    Severity,
    Unknown,
    audit_page,
    rule,
)
from fetcher.audits.result import AuditedPage, AuditResult, PageOutcome, page_of, texts
from fetcher.terms import ProfileName
from tests.support.loads import shop

PAGE = "https://shop.test/product/42"


@rule(
    "hero-hinted",
    title="The hero image is hinted",
    severity="error",
    fix="Hint it.",
    source="RFC 8297",
    family="made",
    also={"note": "where it is small"},
)
def hero_hinted(page: Page) -> Iterator[Finding]:
    """Finds a hero image that no hint names."""
    yield Finding(
        "the hero image waits for its style sheet",
        subject="https://shop.test/img/hero.3f2a91bc.jpg",
        quote=Quote("</css/main.css>; rel=preload; as=style", "link", 0),
        url="https://shop.test/img/hero.3f2a91bc.jpg",
        used=Place(PAGE, "<img>", 12, 480),
        differs=(Difference("mode", "no-cors", "cors"),),
        browsers=((ProfileName.CHROMIUM, "fetches it late"), (ProfileName.SAFARI, "does the same")),
        cost=Cost(34.04, 12_100, Basis.ESTIMATED),
        seen=3,
        runs=5,
    )
    yield Finding("another one", subject="/two", severity=Severity.NOTE, fix="Look at it.")


@rule("no-more-than-six", severity="warning", fix="Keep six.", family="made")
def no_more_than_six(page: Page) -> Iterator[Finding]:
    """Too many hints slow what matters."""
    yield Finding("seven are hinted")


@rule("clean")
def clean(page: Page) -> None:
    """Finds nothing."""


@rule("idle")
def idle(page: Page) -> None:
    raise NotApplicable("no 103 came")


@rule("hidden")
def hidden(page: Page) -> None:
    raise Unknown("scripts did not run")


@rule("broken")
def broken(page: Page) -> None:
    raise ValueError("a fault of the rule")


RULES = (hero_hinted, no_more_than_six, clean, idle, hidden, broken)


def page(source: str = PAGE, **given: object) -> AuditedPage:
    """The shop's page by all of ``RULES``."""
    load = shop()
    return page_of(audit_page(Page((load,)), RULES), source, loads=(load,), **given)  # type: ignore[arg-type]


def blocked(url: str = "https://shop.test/wall") -> AuditedPage:
    return AuditedPage(url, url, PageOutcome.BLOCKED, ProfileName.CHROMIUM, 0, 5, "it answered 403")


def result(*pages: AuditedPage, fail_on: str = "error") -> AuditResult:
    """A result of ``pages``, of the shop's alone where none is given; "hero-hinted" counts as ours."""
    return AuditResult("0.1.0", fail_on, texts(RULES, (hero_hinted,)), pages or (page(),))
