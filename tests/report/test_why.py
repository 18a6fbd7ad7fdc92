"""The answer of ``fetcher why`` as lines and as JSON."""

from __future__ import annotations

import json

from fetcher.audits.catalogue import built_in
from fetcher.audits.why import why
from fetcher.report.escape import cells
from fetcher.report.why import why_json, why_lines
from tests.audits.one_page import page
from tests.audits.site.parts import HINTS


def text(width: int, *hints: str, asked: str = "*", unicode: bool = True) -> str:
    answers = why(page(*hints), asked, built_in())
    lines = why_lines(answers, width=width, unicode=unicode)
    rows = ["".join(part for part, _ in line) for line in lines]
    assert all(cells(row) <= width for row in rows)
    assert unicode or all(row.isascii() for row in rows)
    return "\n".join(rows)


def test_the_first_lines_say_where_it_fails() -> None:
    """Then the steps, the browsers, what audits say, and what no load shows, once for all hints of the page."""
    said = text(100, "</gone.css>; rel=preload; as=style", "</a.css>; rel=preload; as=style")
    first, second, third, *_ = said.splitlines()
    assert (first, second) == ("https://a.test/", "hint https://a.test/gone.css")
    assert third.startswith("✗ as chromium sees it, it fails at request: it was requested and answered 404")
    assert "✗ safari    policy: Safari acts on rel=preconnect only (EH 12.2)" in said
    assert "hint-not-found: the 103 hints https://a.test/gone.css, which answered 404" in said
    assert said.count("What no load shows:") == 1
    assert said.count("https://a.test/\n") == 1


def test_it_fits_narrow_and_ascii_terminals() -> None:
    assert "x request" in text(60, "</gone.css>; rel=preload; as=style", unicode=False)
    assert text(200, *HINTS)


def test_a_hostile_link_is_shown_and_does_nothing() -> None:
    said = text(80, "</a\x1b[31m.css>; rel=preload; as=style")
    assert "\x1b" not in said
    assert "[31m" in said


def test_json_has_every_step_and_no_secret() -> None:
    value = json.loads(json.dumps(why_json(why(page("</a.css?token=s3cret>; rel=preload; as=style"), "*"))))
    assert value["kind"] == "why"
    assert [step["name"] for step in value["hints"][0]["steps"]] == [
        "wire", "parse", "policy", "request", "reuse", "use",
    ]  # fmt: skip
    assert "s3cret" not in json.dumps(value)
