"""``fetcher audit --probe``: the number of requests is said first, rules judge the answers, a saved audit has them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command_line import Cli, Listening, sentence


def test_probes_are_announced_and_judged(cli: Cli, origin: Listening, tmp_path: Path) -> None:
    """Two probes of a page whose 103 goes to everybody; the saved audit gives the same findings again."""
    saved = str(tmp_path / "audit.json")
    page = f"{origin.https}/stale"
    only = ("--only", "interim-not-gated", "--only", "interim-over-http1", "--fail-on", "warning")
    probes = ("--probe", "cors", "--probe", "http1")
    done = cli("audit", "-n", "1", "--cacert", origin.ca_file, *only, *probes, "--json", saved, page)
    assert done.code == 1
    assert done.err.splitlines() == [
        f"fetcher: probes of {page}",
        "  cors: 1 request (the page's URL as a script fetches it: Sec-Fetch-Mode: cors)",
        "  http1: 1 request (the page over HTTP/1.1)",
    ]
    assert "interim-not-gated" in done.out
    assert "interim-over-http1" in done.out
    (kept,) = json.loads(Path(saved).read_text(encoding="utf-8"))["pages"]
    assert [probe["name"] for probe in kept["probes"]] == ["cors", "http1"]
    again = cli("audit", *only, saved)
    assert again.code == 1
    assert "interim-not-gated" in again.out


def test_a_wall_is_not_probed(cli: Cli, origin: Listening) -> None:
    """Nothing more is asked of a page that did not let us in, and nothing is announced."""
    done = cli("audit", "-n", "1", "--cacert", origin.ca_file, "--probe", "cors", f"{origin.https}/wall")
    assert done.code == 3
    assert "probes of" not in done.err


def test_probes_that_cannot_be(cli: Cli, tmp_path: Path) -> None:
    """A name there is none of, and a source that nobody can ask."""
    wrong = cli("audit", "--probe", "crawl", "https://a.test/")
    assert wrong.code == 2
    assert sentence(wrong).startswith("fetcher: there is no probe 'crawl' (--probe); there are cors, http1,")
    file = cli("audit", "--probe", "cors", str(tmp_path / "load.json"))
    assert (file.code, sentence(file).partition(",")[0]) == (2, "fetcher: --probe asks a server")
