"""Which proxy: URLs, the environment as curl reads it, and who is exempt."""

from __future__ import annotations

import pytest

from fetcher.errors import UsageError
from fetcher.net.proxy import Proxies, Proxy, from_environment, is_exempt, parse_proxy

URLS = [
    ("http://p.test:3128", Proxy("http", "p.test", 3128)),
    ("p.test:3128", Proxy("http", "p.test", 3128)),
    ("p.test", Proxy("http", "p.test", 1080)),
    ("http://p.test", Proxy("http", "p.test", 1080)),
    ("http://p.test:80/", Proxy("http", "p.test", 80)),
    ("HTTPS://P.Test", Proxy("https", "p.test", 443)),
    ("http://[::1]:8080", Proxy("http", "::1", 8080)),
    ("http://user:pass@p.test:1", Proxy("http", "p.test", 1, "Basic dXNlcjpwYXNz")),
    ("user:p%40ss@p.test:1", Proxy("http", "p.test", 1, "Basic dXNlcjpwQHNz")),
    ("http://user@p.test:1", Proxy("http", "p.test", 1, "Basic dXNlcjo=")),
    ("http://u:a@b@p.test:1", Proxy("http", "p.test", 1, "Basic dTphQGI=")),
]


@pytest.mark.parametrize(("text", "expected"), URLS)
def test_a_proxy_url(text: str, expected: Proxy) -> None:
    """Scheme, host, port with curl's defaults, and Basic credentials."""
    assert parse_proxy(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("socks5://u:secret@p.test", "SOCKS proxy, which fetcher cannot use"),
        ("socks4a://p.test", "SOCKS"),
        ("ftp://p.test", "the scheme 'ftp'"),
        ("http://u:secret@:80", "is not HOST:PORT"),
        ("http://u:secret@p.test:http", "is not HOST:PORT"),
        ("http://u:secret@p.test:70000", "is not HOST:PORT"),
        ("http://[nonsense]:80", "is not HOST:PORT"),
        ("http://[::1]80", "is not HOST:PORT"),
        ("http://u:secret@p\x1btest", "is not HOST:PORT"),
        ("", "is not HOST:PORT"),
    ],
)
def test_what_is_no_proxy(text: str, sentence: str) -> None:
    """One sentence that never shows the credentials."""
    with pytest.raises(UsageError, match=sentence) as caught:
        parse_proxy(text)
    assert "secret" not in str(caught.value)


def test_credentials_are_not_shown() -> None:
    """Neither by the URL nor by the repr."""
    proxy = parse_proxy("http://user:secret@[::1]:8080")
    assert proxy.url == "http://[::1]:8080"
    assert "Basic" not in repr(proxy)


H, S, A = "http://h.test:1", "http://s.test:1", "http://a.test:1"
# environment; --proxy; the hosts of the proxies for http and for https
ENVIRONMENTS: list[tuple[dict[str, str], str | None, str | None, str | None]] = [
    ({}, None, None, None),
    ({"http_proxy": H}, None, "h.test", None),
    ({"HTTP_PROXY": H}, None, None, None),
    ({"https_proxy": S}, None, None, "s.test"),
    ({"HTTPS_PROXY": S}, None, None, "s.test"),
    ({"https_proxy": S, "HTTPS_PROXY": A}, None, None, "s.test"),
    ({"https_proxy": "", "HTTPS_PROXY": S}, None, None, "s.test"),
    ({"all_proxy": A}, None, "a.test", "a.test"),
    ({"ALL_PROXY": A}, None, "a.test", "a.test"),
    ({"ALL_PROXY": A, "http_proxy": H, "HTTP_PROXY": S}, None, "h.test", "a.test"),
    ({"http_proxy": H, "https_proxy": S}, A, "a.test", "a.test"),
    ({"http_proxy": H, "https_proxy": S}, "", None, None),
]


@pytest.mark.parametrize(("environment", "named", "http", "https"), ENVIRONMENTS)
def test_the_environment(environment: dict[str, str], named: str | None, http: str | None, https: str | None) -> None:
    """Lower case first, HTTP_PROXY never, --proxy before all, "" for none."""
    proxies = from_environment(environment, named)
    assert (proxies.http and proxies.http.host) == http
    assert (proxies.https and proxies.https.host) == https
    assert proxies.is_any is bool(http or https)


def test_a_bad_variable_is_named() -> None:
    """The sentence says which variable to mend."""
    with pytest.raises(UsageError, match="ALL_PROXY names a SOCKS proxy"):
        from_environment({"ALL_PROXY": "socks5h://p.test"})


def test_no_proxy_and_who_sets_it() -> None:
    """no_proxy limits a proxy named outright too; --noproxy replaces it, an empty one for nobody."""
    environment = {"no_proxy": "a.test", "NO_PROXY": "b.test"}
    for exempt, direct in ((None, "a.test"), ("c.test", "c.test")):
        proxies = from_environment(environment, H, exempt)
        assert proxies.choose("https", direct) is None
        assert proxies.choose("http", f"x{direct}") is not None
    assert from_environment(environment, H, "").choose("http", "a.test") is not None
    assert Proxies().choose("http", "a.test") is None


EXEMPT = [
    ("shop.test", "shop.test", True),
    ("shop.test", "www.shop.test", True),
    ("shop.test", "myshop.test", False),
    (".shop.test", "shop.test", True),
    (".shop.test", "www.shop.test", True),
    ("SHOP.test", "Shop.TEST", True),
    ("shop.test.", "shop.test", True),
    ("shop.test", "shop.test.", True),
    ("a.test, b.test c.test", "b.test", True),
    ("a.test, b.test c.test", "c.test", True),
    ("a.test,,b.test", "b.test", True),
    ("*", "anything.test", True),
    ("*", "1.2.3.4", True),
    (" * ", "1.2.3.4", False),
    ("*.shop.test", "www.shop.test", False),
    ("a.test,*", "b.test", False),
    ("", "a.test", False),
    ("localhost", "localhost", True),
    ("localhost", "127.0.0.1", False),
    ("127.0.0.1", "127.0.0.1", True),
    ("127.0.0.0/8", "127.9.9.9", True),
    ("10.0.0.0/8", "127.0.0.1", False),
    ("10.0.0.0/99", "10.0.0.1", False),
    ("::1", "::1", True),
    ("[::1]", "::1", True),
    ("fe80::/10", "fe80::1", True),
    ("0.0.1", "127.0.0.1", False),
    ("10.0.0.0/8", "10.test", False),
]


@pytest.mark.parametrize(("exempt", "host", "answer"), EXEMPT)
def test_who_is_exempt(exempt: str, host: str, answer: bool) -> None:
    """Hosts, domains, addresses and ranges, as curl 7.86 and later reads them."""
    assert is_exempt(host, exempt) is answer
