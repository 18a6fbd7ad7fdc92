"""Options that bring state along: cookies, credentials, secrets from files and the environment, devices, proxies."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fetcher.cli.options import expanded, header_fields
from fetcher.errors import UsageError
from tests.support.command_line import Cli, Listening, sentence
from tests.support.scripted_http1 import ok, read_head


def sent(outcome_text: str) -> list[str]:
    """The echo page's lines: what the origin was asked."""
    return outcome_text.splitlines()


def test_get_sends_cookies_and_credentials(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """-b from a file (only what belongs to the host) or inline, -u as Basic."""
    file = tmp_path / "cookies.txt"
    file.write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\nother.test\tFALSE\t/\tFALSE\t0\tb\t2\n")
    url = f"{origin.http}/echo"
    from_file = sent(cli("get", "-q", "-b", str(file), "-u", "user:pass", url).out)
    inline = sent(cli("get", "-q", "-b", "x=1; y=2", url).out)
    assert "cookie: a=1" in from_file or "Cookie: a=1" in from_file
    assert any(line.lower() == "authorization: basic dxnlcjpwyxnz" for line in from_file)
    assert any(line.lower() == "cookie: x=1; y=2" for line in inline)


def test_secrets_come_from_the_environment_and_from_files(
    cli: Cli, origin: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """${NAME} in -H, -b and -u; -H @FILE one field a line, comments and empty lines passed over."""
    monkeypatch.setenv("TOKEN", "t0ken")
    file = tmp_path / "fields"
    file.write_text("# mine\n\nX-One: 1\nAuthorization: Bearer ${TOKEN}\n")
    line = ["-H", f"@{file}", "-H", "x-two: ${TOKEN}-$${TOKEN}-$TOKEN", "-b", "s=${TOKEN}", f"{origin.http}/echo"]
    got = [one.lower() for one in sent(cli("get", "-q", *line).out)]
    assert "x-one: 1" in got
    assert "authorization: bearer t0ken" in got
    assert "x-two: t0ken-${token}-$token" in got
    assert "cookie: s=t0ken" in got
    loaded = cli("load", "--json", "-", "-u", "user:${TOKEN}", f"{origin.http}/plain-page")
    assert ["authorization", "[redacted]"] in json.loads(loaded.out)["requests"][0]["fields"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("-H", "x: ${NOT_SET_ANYWHERE}"), "the environment has no variable NOT_SET_ANYWHERE, which -H x asks for"),
        (("-u", "${NOT_SET_ANYWHERE}"), "no variable NOT_SET_ANYWHERE, which -u asks for"),
        (("-u", "secret"), "-u wants USER:PASSWORD"),
        (("-b", "no-such-file"), "there is no such file"),
        (("-H", "@no-such-file"), "-H @no-such-file: the file cannot be read"),
        (("--cert", "no-such-file"), "--cert no-such-file: there is no such file"),
        (("--key", "no-such-file"), "--key no-such-file: there is no such file"),
        (("--proxy", "socks5://u:secret@127.0.0.1"), "--proxy names a SOCKS proxy"),
        (("--proxy", "http://u:secret@:80"), "is not HOST:PORT"),
        (("--viewport", "wide"), "is not WIDTHxHEIGHT"),
        (("--dpr", "0"), "a device pixel ratio of 0 cannot be"),
        (("--device", "tv"), "--device"),
        (("--header-scope", "none"), "--header-scope"),
    ],
)
def test_what_is_wrong_is_one_sentence(cli: Cli, option: tuple[str, str], said: str) -> None:
    """Exit code 2 before anything is loaded, and no secret in the sentence."""
    outcome = cli("load", *option, "http://127.0.0.1:9/")
    assert outcome.code == 2
    assert said in sentence(outcome)
    assert "secret" not in outcome.err


def test_a_bad_line_of_a_header_file_is_named_and_not_shown(tmp_path: Path) -> None:
    """It may be a secret; only its number is told."""
    file = tmp_path / "fields"
    file.write_text("a: b\nsecret without colon\n")
    with pytest.raises(UsageError, match=r"line 2 of .*fields is not a header field") as caught:
        header_fields([f"@{file}"])
    assert "secret" not in str(caught.value)


def test_a_variable_with_a_line_break_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing from the environment adds a field of its own."""
    monkeypatch.setenv("TOKEN", "a\r\nx: y")
    with pytest.raises(UsageError, match="line break"):
        header_fields(["a: ${TOKEN}"])
    assert expanded("$${TOKEN} ${TOK EN} $TOKEN ${}", "-H") == "${TOKEN} ${TOK EN} $TOKEN ${}"


def test_a_device_is_recorded_and_sent(cli: Cli, origin: Listening) -> None:
    """--device with another viewport; --dpr alone changes the desktop."""
    phone = json.loads(
        cli("load", "--device", "mobile", "--viewport", "360x800", "--json", "-", f"{origin.http}/plain-page").out
    )
    assert phone["device"] == {"name": "mobile", "mobile": True, "width": 360, "height": 800, "dpr": 1.75}
    assert any(name == "user-agent" and "Android" in value for name, value in phone["requests"][0]["fields"])
    desk = json.loads(cli("load", "--dpr", "2", "--json", "-", f"{origin.http}/plain-page").out)
    assert desk["device"] == {"name": "desktop", "mobile": False, "width": 1350, "height": 940, "dpr": 2.0}


@pytest.fixture
def proxy() -> Iterator[tuple[int, list[bytes]]]:
    """A forwarding proxy that answers every request itself, and what it was asked."""
    heads: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as reader:
                    heads.append(read_head(reader))
                    if heads[-1].startswith(b"CONNECT"):
                        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    else:
                        connection.sendall(ok(b"from the proxy", b"Connection: close"))

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()[1], heads
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_the_environments_proxy_is_used_unless_told_otherwise(
    cli: Cli, origin: Listening, proxy: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As curl reads it: http_proxy, no_proxy for loopback, --proxy and --noproxy before both."""
    port, heads = proxy
    url = f"{origin.http}/echo"
    monkeypatch.setenv("http_proxy", f"http://u:secret@127.0.0.1:{port}")
    by_proxy = cli("get", "-q", url)
    assert (by_proxy.code, by_proxy.out) == (0, "from the proxy")
    assert heads[0].startswith(f"GET {url} HTTP/1.1\r\n".encode())
    assert b"Proxy-Authorization: Basic dTpzZWNyZXQ=" in heads[0]
    for option in (("--proxy", ""), ("--noproxy", "127.0.0.1"), ("--noproxy", "*")):
        assert "GET /echo" in cli("get", "-q", *option, url).out
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.0/8")
    assert "GET /echo" in cli("get", "-q", url).out
    assert cli("get", "-q", "--noproxy", "", url).out == "from the proxy"
    assert len(heads) == 2


def test_what_get_says_of_a_proxy(cli: Cli, origin: Listening, proxy: tuple[int, list[bytes]]) -> None:
    """In --json and with -v, never with its credentials; a refused tunnel is exit code 3."""
    port, _ = proxy
    line = ["--proxy", f"http://u:secret@127.0.0.1:{port}"]
    outcome = cli("get", "-v", *line, "--json", "-", f"{origin.http}/echo")
    assert json.loads(outcome.out)["connection"]["proxy"] == {
        "url": f"http://127.0.0.1:{port}",
        "tunnel": False,
        "status": None,
        "tunnel_ms": None,
        "interim": [],
    }
    assert f"through the proxy http://127.0.0.1:{port}, which forwards" in outcome.err
    assert "secret" not in outcome.out + outcome.err
    refused = cli("load", *line, f"{origin.https}/")
    assert refused.code == 3
    assert "refused a tunnel to localhost:" in sentence(refused) or "refused a tunnel to 127.0.0.1:" in sentence(
        refused
    )
    assert "secret" not in refused.out + refused.err


def test_check_takes_the_same_options(cli: Cli, origin: Listening) -> None:
    """A page behind a log-in is checked like any other."""
    line = ["-n", "1", "--browser", "eager", "-b", "a=1", "-u", "u:p", "--device", "mobile", "--json", "-"]
    text = cli("check", *line, f"{origin.http}/").out
    assert '"cookie"' in text
    assert '"authorization"' in text
    assert "Android" in text
    assert "dTpw" not in text
