"""``fetcher compare`` against the local origin: its forms, its arms, and what it refuses."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from fetcher.analysis.compare.saved_comparison import loads
from fetcher.cli.arms import without_secrets
from tests.cli.conftest import Cli
from tests.support.command_line import Listening
from tests.support.comparisons import faults
from tests.support.fake_chromium import fake


def test_hints_off_and_on(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """The saved file and the page hold what is printed."""
    saved, page, pull = tmp_path / "c.json", tmp_path / "c.html", tmp_path / "c.md"
    outcome = cli(
        "compare", "-n", "2", "--pause", "0", "--warm-up", "0", "--cacert", origin.ca_file,
        "--json", str(saved), "--html", str(page), "--md", str(pull), f"{origin.https}/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "hints off against hints on, fetcher as chromium" in outcome.out
    assert "2 of 2 pairs count" in outcome.out
    assert "note: 2 pairs can show no difference, whatever is measured; 6 at least can" in outcome.err
    assert faults(saved.read_text()) == []
    assert pull.read_text().startswith("## fetcher compare: ")
    result = loads(saved.read_text())
    assert [arm.name for arm in result.arms] == ["hints off", "hints on"]
    assert (result.arms[0].acted, result.arms[1].acted) == (0, 2)
    assert '<h2 id="comparison">' in page.read_text()
    assert "<h3>hints on</h3>" in page.read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_costs_the_file_alone(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """What took so long to measure is shown, and in the other files."""
    files = ("--json", "/dev/full", "--md", str(tmp_path / "c.md"))
    outcome = cli("compare", "-n", "1", "--warm-up", "0", "--pause", "0", *files, f"{origin.http}/")
    assert outcome.code == 74
    assert "cannot write /dev/full: No space left on device" in outcome.err
    assert "1 pair" in outcome.out
    assert "1 pair" in (tmp_path / "c.md").read_text()


def test_two_sets_of_options(cli: Cli, origin: Listening) -> None:
    """Each arm takes load's options, over those of the command."""
    outcome = cli(
        "compare", "-n", "1", "--pause", "0", "--warm-up", "0", "--cacert", origin.ca_file, "--json", "-",
        "--a", "--http 1.1 --device mobile", "--b", "--http 2", f"{origin.https}/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    pair = json.loads(outcome.out)["pairs"][0]
    protocols = [pair[arm]["connections"][0]["protocol"] for arm in ("first", "second")]
    assert protocols == ["http/1.1", "h2"]
    assert pair["first"]["device"]["mobile"] is True
    assert pair["second"]["device"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--a", "--htp 3", "URL"], "--a '--htp 3': No such option"),
        (["--b", "--json x", "URL"], "--b takes no --json"),
        (["--a", "'", "URL"], "cannot be split"),
        (["URL", "URL", "URL"], "one URL or two, not 3"),
        (["URL", "URL"], "both arms are the same"),
        (["--until", "0", "URL"], "--until"),
        (["--json", "-", "-o", "-", "URL"], "standard output"),
    ],
)
def test_what_cannot_be(cli: Cli, origin: Listening, arguments: list[str], told: str) -> None:
    """Usage, one sentence, nothing loaded."""
    outcome = cli("compare", *(f"{origin.http}/" if word == "URL" else word for word in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


def test_nothing_measured(cli: Cli) -> None:
    """A page that cannot be loaded is exit 3 and a sentence, no table of nothing."""
    outcome = cli("compare", "-n", "3", "--pause", "0", "http://127.0.0.1:1/")
    assert (outcome.code, outcome.out) == (3, "")
    assert "nothing was measured: " in outcome.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-u ann:s3cret --http 2", "-u '[redacted]' --http 2"),
        ("--user=ann:s3cret", "'--user=[redacted]'"),
        ("-H 'Authorization: Bearer s3cret'", "-H 'Authorization: [redacted]'"),
        ("-b 'sid=s3cret; a=1'", "-b '[redacted]'"),
        ("--proxy http://ann:s3cret@127.0.0.1:1", "--proxy '[redacted]'"),
        ("-u 'ann:${PASSWORD}' -H 'x-team: blue'", "-u 'ann:${PASSWORD}' -H 'x-team: blue'"),
        ("-b cookies.txt --http 2", "-b cookies.txt --http 2"),
    ],
)
def test_an_arm_is_named_without_its_secrets(text: str, told: str) -> None:
    """What an arm is called goes into every report and into the saved file."""
    assert without_secrets(text, "https://a.test/", "--a") == told


def test_no_form_has_the_secrets_of_an_arm(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Of its options, and of its URL."""
    saved, page, pull = tmp_path / "c.json", tmp_path / "c.html", tmp_path / "c.md"
    common = ["-n", "1", "--pause", "0", "--warm-up", "0", "--cacert", origin.ca_file, "--json", str(saved)]
    common += ["--html", str(page), "--md", str(pull)]
    for arms in (
        ["--a", "-u ann:s3cret", f"{origin.https}/"],
        [f"{origin.https}/?token=s3cret", f"{origin.https}/"],
    ):
        outcome = cli("compare", *common, *arms)
        assert outcome.code == 0, outcome.err
        for text in (outcome.out, saved.read_text(), page.read_text(), html.unescape(pull.read_text())):
            assert "[redacted]" in text
            assert "s3cret" not in text


def test_the_browsers_of_the_arms_are_named(cli: Cli, origin: Listening) -> None:
    """Not the command's, which neither arm goes by; and one URL twice is two arms where their options differ."""
    outcome = cli(
        "compare", "-n", "1", "--pause", "0", "--warm-up", "0", "--cacert", origin.ca_file,
        "--a", "--browser firefox", "--b", "--browser safari", f"{origin.https}/", f"{origin.https}/",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "fetcher as firefox and as safari" in outcome.out
    assert "--browser firefox against --browser safari" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--in", "firefox", "URL"], "--in"),
        (["--in", "chromium", "HTTP"], "is plain http, where Chromium acts on no 103, so both arms would be the same"),
        (["--in", "chromium", "--a", "--http 2", "HTTP"], "HTTP/2 needs TLS here"),
        (["--in", "chromium", "--a", "--browser firefox", "URL"], "firefox says as whom fetcher loads"),
        (["--in", "chromium", "--b", "--transport aiohttp", "URL"], "leave --transport (transport) out"),
        (["--in", "chromium", "--b", "--frames", "URL"], "leave --frames (frames) out"),
        (["--in", "chromium", "--b", "-H 'host: b.test'", "URL"], "-H host: "),
        (["--in", "chromium", "--browser", "chromium", "URL"], "--browser says as whom fetcher loads"),
        (["--in", "chromium", "--frames", "URL"], "leave --frames (frames) out"),
        (["--in", "chromium", "URL", "URL"], "both arms are the same"),
        (["--in", "chromium", "URL", "URL", "URL"], "one URL or two, not 3"),
        (["--in", "chromium", "--chromium", "no-such-program", "URL"], "no program of that name"),
        (["--chromium", "no-such-program", "URL"], "say that, too"),
    ],
)
def test_what_chromium_cannot_be_told(cli: Cli, origin: Listening, arguments: list[str], told: str) -> None:
    """Usage, one sentence, nothing started."""
    places = {"URL": f"{origin.https}/", "HTTP": f"{origin.http}/"}
    outcome = cli("compare", *(places.get(word, word) for word in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("does", "code", "told"),
    [
        ("", 0, ""),
        ("fail net::ERR_TIMED_OUT", 3, "net::ERR_TIMED_OUT"),
        ("die Page.navigate", 3, "Chromium: "),
        ("die Browser.getVersion", 3, "Chromium: "),
        ('told {"page": {"name": 7}}', 3, "told nothing of its timing"),
        ("told null", 3, "told nothing of its timing"),
        ("crash", 3, "the page crashed"),
    ],
)
def test_a_chromium_that_does_what_it_should_not(cli: Cli, tmp_path: Path, does: str, code: int, told: str) -> None:
    """Its loads do not count, with a sentence; one that does its work is shown by its name."""
    program = fake(tmp_path, does)
    outcome = cli(
        "compare", "--in", "chromium", "--chromium", program, "-n", "2", "--warm-up", "0", "--pause", "0",
        "https://a.test/",
    )  # fmt: skip
    assert outcome.code == code, outcome.err
    assert told in outcome.err
    said = [line for line in outcome.err.splitlines() if "pairs can show no difference" not in line]
    assert len(said) == (1 if told else 0)
    assert ("Chrome/156.0.8078.108 (headless)" in outcome.out) is (not told)
