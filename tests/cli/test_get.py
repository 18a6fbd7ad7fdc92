"""``fetcher get``: which stream gets what, what the heads look like, what the JSON holds."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from fetcher.cli.exchange import Exchange, TerminalText
from fetcher.wire.events import InterimResponse

HEAD = re.compile(r"^ *(\d+\.\d) ms  (HTTP/\S+ \d+.*)$", re.MULTILINE)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output and error look like terminals to the command."""
    monkeypatch.setattr("fetcher.cli.get.is_terminal", lambda _: True)


def test_a_pipe_gets_the_body_alone(cli, origin) -> None:
    """Where standard output is no terminal, heads go to standard error, interim ones first."""
    outcome = cli("get", f"{origin.http}/plain-page")
    assert (outcome.code, outcome.out) == (0, "<!doctype html><p>hello")
    assert [line for _, line in HEAD.findall(outcome.err)] == ["HTTP/1.1 200 OK"]


def test_interim_heads_come_with_their_times(cli, origin) -> None:
    """Both 103s and the 200 are shown in order, each with milliseconds since the request was sent."""
    outcome = cli("get", "--head-only", f"{origin.http}/two-103s")
    heads = HEAD.findall(outcome.out)
    assert [line for _, line in heads] == ["HTTP/1.1 103 Early Hints"] * 2 + ["HTTP/1.1 200 OK"]
    times = [float(at) for at, _ in heads]
    assert times == sorted(times)
    assert times[2] - times[0] > 20  # 55 at the server; reading the first one late shrinks it
    assert "link: </styles/site.css>; rel=preload; as=style" in outcome.out
    assert "<!doctype" not in outcome.out
    assert not outcome.err


def test_content_that_is_not_read_is_not_counted(cli, origin, tmp_path: Path) -> None:
    """--head-only decodes nothing: none of the content's figures is said, in words or as JSON."""
    outcome = cli("get", "-v", "--head-only", "--json", str(tmp_path / "g.json"), f"{origin.http}/plain-page")
    assert "the content was not read" in outcome.out
    assert "decoded" not in outcome.out
    assert '"decoded": null' in (tmp_path / "g.json").read_text()


def test_http2_when_tls_settles_it(cli, origin) -> None:
    """Over TLS the automatic choice is HTTP/2 here, and --http 1.1 says otherwise."""
    trust = ("--cacert", origin.ca_file)
    assert "HTTP/2 103" in cli("get", "--head-only", *trust, f"{origin.https}/two-103s").out
    assert "HTTP/1.1 103" in cli("get", "--head-only", "--http", "1.1", *trust, f"{origin.https}/two-103s").out


def test_quiet_leaves_only_the_body(cli, origin) -> None:
    """-q says nothing on standard error."""
    outcome = cli("get", "-q", f"{origin.http}/plain-page")
    assert (outcome.out, outcome.err) == ("<!doctype html><p>hello", "")


def test_output_file_gets_the_bytes(cli, origin, tmp_path: Path) -> None:
    """-o writes the body as it is, and the heads have standard output."""
    outcome = cli("get", "-o", str(tmp_path / "body"), f"{origin.http}/binary")
    assert (tmp_path / "body").read_bytes() == bytes(range(256)) * 40
    assert "HTTP/1.1 200 OK" in outcome.out


def test_a_terminal_gets_heads_and_body(cli, origin, terminal: None) -> None:
    """On a terminal all is on standard output, the head before the body."""
    outcome = cli("get", f"{origin.http}/plain-page")
    assert outcome.out.index("HTTP/1.1 200 OK") < outcome.out.index("<p>hello")
    assert not outcome.err


@pytest.mark.usefixtures("terminal")
def test_what_a_server_sends_cannot_act_on_the_terminal(cli, origin) -> None:
    """Escape sequences in fields and body are shown, lines and tabs of the body stay."""
    outcome = cli("get", "--color", "never", f"{origin.http}/hostile")
    assert outcome.code == 0
    printed = [character for character in outcome.out if not character.isprintable()]
    assert set(printed) <= {"\n", "\t"}
    assert "\\x1b]0;owned\\x07" in outcome.out
    assert "link: </\\x9b2J.css>" in outcome.out
    assert "\ttab\n<p>line" in outcome.out


@pytest.mark.usefixtures("terminal")
def test_binary_content_is_not_shown(cli, origin) -> None:
    """A terminal gets a note in place of bytes that are no text."""
    assert "(binary content, not shown on a terminal; -o FILE saves it)" in cli("get", f"{origin.http}/binary").out


def test_text_cut_inside_a_character(capsys: pytest.CaptureFixture[str]) -> None:
    """UTF-8 split between two pieces is put together again; what is no UTF-8 becomes U+FFFD."""
    import sys

    text = TerminalText(sys.stdout)
    for piece in (b"caf\xc3", b"\xa9\r\n\xff", b"\x1b[0m"):
        text.write(piece)
    text.end()
    assert capsys.readouterr().out == "café\n\ufffd\\x1b[0m\n"


@pytest.mark.parametrize(("choice", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colour(cli, origin, choice: str, coloured: bool) -> None:
    """Status lines are coloured where asked for; a pipe gets none by itself."""
    outcome = cli("get", "--head-only", "--color", choice, f"{origin.http}/plain-page")
    assert ("\x1b[1;32mHTTP/1.1 200 OK\x1b[0m" in outcome.out) is coloured


def test_request_options_reach_the_server(cli, origin) -> None:
    """Method, content, fields and user agent arrive as typed; -d brings curl's content type."""
    line = ["-X", "PUT", "-d", "q=1", "-H", "X-One: a: b", "-H", "x-one: c", "-A", "tester/1", f"{origin.http}/echo?x"]
    seen = cli("get", *line).out.splitlines()
    assert seen[0] == "PUT /echo?x"
    assert {"x-one: a: b", "x-one: c", "user-agent: tester/1", "content-length: 3"} <= set(seen)
    assert "content-type: application/x-www-form-urlencoded" in seen
    assert seen[-1] == "q=1"


def test_data_means_post_and_may_come_from_a_file(cli, origin, tmp_path: Path) -> None:
    """-d alone is a POST; @FILE sends the file."""
    (tmp_path / "data").write_bytes(b"from a file")
    seen = cli("get", "-d", f"@{tmp_path / 'data'}", "-H", "content-type: text/plain", f"{origin.http}/echo").out
    assert seen.startswith("POST /echo")
    assert "from a file" in seen
    assert "form-urlencoded" not in seen


def test_resolve_and_connect_to_move_the_bytes_only(cli, origin) -> None:
    """The name asked for stays in the Host field, wherever the bytes go."""
    port = origin.http.rpartition(":")[2]
    there = cli("get", "-v", "--resolve", f"shop.test:{port}:127.0.0.1", f"http://shop.test:{port}/echo")
    assert there.code == 0
    assert f"connected to 127.0.0.1 port {port}" in there.err
    moved = cli("get", "-v", "--connect-to", f"shop.test:80:127.0.0.1:{port}", "http://shop.test/echo")
    assert f"connected to 127.0.0.1 port {port}" in moved.err


def test_json_holds_the_whole_exchange(cli, origin, tmp_path: Path) -> None:
    """Interim responses, both clocks, fields, sizes and connection; the body is left out."""
    name = str(tmp_path / "exchange.json")
    assert cli("get", "--json", name, "-k", f"{origin.https}/two-103s?token=hush").code == 0
    found = json.loads(Path(name).read_text())
    assert found["outcome"] == "complete"
    assert found["error"] is None
    assert "hush" not in found["url"]
    assert [one["status"] for one in found["interim"]] == [103, 103]
    assert found["interim"][0]["fields"] == [["link", "</styles/site.css>; rel=preload; as=style"]]
    response = found["response"]
    assert response["version"] == "HTTP/2"
    assert response["first_interim_response_start"] == found["interim"][0]["at"]
    assert found["interim"][1]["at"] < response["final_response_headers_start"] <= response["response_end"]
    assert response["transferred"] == response["decoded"] > 0
    assert found["connection"]["protocol"] == "h2"
    assert found["connection"]["tls"]["verified"] is False


def test_json_on_standard_output_stands_alone(cli, origin) -> None:
    """--json - leaves nothing but JSON there, heads go to standard error."""
    outcome = cli("get", "--json", "-", f"{origin.http}/plain-page")
    assert json.loads(outcome.out)["response"]["status"] == 200
    assert "HTTP/1.1 200 OK" in outcome.err


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--fail",), 22)])
def test_an_error_status(cli, origin, options: tuple[str, ...], code: int) -> None:
    """404 is an answer like any other, and with --fail exit code 22 without the body, as in curl."""
    outcome = cli("get", *options, f"{origin.http}/no-such-page")
    assert outcome.code == code
    assert ("nothing is scripted" in outcome.out) is (not options)
    assert ("answered with status 404" in outcome.err) is bool(options)


def test_a_field_is_no_runners_command(capsys: pytest.CaptureFixture[str]) -> None:
    """What a CI runner reads as a command in a line of a log is shown apart."""
    shown = Exchange("http://a.test/", "GET", sys.stdout, colour=False, verbose=False)
    shown.interim(InterimResponse(0, 1.0, 103, "##[error]owned", (("link", "##vso[task.complete]</a.css>"),), b"", 0))
    out = capsys.readouterr().out
    assert "# #[error]owned" in out
    assert "# #vso[task.complete]" in out
    assert "##" not in out
