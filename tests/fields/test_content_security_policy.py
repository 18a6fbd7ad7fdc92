"""Which policies forbid which requests (EH 6.1-6.3; CSP 3 source matching), in tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher import urls
from fetcher.fields.content_security_policy import MOST_WORDS, forbids, matches, parse
from fetcher.terms import Destination

PAGE = urls.parse("https://page.test/")


@pytest.mark.parametrize(
    ("policy", "destination", "url", "directive"),
    [
        ("img-src 'self'", Destination.IMAGE, "https://page.test/a", None),
        ("img-src 'self'", Destination.IMAGE, "https://cdn.test/a", "img-src"),
        ("img-src 'self'", Destination.SCRIPT, "https://cdn.test/a", None),
        ("default-src 'self'", Destination.FONT, "https://cdn.test/a", "default-src"),
        ("default-src 'none'; font-src cdn.test", Destination.FONT, "https://cdn.test/a", None),
        ("default-src *; script-src 'none'", Destination.SCRIPT, "https://page.test/a", "script-src"),
        ("script-src 'none'; script-src-elem *", Destination.SCRIPT, "https://page.test/a", None),
        ("script-src *; script-src-elem 'none'", Destination.SCRIPT, "https://page.test/a", "script-src-elem"),
        ("style-src 'none'", Destination.STYLE, "https://page.test/a", "style-src"),
        ("style-src-elem 'none'; style-src *", Destination.STYLE, "https://page.test/a", "style-src-elem"),
        ("connect-src 'none'", Destination.EMPTY, "https://page.test/a", "connect-src"),
        ("media-src 'none'", Destination.TRACK, "https://page.test/a", "media-src"),
        ("child-src 'none'", Destination.FRAME, "https://page.test/a", "child-src"),
        ("IMG-SRC 'NONE'", Destination.IMAGE, "https://page.test/a", "img-src"),
        ("img-src", Destination.IMAGE, "https://page.test/a", "img-src"),
        ("img-src *; img-src 'none'", Destination.IMAGE, "https://page.test/a", None),
        ("img-src *, img-src 'none'", Destination.IMAGE, "https://page.test/a", "img-src"),
        ("default-src 'none'", Destination.DOCUMENT, "https://page.test/a", None),
        ("upgrade-insecure-requests;;", Destination.IMAGE, "https://cdn.test/a", None),
        ("", Destination.IMAGE, "https://cdn.test/a", None),
    ],
)
def test_the_directive_that_forbids(policy: str, destination: Destination, url: str, directive: str | None) -> None:
    """The most specific directive of each policy decides, and every policy must allow."""
    assert forbids(parse([policy]), destination, urls.parse(url), PAGE) == directive


@pytest.mark.parametrize(
    ("source", "url", "wanted"),
    [
        ("*", "https://any.test/", True),
        ("'self'", "https://page.test/deep", True),
        ("'self'", "https://page.test:8443/", False),
        ("'self'", "http://page.test/", False),
        ("'none'", "https://page.test/", False),
        ("'unsafe-inline'", "https://page.test/", False),
        ("https:", "https://any.test/", True),
        ("http:", "https://any.test/", True),
        ("https:", "http://any.test/", False),
        ("cdn.test", "https://cdn.test/x", True),
        ("CDN.test", "https://cdn.test/x", True),
        ("cdn.test", "http://cdn.test/x", False),
        ("cdn.test", "https://cdn.test:8443/x", False),
        ("http://cdn.test", "https://cdn.test/x", True),
        ("cdn.test:8443", "https://cdn.test:8443/x", True),
        ("cdn.test:80", "https://cdn.test/x", True),
        ("cdn.test:*", "https://cdn.test:9/x", True),
        ("*.cdn.test", "https://a.b.cdn.test/", True),
        ("*.cdn.test", "https://cdn.test/", False),
        ("*.cdn.test", "https://notcdn.test/", False),
        ("https://*", "https://any.test/", True),
        ("https://*:*", "https://any.test:1/", True),
        ("cdn.test/js/", "https://cdn.test/js/a.js", True),
        ("cdn.test/js/", "https://cdn.test/css/a.css", False),
        ("cdn.test/js", "https://cdn.test/js/a.js", False),
        ("cdn.test/a%2Cb", "https://cdn.test/a,b?query", True),
        ("cdn.test/", "https://cdn.test/any", True),
        ("127.0.0.1:8000", "https://127.0.0.1:8000/", True),
        ("https://[::1]:8000", "https://[::1]:8000/", True),
        ("cdn.test/x?y", "https://cdn.test/x?y", False),
        ("cdn..test", "https://cdn.test/", False),
    ],
)
def test_source_expressions(source: str, url: str, wanted: bool) -> None:
    """Scheme, host with wildcard, port and path against a page on https."""
    assert matches(source, urls.parse(url), PAGE) is wanted


def test_self_on_http_covers_the_upgraded_origin() -> None:
    """'self' of an http page also matches the same host on https with default ports, and not the other way."""
    plain = urls.parse("http://page.test/")
    assert matches("'self'", PAGE, plain)
    assert not matches("'self'", plain, PAGE)


def test_nonces_and_strict_dynamic() -> None:
    """A listed nonce allows; under strict-dynamic an element's host does not count, a hint's does."""
    policies = parse(["script-src 'nonce-abc' 'strict-dynamic' https:"])
    url = urls.parse("https://cdn.test/a.js")
    assert forbids(policies, Destination.SCRIPT, url, PAGE) is None
    assert forbids(policies, Destination.SCRIPT, url, PAGE, parser_inserted=True) == "script-src"
    assert forbids(policies, Destination.SCRIPT, url, PAGE, parser_inserted=True, nonce="abc") is None
    assert forbids(policies, Destination.SCRIPT, url, PAGE, parser_inserted=True, nonce="ABC") == "script-src"


def test_report_only_is_kept_with_the_policy() -> None:
    """The caller chooses which dispositions block (EH 6.3)."""
    (policy,) = parse(["img-src 'none'"], report_only=True)
    assert policy.report_only
    assert forbids([policy], Destination.IMAGE, PAGE, PAGE) == "img-src"


@given(st.text(max_size=80), st.sampled_from(list(Destination)))
def test_any_policy_is_answered(text: str, destination: Destination) -> None:
    """Nothing raises, and what forbids is a directive of the policy."""
    policies = parse([text])
    found = forbids(policies, destination, urls.parse("https://cdn.test/a"), PAGE)
    assert found is None or any(found in policy.directives for policy in policies)


def test_policies_of_a_hundred_thousand_words_are_read_as_far_as_real_ones_go() -> None:
    """Each word may be asked about each thing that a page names: what a server can make of that has an end."""
    for text in (
        "img-src " + " ".join(f"a{number}.test" for number in range(100_000)),
        ",".join(f"img-src a{number}.test" for number in range(50_000)),
        ";".join(f"x{number} y" for number in range(50_000)),
    ):
        words = [word for each in parse([text]) for pair in each.directives.items() for word in (pair[0], *pair[1])]
        assert len(words) == MOST_WORDS
    long = parse(["img-src " + " ".join(f"a{number}.test" for number in range(5_000))])
    for host, directive in (("a0.test", None), ("a1998.test", None), ("a1999.test", "img-src")):
        asked = forbids(long, Destination.IMAGE, urls.parse(f"https://{host}/i.png"), PAGE)
        assert asked == directive
