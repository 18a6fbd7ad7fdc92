"""Everything that can be wrong with a URL or a server: one clear sentence, the right exit code, never a traceback,
and what was seen until then still in --json. Each case runs through both ``get`` and ``load``."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fetcher.record import load_record
from tests.support.command_line import Cli, Listening, sentence

COMMANDS = pytest.mark.parametrize("command", ["get", "load"])


@pytest.fixture
def refused_port() -> Iterator[int]:
    """A port that is taken, so nobody else gets it, and not listened on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@COMMANDS
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("shop.test", "did you mean https://shop.test ?"),
        ("shop.test/path", "did you mean https://shop.test/path ?"),
        ("ftp://shop.test/", "only http and https URLs can be fetched"),
        ("http://", "is not a URL"),
        ("http://a b/", "is not a URL"),
        ("", "the URL is empty"),
        ("http://shop.test:99999/", "its port '99999' is not a number from 0 to 65535"),
        ("localhost:8443/", "did you mean https://localhost:8443/ ?"),
    ],
)
def test_what_is_no_url(cli: Cli, command: str, url: str, words: str) -> None:
    """A usage error, exit code 2, and where possible what was probably meant."""
    outcome = cli(command, url)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in sentence(outcome)


@COMMANDS
def test_unknown_host(cli: Cli, command: str) -> None:
    """A name that does not exist: exit code 3, and the name in the sentence."""
    outcome = cli(command, "http://no-such-host.invalid/")
    assert (outcome.code, outcome.out) == (3, "")
    assert "no-such-host.invalid" in sentence(outcome)


@COMMANDS
def test_refused_port(cli: Cli, command: str, refused_port: int) -> None:
    """Nobody listens: exit code 3, and address and port in the sentence."""
    outcome = cli(command, f"http://127.0.0.1:{refused_port}/")
    assert (outcome.code, outcome.out) == (3, "")
    assert f"127.0.0.1:{refused_port}" in sentence(outcome)
    assert "refused" in sentence(outcome)


@COMMANDS
def test_untrusted_certificate(cli: Cli, origin: Listening, command: str) -> None:
    """The sentence says what is wrong with the certificate and which options help."""
    outcome = cli(command, f"{origin.https}/")
    assert (outcome.code, outcome.out) == (3, "")
    assert "--cacert FILE" in sentence(outcome)
    assert "--insecure" in sentence(outcome)


@COMMANDS
def test_certificate_for_another_name(cli: Cli, origin: Listening, command: str) -> None:
    """Trusted, but not for this name: both names can be told apart in the sentence."""
    port = origin.https.rpartition(":")[2]
    where = ("--resolve", f"shop.example:{port}:127.0.0.1", "--cacert", origin.ca_file)
    outcome = cli(command, *where, f"https://shop.example:{port}/")
    assert (outcome.code, outcome.out) == (3, "")
    assert "shop.example" in sentence(outcome)


@COMMANDS
def test_http2_without_tls(cli: Cli, origin: Listening, command: str) -> None:
    """--http 2 on a plain URL cannot be had, and that is a usage error."""
    outcome = cli(command, "--http", "2", f"{origin.http}/")
    assert (outcome.code, outcome.out) == (2, "")
    assert "TLS" in sentence(outcome)


# path of the sample site -> words of the sentence, whether its 103 had been seen, the record's kind
HOSTILE = [
    ("/silent", "not over after", True, "deadline"),
    ("/cut", "closed the connection after the 103 without a final response", True, "connection-lost"),
    ("/garbage", "does not begin with a status line", True, "remote-protocol"),
    ("/flood", "More than 100 interim responses", True, "limit"),
    ("/huge-field", "larger than", False, "limit"),
]


@COMMANDS
@pytest.mark.parametrize(("path", "words", "seen", "kind"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_a_server_that_fails_after_its_103(
    cli: Cli, origin: Listening, tmp_path: Path, command: str, path: str, words: str, seen: bool, kind: str
) -> None:
    """Exit code 3, a sentence that says where and what, and every 103 that came is in the JSON. On a busy machine the
    silent one's may come after the time it is given, so that it is given more."""
    name = tmp_path / "seen.json"
    for seconds in ("0.4", "3", "12") if path == "/silent" else ("",):
        patience = ("--max-time", seconds) if seconds else ()
        outcome = cli(command, *patience, "--json", str(name), f"{origin.http}{path}")
        assert outcome.code == 3
        assert words in sentence(outcome)
        assert f"{origin.http}{path}" in sentence(outcome)
        assert not seconds or f"not over after {seconds} s" in sentence(outcome)
        saved = json.loads(name.read_text())
        if saved["interim"]:
            break
    assert bool(saved["interim"]) is seen
    assert saved["outcome"] == kind
    assert saved["error"]
    if command == "load":
        assert load_record(name).document is None


@pytest.mark.parametrize("http", ["1.1", "2"])
@pytest.mark.parametrize(("path", "kind"), [("/silent", "deadline"), ("/flood", "limit"), ("/huge-field", "limit")])
def test_the_same_over_tls(cli: Cli, origin: Listening, path: str, kind: str, http: str) -> None:
    """Neither HTTP/2 nor TLS changes how it ends."""
    line = ["--max-time", "0.4", "--http", http, "--cacert", origin.ca_file, "--json", "-", f"{origin.https}{path}"]
    outcome = cli("load", *line)
    assert outcome.code == 3
    assert sentence(outcome)
    assert json.loads(outcome.out)["outcome"] == kind


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/empty", "came with an empty body"),
        ("/not-html", "is application/json, not HTML"),
        ("/error", "answered 404 Not Found"),
    ],
)
def test_an_answer_that_is_no_page_is_a_note(cli: Cli, origin: Listening, path: str, note: str) -> None:
    """The load is done, exit code 0, and one sentence says what to know about it: in the report, and on stderr where
    that is not on stdout. Never in both, which one sees twice in a terminal or a log of both."""
    outcome = cli("load", "--json", "-", f"{origin.http}{path}")
    assert outcome.code == 0
    assert outcome.err.startswith("fetcher: note: ")
    assert note in outcome.err
    assert outcome.err.count("\n") == 1
    assert any(note in one for one in json.loads(outcome.out)["notes"])
    shown = cli("load", f"{origin.http}{path}")
    assert shown.err == ""
    assert note in " ".join(shown.out.split())


class Script:
    """A socket that accepts one connection after another and answers each with the same bytes, then closes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if not connection.recv(65536):  # the test's own last word
                    return
                connection.sendall(self._answer)

    def close(self) -> None:
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._thread.join(5)
        self._listener.close()


@COMMANDS
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<p>short", "closed the connection"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n", "101"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=pre", "closed the connection"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "status line"),
    ],
)
def test_answers_that_are_none(cli: Cli, command: str, answer: bytes, words: str) -> None:
    """Bytes that no final response can be made of: exit code 3 and one sentence."""
    script = Script(answer)
    try:
        outcome = cli(command, script.url)
    finally:
        script.close()
    assert outcome.code == 3
    assert words in sentence(outcome)


@COMMANDS
def test_tls_to_a_cleartext_port(cli: Cli, command: str) -> None:
    """https where http is spoken: exit code 3, and one sentence that says where."""
    script = Script(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    try:
        outcome = cli(command, script.url.replace("http:", "https:"))
    finally:
        script.close()
    assert (outcome.code, outcome.out) == (3, "")
    assert script.url.removeprefix("http://").rstrip("/") in sentence(outcome)


@COMMANDS
@pytest.mark.parametrize("answer", [b"", b"\x15\x03\x01\x00\x02\x02\x28"], ids=["closed at once", "TLS alert"])
def test_cleartext_to_a_tls_port(cli: Cli, command: str, answer: bytes) -> None:
    """http where TLS is spoken: whether the server says so or hangs up, the sentence asks."""
    script = Script(answer)
    try:
        outcome = cli(command, script.url)
    finally:
        script.close()
    assert (outcome.code, outcome.out) == (3, "")
    assert "is this port https?" in sentence(outcome)


@COMMANDS
@pytest.mark.parametrize("option", ["--cacert", "--cert", "-b"])
def test_a_directory_is_no_file(cli: Cli, tmp_path: Path, command: str, option: str) -> None:
    """Where a file is wanted and a directory is named, the sentence says that it is one."""
    outcome = cli(command, option, str(tmp_path), "http://localhost:1/")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{option} {tmp_path}: that is a directory" in sentence(outcome)


# arguments -> words of the sentence
USAGE = [
    (("--max-time", "nan"), "nan"),
    (("--max-time", "inf"), "inf"),
    (("-A", "a\r\nx: y"), "line break"),
    (("-H", "a: b\nc: d"), "line break"),
    (("-H", "a(b: c"), "is not a header field"),
    (("--json", "same", "-o", "./same"), "--json and -o both name ./same"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
@COMMANDS
def test_what_no_run_can_mean(cli: Cli, command: str, arguments: tuple[str, ...], words: str) -> None:
    """Refused before anything is connected: a usage error, exit code 2."""
    outcome = cli(command, *arguments, "http://localhost:1/")
    assert (outcome.code, outcome.out) == (2, "")
    assert words in sentence(outcome)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("get", "-X", "BAD METHOD", "http://localhost:1/"), "-X 'BAD METHOD'"),
        (("load", "--json", "same", "--har", "same", "http://localhost:1/"), "--har and --json both name same"),
        (("check", "--max-time", "nan", "http://localhost:1/"), "nan"),
        (("check", "-A", "a\nb", "http://localhost:1/"), "line break"),
        (("serve", "--certificates", "/dev/null/x", "--port", "0", "--tls-port", "0"), "/dev/null/x"),
        (("serve", "--think", "nan"), "nan"),
    ],
)
def test_what_one_command_cannot_mean(cli: Cli, line: tuple[str, ...], words: str) -> None:
    """The same for what one command has to itself."""
    outcome = cli(*line)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in sentence(outcome)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("options", [("-o",), ("--json",)])
@COMMANDS
def test_a_full_disk(cli: Cli, origin: Listening, command: str, options: tuple[str, ...]) -> None:
    """Exit code 74 whatever was to be written, as 3 would say that the page could not be loaded; and the file's name in
    the sentence."""
    outcome = cli(command, "-q", *options, "/dev/full", f"{origin.http}/echo")
    assert outcome.code == 74
    assert "cannot write /dev/full: No space left on device" in sentence(outcome)


@COMMANDS
def test_a_file_that_may_not_be_written(
    cli: Cli, origin: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Also a new one in a folder of somebody else's: said before anything is loaded, not after."""
    (tmp_path / "theirs").write_text("theirs")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    for name in ("theirs", "new"):
        outcome = cli(command, "--json", str(tmp_path / name), f"{origin.http}/echo")
        assert (outcome.code, outcome.out) == (2, "")
        assert sentence(outcome) == f"fetcher: cannot write {tmp_path / name}: Permission denied"
    assert not (tmp_path / "new").exists()


def test_a_port_that_is_taken(cli: Cli, refused_port: int) -> None:
    """serve says which port and nothing of its own calls."""
    outcome = cli("serve", "--port", str(refused_port), "--no-tls")
    assert outcome.code == 2
    assert sentence(outcome).endswith(f"port {refused_port}: address already in use; name another one (--port)")


def test_get_as_a_navigation(cli: Cli, origin: Listening) -> None:
    """--as-navigation sends what servers gate a 103 on; without it none of that, and -H and -A win."""
    plain = cli("get", "-q", f"{origin.http}/echo").out.lower()
    assert "sec-fetch" not in plain
    said = cli("get", "-q", "--as-navigation", "-A", "mine", "-H", "accept: x/y", f"{origin.http}/echo").out.lower()
    for line in ("sec-fetch-mode: navigate", "sec-fetch-dest: document", "upgrade-insecure-requests: 1"):
        assert line in said
    assert ("user-agent: mine" in said, "accept: x/y" in said, said.count("accept:")) == (True, True, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "saved.json is no saved record and no HAR file: it is empty"),
        (b"\x00\xb0\xff\xfe", "saved.json is no saved record and no HAR file: it is not text"),
        (b"<html>", "saved.json is no saved record and no HAR file: it is not JSON"),
        (
            b'{"schema": 1,\n"url"',
            "saved.json is no saved record and no HAR file: it is not JSON but breaks off in line 2",
        ),
    ],
)
def test_a_file_that_was_never_saved(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    """Says what is wrong with it in words, not in a parser's."""
    monkeypatch.chdir(tmp_path)
    Path("saved.json").write_bytes(content)
    for command in ("audit", "report"):
        outcome = cli(command, "saved.json")
        assert (outcome.code, sentence(outcome)) == (2, f"fetcher: {said}")


@pytest.mark.parametrize("command", ["load", "check", "get", "compare"])
def test_a_file_where_a_url_is_wanted(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Names the commands that read files, and takes it for no host."""
    monkeypatch.chdir(tmp_path)
    Path("load.json").write_text("{}")
    outcome = cli(command, "load.json")
    assert outcome.code == 2
    assert sentence(outcome).startswith(f"fetcher: load.json is a file, and fetcher {command} takes URLs; if it was s")
