"""``fetcher discover`` beside a Chromium that does what each test says: dies, hangs, floods, lies."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from fetcher.record.observed import read_observed
from fetcher.runs.chromium import watching
from tests.support.command_line import Cli, Outcome, sentence
from tests.support.fake_chromium import fake

URL = "https://a.test/"
KEPT = '[\n{"method":"Fetcher.discovered","params":{}}\n]\n'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FETCHER_CHROMIUM", raising=False)
    monkeypatch.setattr(watching, "QUIET_MS", 30.0)


def discover(cli: Cli, folder: Path, does: str = "", *more: str) -> Outcome:
    return cli("discover", "--chromium", fake(folder, does), *more, URL)


def test_what_scripts_request_is_written_and_summed_up(cli: Cli, tmp_path: Path) -> None:
    """The log is one that ``load --discoveries`` takes; the summary names each request, and the next command."""
    said = discover(cli, tmp_path)
    assert said.code == 0, said
    assert "5 requests: the page, 2 by a script, 2 by markup" in said.out
    assert "/data.json" in said.out
    assert "fetcher load alone misses 2 requests" in said.out
    assert "next: fetcher load --discoveries discoveries.json https://a.test/" in said.out
    (page,) = read_observed("discoveries.json")
    assert [one.url for one in page.requests if one.script] == [f"{URL}data.json", f"{URL}chunk.js"]
    assert page.recorded_by.startswith("Chrome/156")
    assert "session=hush" not in Path("discoveries.json").read_text()
    assert discover(cli, tmp_path, "", "--no-redact").code == 0
    assert "session=hush" in Path("discoveries.json").read_text()


def test_what_neither_the_page_nor_a_script_asked_for_is_named(cli: Cli, tmp_path: Path) -> None:
    """As the favicon: the first few, with -v and as JSON all."""
    said = discover(cli, tmp_path, "icons 5", "--json", "said.json")
    assert "5 by something else" in said.out
    assert "By something else: /icon0.ico, /icon1.ico, /icon2.ico and 2 more (-v shows each)" in said.out
    names = [f"{URL}icon{number}.ico" for number in range(5)]
    assert json.loads(Path("said.json").read_text())["by_something_else"] == names


def test_the_options_of_a_load_reach_chromium(cli: Cli, tmp_path: Path) -> None:
    """Names, proxies, user agent, HTTP version; the next command repeats those that it needs, and no secret."""
    told = ["--resolve", "a.test:443:127.0.0.1", "--connect-to", "b.test:443:c.test:8443", "--http", "1.1", "-A", "me"]
    told += ["--proxy", "http://p.test:3128", "--noproxy", "d.test", "-u", "me:hush", "-k", "--device", "mobile"]
    said = discover(cli, tmp_path, "", *told)
    assert said.code == 0, said
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert "--host-resolver-rules=MAP b.test:443 c.test:8443, MAP a.test:443 127.0.0.1" in arguments
    assert "--disable-http2" in arguments
    assert "--ignore-certificate-errors" in arguments
    assert "--proxy-server=http=http://p.test:3128;https=http://p.test:3128" in arguments
    assert "--proxy-bypass-list=d.test;*.d.test;<-loopback>" in arguments
    assert "--user-agent=me" in arguments
    assert arguments[-1] == "navigate https://a.test/"
    assert ("--no-sandbox" in arguments) is (os.geteuid() == 0)
    (profile,) = [each.partition("=")[2] for each in arguments if each.startswith("--user-data-dir=")]
    assert not Path(profile).exists()
    next_one = said.out.rpartition("next: ")[2]
    assert "--resolve a.test:443:127.0.0.1" in next_one
    assert "--device mobile" in next_one
    assert "--proxy http://p.test:3128 --noproxy d.test" in next_one
    assert "hush" not in said.out + said.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--http", "2"), "Chromium settles the HTTP version itself"),
        (("-H", "x-a: b"), "every site"),
        (("--proxy", "http://me:hush@p.test"), "no credentials for a proxy"),
        (("--netlog", "-"), "--netlog cannot have standard output"),
        (("-o", "-", "--json", "-"), "only one of"),
        (("-o", "x.json", "--netlog", "x.json"), "both name x.json"),
        (("-o", "none/x.json"), "there is no folder none"),
        (("--chromium", "none"), "there is no program of that name"),
        (("--connect-to", ":::8443"), "another port for every host"),
    ],
)
def test_what_cannot_be_carried_over_is_refused(cli: Cli, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    """Before anything is started or written."""
    said = discover(cli, tmp_path, "", *options)
    assert said.code == 2
    assert words in sentence(said)
    assert "hush" not in said.err
    assert not Path("discoveries.json").exists()
    assert not (tmp_path / "arguments").exists()


def test_no_chromium(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The sentence says what was looked for and what to do; one that was named is not replaced by another."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("fetcher.runs.chromium.found.APPLICATIONS", ())
    said = cli("discover", URL)
    assert (said.code, said.out) == (2, "")
    assert "no Chromium is installed here" in sentence(said)
    assert "--chromium FILE" in said.err
    monkeypatch.setenv("FETCHER_CHROMIUM", "/nowhere/chrome")
    assert "/nowhere/chrome: there is no program" in sentence(cli("discover", URL))


POINTS = ("Browser.getVersion", "Target.createTarget", "Network.enable", "Target.setAutoAttach", "Page.navigate")


@pytest.mark.parametrize(
    ("how", "at"), [*(("die", each) for each in POINTS), ("close", "Page.enable"), ("garbage", "Page.navigate")]
)
def test_a_browser_that_dies_at_any_point(cli: Cli, tmp_path: Path, how: str, at: str) -> None:
    """One sentence, exit code 3, nothing left behind: no process, no profile, no half file."""
    started = time.monotonic()
    said = discover(cli, tmp_path, f"{how} {at}")
    assert said.code == 3, said
    assert "Chromium" in sentence(said)
    assert time.monotonic() - started < 5
    assert not Path("discoveries.json").exists()
    (profile,) = [
        each.partition("=")[2]
        for each in (tmp_path / "arguments").read_text().splitlines()
        if each.startswith("--user-data-dir=")
    ]
    assert not Path(profile).exists()


def test_a_program_that_is_no_chromium(cli: Cli, tmp_path: Path) -> None:
    """It ends at once, or cannot be started at all."""
    said = cli("discover", "--chromium", "true", URL)
    assert said.code == 3
    assert re.fullmatch(r"fetcher: \S+: Chromium: \S*true ended at once; is it a Chromium\?", sentence(said))
    program = tmp_path / "broken"
    program.write_text("#!/nowhere/at/all\n")
    program.chmod(0o755)
    said = cli("discover", "--chromium", str(program), URL)
    assert said.code == 3
    assert "cannot be started" in sentence(said)


def test_a_sandbox_that_cannot_be_made(cli: Cli, tmp_path: Path) -> None:
    """As in some containers: the sentence says what to do about it."""
    said = discover(cli, tmp_path, "sandbox")
    assert said.code == 3
    assert "name a script that adds --no-sandbox by --chromium" in sentence(said)


def test_a_browser_that_never_answers(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is the load's own, and its phase is said; a browser that stops reading is one, too. --max-time is
    for all of it: also a browser that does not start, or does not even tell its version."""
    with monkeypatch.context() as shorter:
        shorter.setattr("fetcher.runs.discover.MOST_SECONDS", 0.3)
        said = discover(cli, tmp_path, "mute Page.navigate")
    assert said.code == 3
    assert "no answer came within 0.3 s" in sentence(said)
    said = discover(cli, tmp_path, "mute Browser.getVersion", "--max-time", "0.5")
    assert said.code == 3
    assert "Chromium had not started within 0.5 s; give it longer (--max-time)" in sentence(said)
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o700)
    began = time.monotonic()
    said = cli("discover", "--chromium", str(silent), "--max-time", "0.2", URL)
    assert said.code == 3
    assert "had not started within 0.2 s" in sentence(said)
    assert time.monotonic() - began < 9.0
    monkeypatch.setattr("fetcher.runs.chromium.driving.START_SECONDS", 0.3)
    said = discover(cli, tmp_path, "mute Browser.getVersion")
    assert said.code == 3
    assert "Browser.getVersion was not answered within 0.3 s" in sentence(said)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("net::ERR_NAME_NOT_RESOLVED", "its name has no address"),
        ("net::ERR_CERT_AUTHORITY_INVALID", "give --cacert FILE"),
        ("net::ERR_SOMETHING_NEW", "net::ERR_SOMETHING_NEW"),
    ],
)
def test_a_page_that_cannot_be_loaded(cli: Cli, tmp_path: Path, error: str, words: str) -> None:
    said = discover(cli, tmp_path, f"fail {error}")
    assert said.code == 3
    assert words in sentence(said)
    assert URL in said.err


def test_a_page_of_a_103_alone(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No final response came, which is the very case to look at: what came before is kept, and both logs are there."""
    monkeypatch.setattr("fetcher.runs.discover.MOST_SECONDS", 1.0)
    said = discover(cli, tmp_path, "early", "--netlog", "net.json")
    assert said.code == 3
    assert "a 103 and no final response was seen" in said.out
    assert "no answer came within 1 s; give it longer (--max-time); what was seen until then is in" in said.err
    assert "</a.css>; rel=preload" in Path("discoveries.json").read_text()
    assert Path("net.json").is_file()


def test_where_nothing_of_the_page_was_seen_an_earlier_log_stays(cli: Cli, tmp_path: Path) -> None:
    """No answer came, though Chromium told of the request: nothing is written, and what stays is said."""
    said = discover(cli, tmp_path, "lost net::ERR_CONNECTION_REFUSED")
    assert (said.code, said.out) == (3, "")
    assert "stays" not in sentence(said)
    assert not Path("discoveries.json").exists()
    for name in ("discoveries.json", "net.json"):
        Path(name).write_text(KEPT)
    said = discover(cli, tmp_path, "lost net::ERR_CERT_AUTHORITY_INVALID", "--netlog", "net.json")
    assert (said.code, said.out) == (3, "")
    assert "its certificate is not trusted" in sentence(said)
    assert "nothing of the page was seen, so discoveries.json and net.json stay as they were" in said.err
    assert Path("discoveries.json").read_text() == Path("net.json").read_text() == KEPT


def test_a_wall_is_not_taken_for_the_page(cli: Cli, tmp_path: Path) -> None:
    """Exit code 3 as of a page that is blocked, no next command, an earlier log stays. An error page is called one."""
    said = discover(cli, tmp_path, "status 403", "--json", "said.json")
    assert said.code == 3
    assert "https://a.test/ is behind a wall: it answered 403; what the server wants" in sentence(said)
    assert "this is what a wall in front of the page requests" in said.out
    assert "next:" not in said.out
    facts = json.loads(Path("said.json").read_text())
    assert (facts["blocked"], facts["next"], facts["file"]) == ("it answered 403", None, "discoveries.json")
    Path("discoveries.json").write_text(KEPT)
    said = discover(cli, tmp_path, "status 429")
    assert said.code == 3
    assert "discoveries.json was there and stays as it was" in sentence(said)
    assert Path("discoveries.json").read_text() == KEPT
    said = discover(cli, tmp_path, "status 404")
    assert said.code == 0
    assert "With status 404 this is what an error page requests." in said.out


def test_what_was_seen_is_kept_when_the_page_crashes(cli: Cli, tmp_path: Path) -> None:
    said = discover(cli, tmp_path, "crash")
    assert said.code == 3
    assert "the page crashed" in sentence(said)
    assert "what was seen until then is in discoveries.json" in said.err
    assert len(read_observed("discoveries.json")[0].requests) == 4


def test_a_page_that_never_loads_and_one_that_never_stops(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both end, are results, and say what is missing; a stream is waited for by nobody."""
    with monkeypatch.context() as shorter:
        shorter.setattr("fetcher.runs.discover.MOST_SECONDS", 0.4)
        said = discover(cli, tmp_path, "hang")
    assert said.code == 0, said
    assert "its load event had not come, https://a.test/never.png under way" in " ".join(said.out.split())
    monkeypatch.setattr(watching, "MOST_REQUESTS", 500)
    said = discover(cli, tmp_path, "endless", "--max-time", "20")
    assert said.code == 0, said
    assert "stopped at 500 requests, what follows is missing" in " ".join(said.out.split())
    assert any("stopped at 500" in note for note in read_observed("discoveries.json")[0].notes)
    monkeypatch.setattr(watching, "MOST_BYTES", 2_000)
    assert "what follows is missing" in discover(cli, tmp_path, "endless").out
    monkeypatch.setattr(watching, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(watching, "STALLED_MS", 800.0)
    assert "note" not in discover(cli, tmp_path, "stream").out
    assert "nothing came for 0.8 s, https://a.test/poll still under way" in " ".join(
        discover(cli, tmp_path, "stall").out.split()
    )


def test_many_loads_leave_nothing_open(cli: Cli, tmp_path: Path) -> None:
    """No descriptor, no thread, also where the browser died."""
    told = ("", "die Page.navigate", "mute Browser.getVersion", "close Page.enable")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("fetcher.runs.chromium.driving.START_SECONDS", 0.1)
        discover(cli, tmp_path, "die Page.navigate", "-q")  # what the first of all opens for good
        before = len(os.listdir("/dev/fd")), threading.active_count()
        for does in told:
            discover(cli, tmp_path, does, "-q")
        assert (len(os.listdir("/dev/fd")), threading.active_count()) == before


def test_ten_thousand_requests(cli: Cli, tmp_path: Path) -> None:
    """Each is in the log; the summary lists some and counts the rest."""
    said = discover(cli, tmp_path, "many 9990")
    assert said.code == 0, said
    assert "9995 requests" in said.out
    assert "and 9973 more (-v shows each)" in said.out
    assert len(read_observed("discoveries.json")[0].requests) == 9_994


def test_hostile_urls_and_messages(cli: Cli, tmp_path: Path) -> None:
    """Escaped where they are printed, left out where they are none, and no secret of theirs is told."""
    said = discover(cli, tmp_path, "hostile", "-v", "--json", "said.json")
    assert said.code == 0, said
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    text = Path("discoveries.json").read_text()
    shown = text + said.out + Path("said.json").read_text()
    assert "hush" not in shown.replace("hush-team", "")
    assert "data:image" not in text
    (page,) = read_observed("discoveries.json")
    assert {one.url.partition(":")[0] for one in page.requests} == {"https"}


def test_the_summary_as_json_and_the_log_on_standard_output(cli: Cli, tmp_path: Path) -> None:
    said = discover(cli, tmp_path, "", "-o", "log.json", "--json", "-")
    facts = json.loads(said.out)
    assert facts["missed"] == [f"{URL}data.json", f"{URL}chunk.js"]
    assert facts["by_scripts"][0]["initiator"] == f"{URL}app.js"
    assert (facts["kind"], facts["whole"], facts["file"]) == ("discoveries", True, "log.json")
    said = discover(cli, tmp_path, "", "-o", "-")
    assert json.loads(said.out)[0]["method"] == "Fetcher.discovered"
    assert not Path("discoveries.json").exists()


def test_a_net_log_beside_it(cli: Cli, tmp_path: Path) -> None:
    """Chromium's own, without what it lets stand of secrets."""
    more = ("--netlog", "net.json", "-H", "x-team: hush", "--header-scope", "all")
    said = discover(cli, tmp_path, "", *more)
    assert said.code == 0, said
    assert "does not send these fields with what a 103 asks for" in " ".join(said.out.split())
    text = Path("net.json").read_text()
    assert "hush" not in text + Path("discoveries.json").read_text()
    assert json.loads(text)["events"][1]["params"]["headers"] == ["x-team: [redacted]", "accept: */*"]
    discover(cli, tmp_path, "", *more, "--no-redact")
    assert "x-team: hush" in Path("net.json").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_net_log_that_cannot_be_written_costs_nothing_else(cli: Cli, tmp_path: Path) -> None:
    """The log and the summary are there all the same; the sentence says what is not."""
    said = discover(cli, tmp_path, "", "--netlog", "/dev/full", "--json", "said.json")
    assert said.code == 74
    assert sentence(said) == (
        "fetcher: cannot write /dev/full: No space left on device; what was seen until then is in discoveries.json"
    )
    assert len(read_observed("discoveries.json")[0].requests) == 4
    assert json.loads(Path("said.json").read_text())["next"].startswith("fetcher load --discoveries discoveries.json h")


def test_a_file_of_somebody_elses_is_not_overwritten(cli: Cli, tmp_path: Path) -> None:
    """The name nobody gave is ours to write again, not to take."""
    Path("discoveries.json").write_text(KEPT)
    assert discover(cli, tmp_path).code == 0
    assert Path("discoveries.json").read_text() != KEPT
    Path("discoveries.json").write_text("mine")
    said = discover(cli, tmp_path)
    assert said.code == 2
    assert "name another file (-o)" in sentence(said)
    assert Path("discoveries.json").read_text() == "mine"


def test_ctrl_c_ends_the_browser_and_keeps_what_was_seen(cli: Cli, tmp_path: Path) -> None:
    """Exit code 130; the browser and its profile are gone."""
    arguments = tmp_path / "arguments"

    def interrupt() -> None:
        deadline = time.monotonic() + 15
        while not (arguments.exists() and "navigate" in arguments.read_text()) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        said = discover(cli, tmp_path, "hang", "--max-time", "60")
    finally:
        thread.join()
    assert said.code == 130, said
    assert "what was seen until then is in discoveries.json" in said.err
    assert len(read_observed("discoveries.json")[0].requests) == 1
    (profile,) = [
        each.partition("=")[2] for each in arguments.read_text().splitlines() if each.startswith("--user-data-dir=")
    ]
    assert not Path(profile).exists()
