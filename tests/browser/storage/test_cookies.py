"""The cookie jar: what is kept of Set-Cookie, what goes back where, in which order (RFC 6265bis 5.7, 5.8)."""

from __future__ import annotations

import pytest

from fetcher.browser.storage.cookies import (
    IN_ALL,
    LONGEST_SECONDS,
    PER_SITE,
    Cookie,
    CookieJar,
    default_path,
    domain_matches,
    path_matches,
)
from fetcher.urls import parse

NOW = 1_800_000_000.0
HTTPS = "https://shop.test/"
X = "https://shop.test/x"
ME = "https://me.github.io/"
PAGES = "https://github.io/"

# what it shows; the response's URL; its Set-Cookie values; the request's URL; the Cookie field, None for none
ROWS: list[tuple[str, str, list[str], str, str | None]] = [
    ("back to its host", HTTPS, ["a=1"], HTTPS, "a=1"),
    ("another path of it", HTTPS, ["a=1"], "https://shop.test/x/y?z", "a=1"),
    ("another port: cookies know no ports", HTTPS, ["a=1"], "https://shop.test:8443/", "a=1"),
    ("host-only: not below", HTTPS, ["a=1"], "https://www.shop.test/", None),
    ("host-only: not above", "https://www.shop.test/", ["a=1"], HTTPS, None),
    ("Domain: below", HTTPS, ["a=1; Domain=shop.test"], "https://a.b.shop.test/", "a=1"),
    ("Domain: the host itself", HTTPS, ["a=1; Domain=shop.test"], HTTPS, "a=1"),
    ("Domain: above, set from below", "https://www.shop.test/", ["a=1; Domain=.shop.test"], HTTPS, "a=1"),
    ("Domain: of another", HTTPS, ["a=1; Domain=other.test"], "https://other.test/", None),
    ("Domain: only a suffix of the text", "https://myshop.test/", ["a=1; Domain=shop.test"], HTTPS, None),
    ("Domain: deeper than the host", HTTPS, ["a=1; Domain=www.shop.test"], "https://www.shop.test/", None),
    ("Domain: a public suffix", "https://shop.co.uk/", ["a=1; Domain=co.uk"], "https://shop.co.uk/", None),
    ("Domain: a private public suffix", ME, ["a=1; Domain=github.io"], ME, None),
    ("Domain: a top-level domain", HTTPS, ["a=1; Domain=test"], HTTPS, None),
    ("Domain: the suffix is the host itself", PAGES, ["a=1; Domain=github.io"], PAGES, "a=1"),
    ("... and stays host-only", PAGES, ["a=1; Domain=github.io"], ME, None),
    ("Domain: localhost", "http://localhost/", ["a=1; Domain=localhost"], "http://localhost/", "a=1"),
    ("Domain: an address", "http://127.0.0.1/", ["a=1; Domain=127.0.0.1"], "http://127.0.0.1/", "a=1"),
    ("Domain: part of an address", "http://127.0.0.1/", ["a=1; Domain=0.0.1"], "http://127.0.0.1/", None),
    ("Domain: not ASCII", HTTPS, ["a=1; Domain=\xe4.test"], HTTPS, None),
    ("Domain: empty", HTTPS, ["a=1; Domain="], HTTPS, "a=1"),
    ("Path: below", HTTPS, ["a=1; Path=/x"], "https://shop.test/x/y", "a=1"),
    ("Path: the same", HTTPS, ["a=1; Path=/x"], X, "a=1"),
    ("Path: with a query", HTTPS, ["a=1; Path=/x"], "https://shop.test/x?y", "a=1"),
    ("Path: only a prefix of the text", HTTPS, ["a=1; Path=/x"], "https://shop.test/xy", None),
    ("Path: above", HTTPS, ["a=1; Path=/x/"], X, None),
    ("Path: by default the folder", "https://shop.test/a/b", ["a=1"], "https://shop.test/a/c", "a=1"),
    ("... and no higher", "https://shop.test/a/b", ["a=1"], "https://shop.test/c", None),
    ("Path: letter case counts", HTTPS, ["a=1; Path=/X"], X, None),
    ("Secure: over https", HTTPS, ["a=1; Secure"], HTTPS, "a=1"),
    ("Secure: not over http", HTTPS, ["a=1; Secure"], "http://shop.test/", None),
    ("Secure: not set over http", "http://shop.test/", ["a=1; Secure"], HTTPS, None),
    ("Secure: loopback is trustworthy", "http://localhost/", ["a=1; Secure"], "http://localhost/", "a=1"),
    ("without Secure from https to http", HTTPS, ["a=1"], "http://shop.test/", "a=1"),
    ("HttpOnly goes on the wire", HTTPS, ["a=1; HttpOnly"], HTTPS, "a=1"),
    ("__Secure- with Secure", HTTPS, ["__Secure-a=1; Secure"], HTTPS, "__Secure-a=1"),
    ("__Secure- without", HTTPS, ["__Secure-a=1"], HTTPS, None),
    ("__SECURE- in capitals", HTTPS, ["__SECURE-a=1"], HTTPS, None),
    ("__Host- as it must be", HTTPS, ["__Host-a=1; Secure; Path=/"], HTTPS, "__Host-a=1"),
    ("__Host- without Path", HTTPS, ["__Host-a=1; Secure"], HTTPS, None),
    ("__Host- with another Path", HTTPS, ["__Host-a=1; Secure; Path=/x"], X, None),
    ("__Host- with Domain", HTTPS, ["__Host-a=1; Secure; Path=/; Domain=shop.test"], HTTPS, None),
    ("__Host- without Secure", HTTPS, ["__Host-a=1; Path=/"], HTTPS, None),
    ("a nameless one that imitates a prefix", HTTPS, ["__Host-a; Secure; Path=/"], HTTPS, None),
    ("a nameless one: only its value", HTTPS, ["value"], HTTPS, "value"),
    ("... imitating a named one", HTTPS, ["=a=1"], HTTPS, "a=1"),
    ("SameSite=None needs Secure", HTTPS, ["a=1; SameSite=None"], HTTPS, None),
    ("SameSite=None; Secure", HTTPS, ["a=1; SameSite=None; Secure"], HTTPS, "a=1"),
    ("Strict to a navigation somebody typed", HTTPS, ["a=1; SameSite=Strict"], HTTPS, "a=1"),
    ("Partitioned needs Secure", HTTPS, ["a=1; Partitioned"], HTTPS, None),
    ("Partitioned; Secure", HTTPS, ["a=1; Partitioned; Secure"], HTTPS, "a=1"),
    ("replaced by the same name, domain and path", HTTPS, ["a=1", "a=2"], HTTPS, "a=2"),
    ("... whose place in the order stays", HTTPS, ["a=1", "b=1", "a=2"], HTTPS, "a=2; b=1"),
    ("another path is another cookie", X, ["a=1; Path=/", "a=2; Path=/x"], X, "a=2; a=1"),
    ("longer paths first, then the older", X, ["a=1", "b=2; Path=/x", "c=3"], X, "b=2; a=1; c=3"),
    ("names differ by case", HTTPS, ["a=1", "A=2"], HTTPS, "a=1; A=2"),
    ("Max-Age=0 removes", HTTPS, ["a=1", "a=; Max-Age=0"], HTTPS, None),
    ("an Expires that has passed removes", HTTPS, ["a=1", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], HTTPS, None),
    ("... only that one", HTTPS, ["a=1; Path=/x", "a=; Max-Age=0; Path=/"], X, "a=1"),
    ("Max-Age beats Expires", HTTPS, ["a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9"], HTTPS, "a=1"),
    ("Expires of a year to come", HTTPS, ["a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT"], HTTPS, "a=1"),
    ("an unreadable Expires is a session's", HTTPS, ["a=1; Expires=soon"], HTTPS, "a=1"),
    ("__Http- is for servers alone", HTTPS, ["__Http-a=1; Secure; HttpOnly"], HTTPS, "__Http-a=1"),
    ("__Http- without HttpOnly", HTTPS, ["__Http-a=1; Secure"], HTTPS, None),
    ("__http- in lower case too", HTTPS, ["__http-a=1; Secure"], HTTPS, None),
    ("__Http- without Secure", HTTPS, ["__Http-a=1; HttpOnly"], HTTPS, None),
    ("__Host-Http- is both", HTTPS, ["__Host-Http-a=1; Secure; HttpOnly; Path=/"], HTTPS, "__Host-Http-a=1"),
    ("__Host-Http- without HttpOnly", HTTPS, ["__Host-Http-a=1; Secure; Path=/"], HTTPS, None),
    ("__Host-Http- with a Domain", HTTPS, ["__Host-Http-a=1; Secure; HttpOnly; Path=/; Domain=shop.test"], HTTPS, None),
    ("too large", HTTPS, ["a=" + "x" * 4096], HTTPS, None),
    ("control characters", HTTPS, ["a=1\x00"], HTTPS, None),
    ("neither name nor value", HTTPS, ["="], HTTPS, None),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "source", "values", "target", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_stored_and_sent(_case: str, source: str, values: list[str], target: str, expected: str | None) -> None:
    """One response, then one navigation a second later."""
    jar = CookieJar()
    for value in values:
        jar.store(value, parse(source), NOW)
    assert jar.field(parse(target), NOW + 1) == expected
    assert bool(jar) is (len(jar) > 0)


PAGE = parse("https://shop.test/page")
SITES: list[tuple[str, str, str, str, bool, bool]] = [
    # what it shows; the cookie; who sets it and gets it; the page it is set in and sent from; stored?; sent?
    ("same-origin, unsaid", "a=1", HTTPS, HTTPS, True, True),
    ("same-site, unsaid", "a=1", "https://cdn.shop.test/", HTTPS, True, True),
    ("same-site, Strict", "a=1; SameSite=Strict", "https://cdn.shop.test/", HTTPS, True, True),
    ("cross-site, unsaid is Lax", "a=1; Secure", "https://cdn.test/", HTTPS, False, False),
    ("cross-site, Lax", "a=1; SameSite=Lax; Secure", "https://cdn.test/", HTTPS, False, False),
    ("cross-site, Strict", "a=1; SameSite=Strict; Secure", "https://cdn.test/", HTTPS, False, False),
    ("cross-site, None; Secure: third-party", "a=1; SameSite=None; Secure", "https://cdn.test/", HTTPS, False, False),
    ("cross-site, Partitioned but Lax", "a=1; Secure; Partitioned", "https://cdn.test/", HTTPS, False, False),
    ("cross-site, an unknown word", "a=1; SameSite=Any; Secure", "https://cdn.test/", HTTPS, False, False),
    ("two schemes are two sites", "a=1", "http://shop.test/", HTTPS, False, False),
    ("two names under a public suffix", "a=1; Secure", "https://b.github.io/", "https://a.github.io/", False, False),
    ("cross-site, partitioned", "a=1; SameSite=None; Secure; Partitioned", "https://cdn.test/", HTTPS, True, True),
]


@pytest.mark.parametrize(("_case", "text", "target", "page", "stored", "sent"), SITES, ids=[row[0] for row in SITES])
def test_subresources_of_a_page(_case: str, text: str, target: str, page: str, stored: bool, sent: bool) -> None:
    """SameSite, schemefully, when setting and when sending: each asked of its own jar."""
    jar = CookieJar()
    assert (jar.store(text, parse(target), NOW, parse(page)) is None) is stored
    visited = CookieJar()
    visited.store(text, parse(target), NOW, parse(page) if "Partitioned" in text else None)
    assert (visited.field(parse(target), NOW, parse(page)) is not None) is sent


# how the two follow each other; the document that leads on; the cookie; sent?
LED = [
    ("a person", None, "a=1; SameSite=Strict", True),
    ("the site itself", "https://shop.test/", "a=1; SameSite=Strict", True),
    ("another site, Strict", "https://other.test/", "a=1; SameSite=Strict", False),
    ("another site, Lax", "https://other.test/", "a=1; SameSite=Lax", True),
    ("another site, unsaid", "https://other.test/", "a=1", True),
    ("another site, None", "https://other.test/", "a=1; SameSite=None; Secure", True),
    ("the other scheme", "http://shop.test/", "a=1; SameSite=Strict", False),
]


@pytest.mark.parametrize(("_case", "led_by", "text", "sent"), LED, ids=[row[0] for row in LED])
def test_a_navigation_that_a_document_leads_to(_case: str, led_by: str | None, text: str, sent: bool) -> None:
    """RFC 6265bis 5.8.3: Strict stays behind when another site leads, Lax goes along, the method being GET."""
    jar = CookieJar()
    jar.store(text, PAGE, NOW)
    assert (jar.field(PAGE, NOW, led_by=parse(led_by) if led_by else None) is not None) is sent


def test_the_pages_own_site_below_another_one_is_third_party() -> None:
    """Chromium 156: a frame of another site in between takes the first party's cookies away, partitioned ones too."""
    jar = CookieJar()
    for text in ("own=1; SameSite=None; Secure", "kept=1; SameSite=None; Secure; Partitioned"):
        assert jar.store(text, PAGE, NOW) is None
    assert jar.field(PAGE, NOW, PAGE) == "own=1; kept=1"
    assert jar.field(PAGE, NOW, PAGE, apart=True) is None
    assert jar.store("below=1; SameSite=None; Secure; Partitioned", PAGE, NOW, PAGE, apart=True) is None
    assert jar.field(PAGE, NOW, PAGE, apart=True) == "below=1"
    assert jar.field(PAGE, NOW, PAGE) == "own=1; kept=1"


def test_a_partitioned_cookie_stays_in_its_pages_site() -> None:
    """CHIPS: the same third party under another page has another jar."""
    jar = CookieJar()
    cdn = parse("https://cdn.test/")
    assert jar.store("a=1; SameSite=None; Secure; Partitioned", cdn, NOW, PAGE) is None
    assert jar.field(cdn, NOW, PAGE) == "a=1"
    assert jar.field(cdn, NOW, parse("https://other.test/")) is None
    assert jar.field(cdn, NOW) is None


def test_an_insecure_response_leaves_secure_cookies_alone() -> None:
    """RFC 6265bis 5.7: not overwritten, not shadowed by a parent domain or a deeper path; another name is fine."""
    jar = CookieJar()
    jar.store("a=1; Secure; Path=/x", parse("https://www.shop.test/"), NOW)
    insecure = parse("http://www.shop.test/x/y")
    for text in ("a=2; Path=/x", "a=2; Path=/x/y", "a=2; Domain=shop.test; Path=/x"):
        assert "Secure cookie" in (jar.store(text, insecure, NOW) or "")
    assert jar.store("a=2; Path=/", insecure, NOW) is None
    assert jar.store("b=2; Path=/x", insecure, NOW) is None
    assert jar.field(parse("https://www.shop.test/x"), NOW) == "a=1; b=2; a=2"


def test_time_is_a_parameter() -> None:
    """A cookie ends the moment it says, and after 400 days whatever it says."""
    jar = CookieJar()
    page = parse(HTTPS)
    jar.store("a=1; Max-Age=60", page, NOW)
    jar.store("b=2; Max-Age=99999999999", page, NOW)
    jar.store("c=3; Expires=Fri, 31 Dec 9999 23:59:59 GMT", page, NOW)
    assert jar.field(page, NOW + 59.9) == "a=1; b=2; c=3"
    assert jar.field(page, NOW + 60) == "b=2; c=3"
    assert jar.field(page, NOW + LONGEST_SECONDS) is None
    assert [cookie.name for cookie in jar.cookies(NOW + 61)] == ["b", "c"]


def test_a_site_keeps_so_many_and_no_more() -> None:
    """The insecure and the longest unused go first; other sites are left alone."""
    jar = CookieJar()
    page = parse(HTTPS)
    jar.store("other=1", parse("https://other.test/"), NOW)
    jar.store("safe=1; Secure", page, NOW)
    for number in range(PER_SITE):
        jar.store(f"n{number}=1; Domain=shop.test", parse(f"https://h{number}.shop.test/"), NOW + number)
    names = {cookie.name for cookie in jar.cookies(NOW)}
    assert len(jar) == PER_SITE + 1
    assert {"other", "safe"} <= names
    assert "n0" not in names


def test_a_jar_keeps_so_many_in_all() -> None:
    """The longest unused of all sites goes."""
    jar = CookieJar(Cookie(f"n{number}", "v", f"s{number}.test", created=NOW + number) for number in range(IN_ALL))
    jar.store("new=1", parse(HTTPS), NOW + IN_ALL)
    assert len(jar) == IN_ALL
    assert jar.field(parse("https://s0.test/"), NOW) is None
    assert jar.field(parse("https://s1.test/"), NOW) == "n1=v"
    assert jar.field(parse(HTTPS), NOW) == "new=1"


def test_expired_ones_go_first() -> None:
    """An expired secure cookie makes room before a live insecure one does."""
    jar = CookieJar()
    page = parse(HTTPS)
    jar.store("old=1; Secure; Max-Age=1", page, NOW)
    for number in range(PER_SITE):
        jar.store(f"n{number}=1", page, NOW + 5)
    assert {f"n{number}" for number in range(PER_SITE)} == {cookie.name for cookie in jar.cookies(NOW + 5)}


def test_what_comes_out_goes_in_again() -> None:
    """A jar made of another's cookies sends the same; a value is not shown by its repr."""
    jar = CookieJar()
    page = parse(HTTPS)
    for text in (
        "a=1",
        "b=2; Path=/x; Max-Age=5; Secure; HttpOnly",
        "c=3; Domain=shop.test; SameSite=Strict",
        "a=hidden",
    ):
        jar.store(text, page, NOW)
    again = CookieJar(jar.cookies(NOW))
    for target in (X, "https://w.shop.test/", "http://shop.test/"):
        assert again.field(parse(target), NOW) == jar.field(parse(target), NOW)
    assert again.cookies(NOW) == jar.cookies(NOW)
    assert "hidden" not in repr(jar.cookies(NOW))


@pytest.mark.parametrize(
    ("host", "domain", "answer"),
    [
        ("a.test", "a.test", True),
        ("x.a.test", "a.test", True),
        ("xa.test", "a.test", False),
        ("a.test", "x.a.test", False),
        ("1.2.3.4", "3.4", False),
        ("::1", "::1", True),
    ],
)
def test_domains_match(host: str, domain: str, answer: bool) -> None:
    """RFC 6265bis 5.1.3."""
    assert domain_matches(host, domain) is answer


def test_paths() -> None:
    """RFC 6265bis 5.1.4."""
    assert [default_path(path) for path in ("/", "/a", "/a/", "/a/b", "")] == ["/", "/", "/a", "/a", "/"]
    assert path_matches("/a/b", "/a/")
    assert not path_matches("/ab", "/a")
