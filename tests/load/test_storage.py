"""Cookie files: each form read, each cookie kept to its origins, each mistake one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fetcher.browser.storage.cookies import Cookie, CookieJar
from fetcher.errors import UsageError
from fetcher.fields.set_cookie import SameSite
from fetcher.load.storage import from_json, from_netscape, inline, read_state
from fetcher.urls import parse

PAGE = parse("https://shop.test/x")
NOW = 1_800_000_000.0

LINES: list[tuple[str, Cookie | None]] = [
    ("shop.test\tFALSE\t/\tFALSE\t0\ta\t1", Cookie("a", "1", "shop.test")),
    (".shop.test\tTRUE\t/x\tTRUE\t1900000000\ta\t1", Cookie("a", "1", "shop.test", "/x", 1_900_000_000.0, False, True)),
    ("#HttpOnly_shop.test\tFALSE\t/\tTRUE\t0\ta\t1", Cookie("a", "1", "shop.test", secure=True, http_only=True)),
    ("shop.test\ttrue\t/\tfalse\t1.5\ta\t1", Cookie("a", "1", "shop.test", expires=1.5, host_only=False)),
    ("shop.test\tFALSE\t/\tFALSE\t0\ta", Cookie("a", "", "shop.test")),
    ("shop.test\tFALSE\t/\tFALSE\t0\ta\t", Cookie("a", "", "shop.test")),
    ("127.0.0.1\tTRUE\t/\tFALSE\t0\ta\t1", Cookie("a", "1", "127.0.0.1")),
    ("localhost\tTRUE\t/\tFALSE\t0\ta\t1", Cookie("a", "1", "localhost")),
    (".github.io\tTRUE\t/\tFALSE\t0\ta\t1", Cookie("a", "1", "github.io")),
    ("b\u00fccher.test\tFALSE\t/\tFALSE\t0\ta\t1", Cookie("a", "1", "xn--bcher-kva.test")),
    ("shop.test\tFALSE\t/\tFALSE\t0\ta\t\u00fc", Cookie("a", "\xc3\xbc", "shop.test")),
    ("# Netscape HTTP Cookie File", None),
    ("", None),
    ("   ", None),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_a_line_of_a_netscape_file(line: str, expected: Cookie | None) -> None:
    """curl's and wget's format, comments and all."""
    assert from_netscape(line, "c.txt") == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("shop.test FALSE / FALSE 0 a secret", "line 1, has 1 columns"),
        ("Set-Cookie: a=secret", "is it a Netscape cookie file"),
        ("shop.test\tYES\t/\tFALSE\t0\ta\tsecret", "TRUE or FALSE in columns 2 and 4"),
        ("shop.test\tTRUE\t/\t1\t0\ta\tsecret", "TRUE or FALSE"),
        ("shop.test\tTRUE\t/\tTRUE\tsoon\ta\tsecret", "seconds since the epoch"),
        ("shop.test\tTRUE\t/\tTRUE\tnan\ta\tsecret", "seconds since the epoch"),
        ("\tTRUE\t/\tTRUE\t0\ta\tsecret", "no usable domain"),
        ("https://shop.test\tTRUE\t/\tTRUE\t0\ta\tsecret", "no usable domain"),
        ("shop.test\tTRUE\t/\tTRUE\t0\ta\tsecret;x", "characters that no cookie can have"),
        ("shop.test\tTRUE\t/\tTRUE\t0\ta\tsecret\x01", "characters that no cookie can have"),
        ("shop.test\tTRUE\t/\tTRUE\t0\ta=b\tsecret", "characters that no cookie can have"),
    ],
)
def test_a_line_that_cannot_be_read(line: str, sentence: str) -> None:
    """The file, the line and what should stand there; never the value."""
    with pytest.raises(UsageError, match=sentence) as caught:
        from_netscape(line, "c.txt")
    assert "c.txt" in str(caught.value)
    assert "secret" not in str(caught.value)


def member(**changes: Any) -> dict[str, Any]:
    base = {"name": "a", "value": "1", "domain": "shop.test", "path": "/", "expires": -1, "httpOnly": False}
    return {**base, "secure": False, "sameSite": "Lax", **changes}


MEMBERS: list[tuple[dict[str, Any], Cookie]] = [
    (member(), Cookie("a", "1", "shop.test", same_site=SameSite.LAX)),
    (member(domain=".shop.test"), Cookie("a", "1", "shop.test", host_only=False, same_site=SameSite.LAX)),
    (member(sameSite="None", secure=True), Cookie("a", "1", "shop.test", secure=True, same_site=SameSite.NONE)),
    (member(sameSite="Strict"), Cookie("a", "1", "shop.test", same_site=SameSite.STRICT)),
    (member(httpOnly=True, sameSite="x"), Cookie("a", "1", "shop.test", http_only=True)),
    (member(expires=1900000000.5), Cookie("a", "1", "shop.test", expires=1900000000.5, same_site=SameSite.LAX)),
    (member(partitionKey="https://b.test", sameSite=None), Cookie("a", "1", "shop.test", partition="https://b.test")),
    ({"name": "a", "value": "1", "domain": "shop.test"}, Cookie("a", "1", "shop.test")),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), MEMBERS)
def test_a_cookie_of_a_storage_state(data: dict[str, Any], expected: Cookie) -> None:
    """Playwright's members; local storage beside them is passed over."""
    text = json.dumps({"cookies": [data], "origins": [{"origin": "https://shop.test", "localStorage": []}]})
    assert from_json(text, "s.json") == (expected,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "not a Playwright storageState"),
        ('{"cookies": {}}', "not a Playwright storageState"),
        ('{"cookies": [1]}', r"cookies\[0\], is not an object"),
        (json.dumps({"cookies": [member(name=None)]}), r"cookies\[0\], has no usable member 'name'"),
        (json.dumps({"cookies": [member(value=5)]}), "no usable member 'value'"),
        (json.dumps({"cookies": [member(secure="yes")]}), "no usable member 'secure'"),
        (json.dumps({"cookies": [member(expires=True)]}), "no usable member 'expires'"),
        (json.dumps({"cookies": [member(expires=float("nan"))]}), "no usable member 'expires'"),
        (json.dumps({"cookies": [member(domain="")]}), "no usable domain"),
        (json.dumps({"cookies": [member(value="a\r\nb: c")]}), "characters that no cookie can have"),
        ('{"cookies": [{"name": "\\ud800", "value": "", "domain": "a.test"}]}', "characters that cannot be sent"),
    ],
)
def test_a_storage_state_that_cannot_be_read(text: str, sentence: str) -> None:
    """The file, the place and what is wrong there."""
    with pytest.raises(UsageError, match=sentence):
        from_json(text, "s.json")


def test_inline_cookies_are_the_pages_own() -> None:
    """To its host over its scheme, in no other context; a nameless one keeps its value."""
    jar = CookieJar(inline("a=1; b = 2 ;; c", PAGE))
    assert jar.field(parse("https://shop.test/any"), NOW) == "a=1; b=2; c"
    for other in ("https://www.shop.test/", "http://shop.test/", "https://other.test/"):
        assert jar.field(parse(other), NOW) is None
    assert jar.field(PAGE, NOW, parse("https://other.test/")) is None
    assert CookieJar(inline("a=1", parse("http://shop.test/"))).field(PAGE, NOW) == "a=1"


def test_which_form_is_meant(tmp_path: Path) -> None:
    """A file by its name, JSON by its first character, else cookies if there is an =."""
    netscape, state, odd = tmp_path / "c.txt", tmp_path / "s.json", tmp_path / "a=b"
    netscape.write_text("\ufeff# Netscape HTTP Cookie File\nshop.test\tFALSE\t/\tFALSE\t0\ta\t1\n", encoding="utf-8")
    state.write_text('\n {"cookies": []}')
    odd.write_text("shop.test\tFALSE\t/\tFALSE\t0\tfrom\tfile\n")
    assert [cookie.name for cookie in read_state(str(netscape), PAGE).cookies] == ["a"]
    assert read_state(str(state), PAGE).cookies == ()
    assert [cookie.name for cookie in read_state(str(odd), PAGE).cookies] == ["from"]
    assert [cookie.name for cookie in read_state("a=b; c=d", PAGE).cookies] == ["a", "c"]
    assert [cookie.name for cookie in read_state("a=" + "b" * 5000, PAGE).cookies] == ["a"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, or not text."""
    for name in (str(tmp_path / "none.txt"), str(tmp_path)):
        with pytest.raises(UsageError, match=r"there is no such file|that is a directory"):
            read_state(name, PAGE)
    binary = tmp_path / "b"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not text"):
        read_state(str(binary), PAGE)
