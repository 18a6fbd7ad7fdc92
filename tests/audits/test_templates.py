"""Templates of URLs, and findings gathered by them."""

from __future__ import annotations

import pytest

from fetcher.audits.templates import grouped, template_of
from tests.support.audits import blocked, page


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("https://shop.test/", "/"),
        ("https://shop.test", "/"),
        ("https://shop.test/about", "/about"),
        ("https://shop.test/product/42", "/product/*"),
        ("https://shop.test/product/42?colour=red", "/product/*"),
        ("https://shop.test/blog/a-long-title-of-a-post/", "/blog/*/"),
        ("https://shop.test/en-GB/contact", "/en-GB/contact"),
        ("https://shop.test/abcdefghijklmnopqrstuvwxyz", "/*"),
    ],
)
def test_template_of(url: str, template: str) -> None:
    """What differs from page to page is a star."""
    assert template_of(url) == template
    assert template_of(url, with_origin=True) == f"https://shop.test{template}"


def test_findings_are_gathered() -> None:
    """By template and rule, the gravest first; each page counts once, whatever it has of a rule."""
    pages = (page(template="product"), page(template="product"), blocked())
    first, second = grouped(pages)
    assert (first.template, len(first.pages), second.template, second.judged) == ("product", 2, None, ())
    assert [(one.rule, len(one.pages), len(one.findings)) for one in first.gathered] == [
        ("hero-hinted", 1, 4), ("no-more-than-six", 1, 2)
    ]  # fmt: skip
    assert first.gathered[0].example.finding.message == "the hero image waits for its style sheet"
