"""The forms for other tools: JUnit, SARIF, GitHub's commands, Markdown. What each says, and that nothing a server sent
gets out of its place in any of them."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from fetcher.audits import Severity
from fetcher.audits.result import AuditResult, Fixed, Reported, Standing, severity_of, without_loads
from fetcher.report.audit.github import workflow_commands
from fetcher.report.audit.junit import junit
from fetcher.report.audit.markdown import markdown
from fetcher.report.audit.sarif import FINGERPRINT, sarif
from fetcher.report.audit.text import audit_lines
from fetcher.report.lines import Style
from fetcher.report.markdown.inert import code, text
from fetcher.report.runner_commands import inert
from fetcher.report.terminal import print_lines
from tests.support.audits import blocked, page, result
from tests.support.hostile import TEXTS, infected
from tests.support.sarif_schema import validator


def everything() -> AuditResult:
    """Two pages, of which one is blocked, a baseline that knows one finding, and one that is fixed."""
    one = replace(page(), file="fetcher.toml", line=12)

    def standing(told: Reported) -> Standing:
        return Standing.NEW if severity_of(told) is Severity.NOTE else Standing.KNOWN

    results = tuple(
        replace(each, findings=tuple(replace(told, standing=standing(told)) for told in each.findings))
        for each in one.results
    )
    fixed = (Fixed("0" * 16, "hint-not-found", "/product", "gone"),)
    return replace(result(replace(one, results=results), blocked()), baseline=True, fixed=fixed, fail_on="note")


def hostile(said: str) -> AuditResult:
    """Every text is ``said``, but for words of ours that a server has no part in."""
    found = infected(without_loads(everything()), said)
    pages = tuple(replace(one, line=3) for one in found.pages)
    return replace(found, fail_on="note", pages=pages)


# -- JUnit


def test_junit() -> None:
    """A suite for each page, a case for each rule: failed, with an error, skipped or passed; the sums are right."""
    root = ElementTree.fromstring(junit(result(page(), blocked())))
    assert dict(root.attrib) == {
        "name": "fetcher audit", "tests": "7", "failures": "1", "errors": "2", "skipped": "2"
    }  # fmt: skip
    first, second = root.findall("testsuite")
    kinds = {case.get("name"): [inside.tag for inside in case] for case in first.findall("testcase")}
    assert kinds == {
        "hero-hinted": ["failure"], "no-more-than-six": ["system-out"], "clean": [], "idle": ["skipped"],
        "hidden": ["skipped"], "broken": ["error"],
    }  # fmt: skip
    failure = first.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "the hero image waits for its style sheet (and 1 more)"
    assert "sent: </css/main.css>; rel=preload; as=style" in (failure.text or "")
    assert [one.get("message") for one in second.iter("error")] == ["blocked: it answered 403; not judged"]


def test_junit_of_what_is_known() -> None:
    """A finding of the baseline does not fail; the place a page is named at is in each case."""
    root = ElementTree.fromstring(junit(everything()))
    assert root.get("failures") == "1"
    assert {case.get("file") for case in root[0].iter("testcase")} == {"fetcher.toml"}


@pytest.mark.parametrize("said", TEXTS)
def test_junit_stays_xml(said: str) -> None:
    """Whatever a server sent, the document has the same elements and attributes."""

    def shape(found: AuditResult) -> list[tuple[str, list[str]]]:
        return [(one.tag, sorted(one.attrib)) for one in ElementTree.fromstring(junit(found)).iter()]

    assert shape(hostile(said)) == shape(hostile("plain"))


# -- SARIF


def test_sarif_is_valid() -> None:
    """Against the schema of OASIS; results carry level, place, fingerprint and standing, what is fixed is absent."""
    data = json.loads(sarif(everything()))
    assert [f"{one.json_path}: {one.message}" for one in validator().iter_errors(data)] == []
    (run,) = data["runs"]
    assert [(one["ruleId"], one["level"], one["baselineState"]) for one in run["results"]] == [
        ("hero-hinted", "error", "unchanged"), ("no-more-than-six", "warning", "unchanged"),
        ("hero-hinted", "note", "new"), ("hint-not-found", "none", "absent"),
    ]  # fmt: skip
    first = run["results"][0]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "fetcher.toml"}, "region": {"startLine": 12}
    }  # fmt: skip
    assert first["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 12}
    assert first["partialFingerprints"][FINGERPRINT] == everything().pages[0].reported[0].fingerprint
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "hero-hinted"
    told = [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    assert [one.partition(":")[0] for one in told] == ["https", "rule broken crashed"]
    assert not validator().is_valid({**data, "runs": 1})


def test_sarif_without_a_baseline() -> None:
    """Nothing is said to be new, and a page that no file names is its own place."""
    data = json.loads(sarif(result()))
    assert validator().is_valid(data)
    assert all("baselineState" not in one for one in data["runs"][0]["results"])
    where = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert where == {"artifactLocation": {"uri": "https://shop.test/product/42"}}


@pytest.mark.parametrize("said", TEXTS)
def test_sarif_stays_valid(said: str) -> None:
    """URIs too."""
    assert [one.message for one in validator().iter_errors(json.loads(sarif(hostile(said))))] == []


# -- GitHub


def test_github() -> None:
    """One command for each finding that is not known, at the line that names the page; walls and crashes are errors."""
    lines = workflow_commands(everything()).splitlines()
    assert [re.split(r"[ :]", line)[2] for line in lines] == ["notice", "error", "error"]
    assert lines[0] == (
        "::notice file=fetcher.toml,line=12,title=hero-hinted::"
        "https://shop.test/product/42: another one%0Afix: Look at it."
    )
    assert "title=page::https://shop.test/wall: blocked: it answered 403; not judged" in lines[1]
    assert len(workflow_commands(result()).splitlines()) == 4


@pytest.mark.parametrize("said", TEXTS)
def test_github_commands_are_ours(said: str) -> None:
    """As many lines as for a plain text, each one command with our properties, and no older style of command in it."""
    lines = workflow_commands(hostile(said)).splitlines()
    assert len(lines) == len(workflow_commands(hostile("plain")).splitlines())
    for line in lines:
        assert re.fullmatch(r"::(error|notice|warning) (file=[^,:]*,line=3,)?title=[^,:]*::[^\r\n]*", line), line
        assert "##[" not in line


@pytest.mark.parametrize("said", TEXTS)
def test_the_report_commands_no_runner(said: str) -> None:
    """Runners read every line that is printed: none of the report's is a command."""
    for width in (20, 80):
        stream = io.StringIO()
        lines = audit_lines(hostile(said), width=width, all_rows=True)
        print_lines(lambda *_: lines, file=stream, color=False)  # noqa: B023 - called at once
        for shown in stream.getvalue().splitlines():
            assert not shown.lstrip().startswith("::")
            assert not re.search(r"##\w*\[", shown)
    assert list(inert([(("  ", Style.DIM), ("::error::x", Style.BAD))])) == [
        (("  ", Style.DIM), (": :error::x", Style.BAD))
    ]


# -- Markdown


def test_markdown() -> None:
    """What fails first, evidence folded away, known findings last and marked."""
    said = markdown(everything())
    assert said.startswith("## fetcher audit: 1 error, 1 warning, 1 note (1 new, 2 known) on 1 of 2 pages\n")
    assert said.index("(new)") < said.index("(known)")
    assert "- sent: `</css/main.css>; rel=preload; as=style (103, link at byte 0, 38 bytes)`" in said
    assert "- ✅ `hint-not-found` on `/product`: gone" in said


def test_markdown_of_many_pages() -> None:
    """By template: a rule once, on how many pages, with one as the example."""
    pages = [replace(page(template="/p/*"), url=f"https://shop.test/p/{number}") for number in range(30)]
    said = markdown(result(*pages, replace(blocked(), template="/p/*")))
    assert "### ❌ `/p/*`: 31 pages\n\n30 errors, 30 warnings, 30 notes\n" in said
    assert said.count("`hero-hinted`") == 1
    assert "On 30 of 30 pages, as `https://shop.test/p/0`:" in said
    assert "- ❌ `https://shop.test/wall`: blocked: it answered 403; not judged" in said
    assert said.count("crashed: ValueError") == 1


def test_markdown_is_bounded() -> None:
    """What does not fit is counted, and nothing is cut in two."""
    many = result(*[page() for _ in range(200)])
    said = markdown(many)
    assert len(said) < 61_000
    assert re.search(r"_\d+ more entries did not fit here._\n$", said)
    assert said.count("<details>") == said.count("</details>")


@pytest.mark.parametrize("said", TEXTS)
def test_markdown_stays_text(said: str) -> None:
    """Rendered, it has the elements that a plain text gives and no other, no link, no mention, no issue."""
    markdown_it = pytest.importorskip("markdown_it")
    renderer = markdown_it.MarkdownIt("gfm-like", {"html": True, "linkify": False})

    def elements(found: AuditResult) -> list[str]:
        return re.findall(r"</?[a-z0-9!-]+", renderer.render(markdown(found)))

    plain = re.sub(r"[^\n]+", "plain", said)  # a fix keeps its lines, as text to paste
    assert elements(hostile(said)) == elements(hostile(plain))
    outside = re.sub(r"(`+).*?\1", "", text(said).replace("&#8203;", "\u200b"))
    assert not re.search(r"@\w|#\d(?!\d*;)|://|www\.", outside)


@pytest.mark.parametrize("said", ["a", "`", "a`b", "``a```", " a ", ""])
def test_code_spans(said: str) -> None:
    """Any text comes out as it is."""
    markdown_it = pytest.importorskip("markdown_it")
    shown = markdown_it.MarkdownIt().renderInline(code(said))
    assert shown == (f"<code>{said}</code>" if said else "(nothing)")
