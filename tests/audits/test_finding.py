"""Findings keep their identity over deployments."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Finding, Quote, Severity
from fetcher.audits.finding import stable


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://a.test/css/site.3f2a91bc.css", "/css/site.*.css"),
        ("https://a.test/css/site-3f2a91bc77.css?v=9", "/css/site-*.css?v"),
        ("https://a.test/assets/index-BxYzAbCd.js", "/assets/index-*.js"),
        ("https://a.test/assets/index-B1_z-bCd.js", "/assets/index-*.js"),
        ("https://a.test/js/runtime.d18071878fc2cc7170be.min.js", "/js/runtime.*.min.js"),
        ("https://a.test/3f2a91bc77aa/app.js", "/*/app.js"),
        ("https://a.test/js/jquery-3.6.0.min.js", "/js/jquery-3.6.0.min.js"),
        ("https://a.test/js/app-components.js", "/js/app-components.js"),
        ("https://a.test/js/my-Dashboard.js", "/js/my-Dashboard.js"),
        ("https://a.test/product/12345678", "/product/12345678"),
        ("https://a.test/p?b=1&a=2&b=3", "/p?a&b"),
        ("/relative/site.3f2a91bc.css", "/relative/site.*.css"),
        ("three style sheets", "three style sheets"),
    ],
)
def test_stable(url: str, same: str) -> None:
    """Content hashes and query values go, words and version numbers stay."""
    assert stable(url) == same


def test_a_new_deployment_is_the_same_finding() -> None:
    """Another hash, another host and another message make no other finding; another rule, page or subject does."""
    one = Finding("gone", rule="hint-not-found", page="https://a.test/p", subject="https://a.test/s.3f2a91bc.css")
    again = replace(one, message="still gone", page="https://stage.test/p", subject="https://cdn.test/s.77aa01ff.css")
    assert one.fingerprint == again.fingerprint
    assert len(one.fingerprint) == 16
    others = [replace(one, rule="hint-unused"), replace(one, page="https://a.test/q"), replace(one, subject="/t.css")]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 4


def test_severities_are_ordered() -> None:
    """A report sorts by weight."""
    assert sorted(Severity, key=lambda each: each.rank) == [Severity.NOTE, Severity.WARNING, Severity.ERROR]


def test_a_quote_counts_bytes_as_on_the_wire() -> None:
    """Field values are latin-1: one byte a character."""
    assert Quote("</caf\xe9>").size == 7
