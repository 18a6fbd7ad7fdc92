"""What a NetLog shows of hints in each report: the terminal's block, the table of the HTML page, the lines of a check,
an audit's block; and what a hostile one shows."""

from __future__ import annotations

from dataclasses import replace

from fetcher.analysis import Run, RunOutcome, judge
from fetcher.record import PageLoad
from fetcher.record.in_chromium import EarlyHintsRead, InChromium
from fetcher.report.check.saved import check_json
from fetcher.report.check.text import check_lines
from fetcher.report.escape import cells
from fetcher.report.html import html_report
from fetcher.report.summary import details
from fetcher.terms import ProfileName
from tests.support.loads import shop
from tests.support.netlog_site import with_netlog


def text(load: PageLoad, width: int = 120, *, unicode: bool = True, all_rows: bool = False) -> list[str]:
    lines = details(load, width=width, unicode=unicode, all_rows=all_rows)
    rows = ["".join(part for part, _ in line) for line in lines]
    assert all(cells(row) <= width for row in rows)
    return rows


def test_the_terminal_has_a_line_for_each_hint() -> None:
    """After the 103s: when it was read, fetched and used, and whether that is our verdict."""
    rows = text(with_netlog(), all_rows=True)
    start = next(number for number, row in enumerate(rows) if row.startswith("In Chromium"))
    assert rows[start].startswith(
        "In Chromium  by its NetLog, 103 read at 155, 417 ms, final head at 437 ms; all 14 links"
    )
    assert rows[start + 1] == (
        "  ✓ /a.css  fetched at 161 ms, used at 482 ms: answered 200; the HTTP cache served the page's own request"
    )
    assert "  ✓ /unused.png  fetched at 169 ms: answered 200; the page never asked for it" in rows
    other = "the page asked that origin at 485 ms, over another connection"
    assert f"  ✓ c.test/  connection begun at 164 ms: {other}" in rows
    assert not any("In Chromium" in row for row in text(replace(with_netlog(), in_chromium=None)))


def test_what_differs_comes_first_and_the_list_ends() -> None:
    load = with_netlog()
    assert load.in_chromium is not None
    kept = tuple(one for one in load.in_chromium.requests if not one.url.endswith("slow.css"))
    rows = text(replace(load, in_chromium=replace(load.in_chromium, requests=kept)), 60, unicode=False)
    block = rows[next(number for number, row in enumerate(rows) if row.startswith("In Chromium")) :]
    assert "of 14 links 13 as our verdict has it, 1 otherwise" in " ".join(" ".join(block[:4]).split())
    assert next(row for row in block if row.startswith("  x ")).startswith("  x /slow.css")
    assert any("and 2 more; -v shows all" in row for row in block)


def test_a_log_that_shows_little_says_so() -> None:
    """No 103, no final head, cut off, two loads at once."""
    load = replace(
        with_netlog(), in_chromium=InChromium("https://a.test/", "https://a.test/", cut_off=True, shares_time=True)
    )
    (row,) = [row for row in text(load, 400) if row.startswith("In Chromium")]
    assert "no 103 was read, no final head; the log was cut off; another page of the site was loading meanwhile" in row
    assert "14 cannot be seen" in row


def test_the_html_table_has_a_column() -> None:
    """Only where a NetLog was given; server text in it is text."""
    page = html_report([with_netlog()])
    assert "Chromium, by its NetLog" in page
    assert "103 read at 155 ms, fetched at 161 ms, used at 482 ms" in page
    assert page.count("✓ as our verdict") == 14
    assert "NetLog" not in html_report([shop()])
    load = with_netlog()
    assert load.in_chromium is not None
    bad = EarlyHintsRead(1.0, "https://a.test/", ("<script>alert(1)</script>",))
    requests = tuple(replace(one, error="<img src=x>", status=None) for one in load.in_chromium.requests)
    hostile = replace(load, in_chromium=replace(load.in_chromium, early_hints=(bad,), requests=requests))
    for made in (hostile, replace(load, in_chromium=replace(load.in_chromium, requests=requests))):
        assert "<script>alert" not in html_report([made])
        assert "<img src=x>" not in html_report([made])


def test_a_check_has_a_line_under_each_link() -> None:
    """And its JSON the instants."""
    checked = judge("https://a.test/", [Run(1, RunOutcome.COUNTED, None, with_netlog())], profile=ProfileName.CHROMIUM)
    rows = ["".join(part for part, _ in line).strip() for line in check_lines(checked, width=200)]
    assert "Chromium: 103 read at 155 ms, fetched at 161 ms, used at 482 ms" in rows
    assert "Chromium: 103 read at 155 ms, fetched at 169 ms; answered 200; the page never asked for it" in rows
    assert "Chromium: 103 read at 155 ms; no request for it came of the 103, as EH 3.3 has it" in rows
    first = check_json(checked)["hints_in_chromium"][0]
    assert (first["read_at"], first["fetched_at"], first["used_at"]) == (155.0, 161.0, 482.0)
    assert (first["agreement"], first["fate"]) == ("agrees", "used")
