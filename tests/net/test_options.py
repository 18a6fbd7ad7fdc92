"""curl's override strings and what they do to a destination."""

from __future__ import annotations

import pytest

from fetcher.errors import UsageError
from fetcher.net import NetOptions, parse_connect_to, parse_resolve


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("shop.test:443:127.0.0.1", ("shop.test", 443, "127.0.0.1")),
        ("Shop.Test:443:127.0.0.1", ("shop.test", 443, "127.0.0.1")),
        ("shop.test:443:[::1]", ("shop.test", 443, "::1")),
        ("shop.test:443:::1", ("shop.test", 443, "::1")),
        ("shop.test:80:127.0.0.1,[::1]", ("shop.test", 80, "127.0.0.1,::1")),
        ("*:443:10.0.0.1", ("*", 443, "10.0.0.1")),
        ("+shop.test:443:10.0.0.1", ("shop.test", 443, "10.0.0.1")),
        ("[::1]:443:127.0.0.1", ("::1", 443, "127.0.0.1")),
    ],
)
def test_resolve_strings(text: str, parsed: tuple[str, int, str]) -> None:
    """--resolve as curl writes it."""
    assert parse_resolve(text) == parsed


@pytest.mark.parametrize(
    "text",
    ["", "shop.test", "shop.test:443", "shop.test:443:", "shop.test:x:127.0.0.1", "shop.test:0:127.0.0.1",
     "shop.test:70000:127.0.0.1", ":443:127.0.0.1", "shop.test:443:other.test", "[::1:443:127.0.0.1", "a:²:127.0.0.1",
     f"a:{'9' * 5000}:127.0.0.1"],
)  # fmt: skip
def test_resolve_strings_refused(text: str) -> None:
    """What is no HOST:PORT:ADDRESS is refused with the form to use."""
    with pytest.raises(UsageError, match=r"HOST:PORT:ADDRESS"):
        parse_resolve(text)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("a.test:443:b.test:8443", ("a.test", 443, "b.test", 8443)),
        ("::127.0.0.1:8443", ("", None, "127.0.0.1", 8443)),
        ("a.test:443::", ("a.test", 443, "", None)),
        ("a.test::b.test:", ("a.test", None, "b.test", None)),
        ("[::1]:443:[::2]:444", ("::1", 443, "::2", 444)),
    ],
)
def test_connect_to_strings(text: str, parsed: tuple[str, int | None, str, int | None]) -> None:
    """--connect-to as curl writes it; empty parts mean any and same."""
    assert parse_connect_to(text) == parsed


@pytest.mark.parametrize(
    "text", ["", "a", "a:1", "a:1:b", "a:x:b:1", "a:1:b:99999", "[::1:1:b:2", f"a:{'9' * 5000}:b:1"]
)
def test_connect_to_strings_refused(text: str) -> None:
    """What is no HOST1:PORT1:HOST2:PORT2 is refused with the form to use."""
    with pytest.raises(UsageError, match="HOST1:PORT1:HOST2:PORT2"):
        parse_connect_to(text)


def test_the_first_connect_to_that_fits_counts() -> None:
    """Entries are tried in order, empty parts fit anything and keep what stands."""
    options = NetOptions(
        connect_to=(("a.test", 443, "b.test", 1), ("a.test", None, "c.test", None), ("", 80, "", 8080))
    )
    assert options.destination("a.test", 443) == ("b.test", 1)
    assert options.destination("a.test", 80) == ("c.test", 80)
    assert options.destination("z.test", 80) == ("z.test", 8080)
    assert options.destination("z.test", 443) == ("z.test", 443)


def test_the_last_resolve_entry_counts_and_an_exact_host_beats_the_star() -> None:
    """As in curl, a later entry replaces the earlier one (so an alias's can be overridden), all of its addresses are
    tried in order, and "*" serves the rest of that port."""
    options = NetOptions(resolve=(("*", 443, "9.9.9.9"), ("a.test", 443, "2.2.2.2"), ("a.test", 443, "1.1.1.1,::1")))
    assert options.overridden("a.test", 443) == ("1.1.1.1", "::1")
    assert options.overridden("b.test", 443) == ("9.9.9.9",)
    assert options.overridden("b.test", 80) == ()


def test_the_keylog_file_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """SSLKEYLOGFILE is honoured unless the caller says otherwise."""
    monkeypatch.setenv("SSLKEYLOGFILE", "/tmp/keys.log")
    assert NetOptions().keylog_file == "/tmp/keys.log"
    assert NetOptions(keylog_file=None).keylog_file is None


def test_impossible_options_are_refused() -> None:
    """An unknown HTTP version, and a key without a certificate."""
    with pytest.raises(UsageError, match=r"auto, 1\.1 or 2"):
        NetOptions(http="3")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="--cert"):
        NetOptions(key_file="k.pem")
