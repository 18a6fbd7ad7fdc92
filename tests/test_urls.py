"""URLs, origins and sites: what the rest of the house relies on."""

from __future__ import annotations

from time import process_time

import ada_url
import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList

from fetcher import urls
from fetcher.errors import InvalidURL

PARTS = [
    ("https://a.test", "https://a.test/", "https", "a.test", 443, "/", "a.test"),
    ("https://a.test:8443/x?y#z", "https://a.test:8443/x?y", "https", "a.test", 8443, "/x?y", "a.test:8443"),
    ("HTTP://A.TEST:80/../b", "http://a.test/b", "http", "a.test", 80, "/b", "a.test"),
    ("http://[::1]:8080/", "http://[::1]:8080/", "http", "::1", 8080, "/", "[::1]:8080"),
    ("https://user:pass@a.test/", "https://user:pass@a.test/", "https", "a.test", 443, "/", "a.test"),
    ("https://[::1]/?", "https://[::1]/?", "https", "::1", 443, "/?", "[::1]"),
    ("http://a.test?x=http://b@c:5/#/?", "http://a.test/?x=http://b@c:5/", "http", "a.test", 80, "/?x=http://b@c:5/",
     "a.test"),
    ("https://ü.test/ü", "https://xn--tda.test/%C3%BC", "https", "xn--tda.test", 443, "/%C3%BC", "xn--tda.test"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "href", "scheme", "host", "port", "target", "authority"), PARTS)
def test_parts(text: str, href: str, scheme: str, host: str, port: int, target: str, authority: str) -> None:
    """Each part as the URL standard serialises it; href has no fragment, authority no credentials."""
    url = urls.parse(text)
    parts = (url.href, url.scheme, url.host, url.port, url.target, url.authority)
    assert parts == (href, scheme, host, port, target, authority)


@pytest.mark.parametrize("text", ["a.test/x", "ftp://a.test/", "javascript:1", "http://", "http://[", "https://a b/"])
def test_bad_urls_are_one_sentence(text: str) -> None:
    """Refused with the text quoted; a missing scheme comes with the guess."""
    with pytest.raises(InvalidURL) as caught:
        urls.parse(text)
    assert repr(text) in str(caught.value)
    if text == "a.test/x":
        assert "https://a.test/x" in str(caught.value)


MEANT = [
    ("localhost:8443/", "is not a URL; did you mean https://localhost:8443/ ?"),
    ("localhost:8443", "; did you mean https://localhost:8443 ?"),
    ("//localhost:8443/", "; did you mean https://localhost:8443/ ?"),
    ("a.test:99999/", ": its port '99999' is not a number from 0 to 65535"),
    ("https://a.test:99999/x", ": its port '99999' is not a number from 0 to 65535"),
    ("https://u:p@[::1]:abc/", ": its port 'abc' is not a number from 0 to 65535"),
    ("https://[::1", "'https://[::1' is not a URL"),
    ("", "the URL is empty; "),
    ("  ", "the URL is empty; "),
    ("mailto:a@b.test", "has the scheme 'mailto'"),
]


@pytest.mark.parametrize(("text", "words"), MEANT)
def test_what_was_probably_meant(text: str, words: str) -> None:
    """A host with its port, a missing scheme, a port that is none: the sentence says which."""
    with pytest.raises(InvalidURL) as caught:
        urls.parse(text)
    assert words in str(caught.value)


RESOLVED = [
    ("b", "https://a.test/x/y", "https://a.test/x/b"),
    ("//b.test/c", "https://a.test/", "https://b.test/c"),
    ("?q", "https://a.test/x", "https://a.test/x?q"),
    ("/a//b?x=1&y=~", "https://u:p@a.test:44/x#f", "https://u:p@a.test:44/a//b?x=1&y=~"),
    ("/a/../b/.c", "https://a.test/", "https://a.test/b/.c"),
    ("/a/%2e/b", "https://a.test/", "https://a.test/a/b"),
    ("/a?", "https://a.test/?q", "https://a.test/a?"),
    ("/a", "foo://h/y", "foo://h/a"),
    ("/a", "data:text/html,x", None),
    ("", "https://a.test/x#f", "https://a.test/x"),
    (" \t/s p ", "https://a.test/", "https://a.test/s%20p"),
    ("http://[", "https://a.test/", None),
]


@pytest.mark.parametrize(("text", "base", "href"), RESOLVED)
def test_resolve(text: str, base: str, href: str | None) -> None:
    """Against a base, None where the standard fails."""
    url = urls.resolve(text, base)
    assert (url.href if url else None) == href


SITES = [
    ("https://www.a.co.uk/", "https://cdn.a.co.uk/", True),
    ("https://a.co.uk/", "https://b.co.uk/", False),
    ("https://a.com/", "http://a.com/", False),
    ("https://a.github.io/", "https://b.github.io/", False),
    ("https://127.0.0.1/", "https://127.0.0.1:8443/", True),
    ("https://10.0.0.1/", "https://192.168.0.1/", False),
    ("https://localhost/", "https://localhost:1/", True),
    ("https://a.com/", "https://a.org/", False),
]


@pytest.mark.parametrize(("one", "other", "same"), SITES)
def test_same_site(one: str, other: str, same: bool) -> None:
    """Schemefully same site, by the public suffix list; IP addresses are their own site."""
    assert urls.same_site(urls.parse(one), urls.parse(other)) is same


def test_trustworthy() -> None:
    """Secure Contexts: https, and loopback over http."""
    trusted = ["https://a.test/", "http://localhost/", "http://127.0.0.1:8/", "http://[::1]/", "http://x.localhost/"]
    assert all(urls.parse(text).is_trustworthy for text in trusted)
    assert not urls.parse("http://a.test/").is_trustworthy


PLAIN = [
    *("https://a.test/x", "https://cdn.a.test:8443/x/y.css?v=1&w=2", "http://localhost:8080/a", "https://a-b.c--d.test/x"),
    *("https://a.test:443/x", "http://a.test:80/x", "https://a.test:0443/x", "http://a.test:65536/x", "https://a.test:9/x"),
    *("https://A.test/x", "https://xn--nxasmq6b.test/x", "https://xn--.test/x", "https://1.2.3/x", "https://0x7f.1/x"),
    *("https://a.0x1/x", "https://a.1/x", "https://a..test/x", "https://a.test./x", "https://u@a.test/x", "https://a_b.test/x"),
    *("https://a.test/x/../y", "https://a.test/./x", "https://a.test//x", "https://a.test/x/", "https://a.test/%2e/x"),
    *("https://a.test:60000/x", "https://a.test:99999/x", "https://a.test:/x", "https:a.test/x", "https://-a.test/x"),
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_the_quick_way_for_plain_urls_changes_nothing(text: str) -> None:
    """Whatever is recognised as its own serialisation is one: the standard's parser gives the same URL or none."""
    try:
        href = ada_url.URL(text, "https://base.test/dir/page").href
    except ValueError:
        assert urls.resolve(text, "https://base.test/dir/page") is None
        return
    found = urls.resolve(text, "https://base.test/dir/page")
    assert found is not None
    assert found == urls.split(href)


def test_sites_are_those_of_the_packages_own_reader() -> None:
    """Rules of every kind, and what lies one and two labels below them."""
    theirs = PublicSuffixList()
    with open(PSLFILE, encoding="utf-8") as file:
        rules = [line.split()[0] for line in file if line.strip() and not line.startswith("//")]
    for rule in [*rules[::40], *(one for one in rules if one[0] in "*!" or not one.isascii())]:
        bare = rule.lstrip("!").replace("*", "any").encode("idna").decode("ascii")
        for host in (bare, f"a.{bare}", f"b.a.{bare}"):
            assert urls.registrable_domain(host) == (theirs.privatesuffix(host) or host), host
            assert urls.is_public_suffix(host) is ("." not in host or theirs.is_public(host)), host


def test_odd_hosts_are_of_no_other_site() -> None:
    """As the package has it, and addresses and single labels apart."""
    theirs = PublicSuffixList()
    for host in ("a..com", ".com", "a.com.", "com.", "A.b.COM", "x.unknown", "1.2.3.4", "::1", "localhost", "unknown"):
        named = not urls.is_ip(host) and "." in host
        assert urls.registrable_domain(host) == ((theirs.privatesuffix(host) if named else None) or host), host
        assert urls.is_public_suffix(host) is (theirs.is_public(host) if named else not urls.is_ip(host)), host


def test_the_sites_of_hosts_that_no_zone_holds() -> None:
    """Of 30,000 labels, or of one of as many characters: the last labels tell the site, in no time worth naming."""
    many = f"{'a.' * 30_000}co.uk"
    one = f"xn--{'a' * 60_000}.co.uk"
    began = process_time()
    assert urls.registrable_domain(many) == "a.co.uk"
    assert urls.registrable_domain(one) == one
    assert process_time() - began < 1.0  # by the square of it 30 s


def test_no_public_suffix_has_more_labels_than_are_looked_at() -> None:
    with open(PSLFILE, encoding="utf-8") as file:
        assert max(line.count(".") for line in file if not line.startswith("//")) < urls.MOST_LABELS - 1
