"""``load --repeat-view`` and ``--storage``: a page seen for the second time, in one run and in the next."""

from __future__ import annotations

import json
from pathlib import Path

from fetcher.record import load_record
from fetcher.record.saved import from_json
from tests.support.command_line import Cli, Listening, sentence


def test_a_repeat_view_shows_both_loads(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Two waterfalls and the difference; both records as JSON, both pages as HAR."""
    files = tmp_path / "j.json", tmp_path / "h.har"
    done = cli("load", "--repeat-view", "--json", str(files[0]), "--har", str(files[1]), f"{origin.http}/")
    assert done.code == 0
    assert done.out.startswith("First view\n")
    assert "\nRepeat view\n" in done.out
    assert "answered by the HTTP cache" in done.out
    first, second = [from_json(one) for one in json.loads(files[0].read_text())]
    hits = [one for one in second.requests if one.cache_source == "http-cache"]
    assert hits
    assert not any(one.cache for one in first.requests)
    log = json.loads(files[1].read_text())["log"]
    assert [page["id"] for page in log["pages"]] == ["page_1", "page_2"]
    cached = [entry for entry in log["entries"] if entry.get("_fromCache") == "disk"]
    assert len(cached) == len(hits)
    assert {entry["pageref"] for entry in cached} == {"page_2"}


def test_storage_lasts_from_run_to_run(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """The second run asks for less, and says what was saved; ``check`` begins as if it had seen nothing."""
    storage, saved = str(tmp_path / "browser.db"), tmp_path / "j.json"
    assert cli("load", "--storage", storage, f"{origin.http}/").code == 0
    done = cli("load", "--storage", storage, "--json", str(saved), f"{origin.http}/")
    assert "answered by the HTTP cache" in done.out
    assert any(one.cache_source for one in load_record(saved).requests)
    before = Path(storage).read_bytes()
    checked = cli("check", "-n", "1", "--browser", "eager", "--storage", storage, f"{origin.http}/")
    assert checked.code == 0
    assert Path(storage).read_bytes() == before


def test_an_unusable_storage_file_is_one_sentence(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Usage error, before anything is asked for, and the file stays as it was."""
    file = tmp_path / "notes.txt"
    file.write_text("mine " * 200)
    done = cli("load", "--storage", str(file), f"{origin.http}/")
    assert done.code == 2
    assert "is not a file that --storage wrote" in sentence(done)
    assert file.read_text() == "mine " * 200


def test_what_a_failed_load_learned_is_kept(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """The file is there and sound after a load that was given up."""
    storage = str(tmp_path / "browser.db")
    assert cli("load", "--storage", storage, "--max-time", "0.4", f"{origin.http}/late").code == 3
    done = cli("load", "--storage", storage, f"{origin.http}/")
    assert done.code == 0


def test_markdown_of_both_views(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Each by its name; that a picture can show one view only is said."""
    pull, picture = tmp_path / "rv.md", tmp_path / "rv.svg"
    outcome = cli("load", "--repeat-view", "--md", str(pull), "--svg", str(picture), f"{origin.http}/")
    assert outcome.code == 0, outcome.err
    text = pull.read_text(encoding="utf-8")
    assert ": first view\n" in text
    assert ": repeat view\n" in text
    assert "note: --svg shows the repeat view; --html shows both" in outcome.err
