"""An audit on the terminal: what it says first, what it says once, and that nothing a server sent can act on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.audits import Finding, Outcome, Quote, Severity
from fetcher.audits.result import AuditResult, Fixed, Reported, RuleOutcome, Standing
from fetcher.errors import UsageError
from fetcher.report.audit.blocks import MOST_LISTED
from fetcher.report.audit.rules import early_hint_lines, explain_lines, list_lines
from fetcher.report.audit.text import audit_lines
from fetcher.report.escape import cells
from tests.support.audits import blocked, broken, page, result

LINE = broken.check.__code__.co_firstlineno + 2


def shown(found: AuditResult, width: int = 80, **given: bool) -> str:
    lines = audit_lines(found, width=width, **given)
    return "\n".join("".join(text for text, _ in line) for line in lines)


def test_a_page() -> None:
    """What was found and by how much, each rule's findings with their evidence and its fix, then what is not known."""
    assert (
        shown(result())
        == f"""\
https://shop.test/product/42
✗ failed: 1 error, 1 warning, 1 note, 1 rule crashed; judged as chromium, from 1
  run

✗ error  hero-hinted, 2 findings
  the hero image waits for its style sheet
    sent     </css/main.css>; rel=preload; as=style (103, link at byte 0, 38
             bytes)
    url      https://shop.test/img/hero.3f2a91bc.jpg
    used by  <img>, line 12, byte 480 of /product/42
    differs  mode: hinted no-cors, used cors
    browser  chromium: fetches it late
    browser  safari: does the same
    costs    34.0 ms, 12.1 kB (estimated)
    seen     in 3 of 5 runs
  note: another one
  → Hint it.
  → Look at it.

! warning  no-more-than-six
  seven are hinted
  → Keep six.

✗ crashed: broken: ValueError: a fault of the rule (audits.py, line {LINE})

? unknown: hidden: scripts did not run

✓ 1 rule passed, 1 not applicable, 1 unknown"""
    )


def test_several_pages() -> None:
    """A block each, and a line that counts them; what cannot be judged says why."""
    text = shown(result(page(), blocked()))
    assert "https://shop.test/wall\n✗ blocked: it answered 403; not judged\n" in text
    assert text.endswith("\n2 pages: 1 failed, 1 blocked")
    assert shown(result(page(), blocked(), fail_on="never")).endswith("2 pages: 1 passed, 1 blocked")


def test_what_a_baseline_knows() -> None:
    """Known, new and fixed are told apart."""
    whole = result()
    order = {True: Standing.KNOWN, False: Standing.NEW}
    results = tuple(
        replace(one, findings=tuple(replace(each, standing=order[not n]) for n, each in enumerate(one.findings)))
        for one in whole.pages[0].results
    )
    fixed = (Fixed("0" * 16, "hint-not-found", "/product", "gone"),)
    text = shown(replace(whole, pages=(replace(whole.pages[0], results=results),), baseline=True, fixed=fixed))
    assert "! 1 error, 1 warning, 1 note, 1 rule crashed (1 new, 2 known); judged" in " ".join(text.split())
    assert "the hero image waits" not in text
    assert "  new: another one\n" in text
    assert "· known to the baseline: hero-hinted (1 error), no-more-than-six (1 warning); -v" in text
    sound = tuple(one for one in results if one.outcome is not Outcome.CRASHED and one.rule != "hero-hinted")
    kept = shown(replace(whole, pages=(replace(whole.pages[0], results=sound),), baseline=True))
    assert "\n✓ passed: 1 warning (1 known); judged as chromium" in kept
    assert "1 finding of the baseline fixed\n✓ hint-not-found on /product: gone" in text


def test_many_findings_of_one_rule() -> None:
    """Some are shown, the rest counted; all_rows shows every one, and names what passed and what does not apply."""
    many = tuple(Reported("0" * 16, Finding(f"number {n}.", rule="many", severity=Severity.NOTE)) for n in range(20))
    one = replace(page(), results=(*page().results, RuleOutcome("many", page().results[0].outcome, "", many)))
    text = shown(result(one))
    assert text.count("number ") == MOST_LISTED
    assert f"… and {20 - MOST_LISTED} more; -v shows all" in text
    every = shown(result(one), all_rows=True)
    assert every.count("number ") == 20
    assert "- not applicable: idle: no 103 came" in every
    assert "1 rule passed, 1 not applicable, 1 unknown: clean" in every


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_fits(width: int) -> None:
    """No line is wider than the terminal, and none ends in spaces, in ASCII either."""
    for unicode in (True, False):
        for line in shown(result(page(), blocked()), width, unicode=unicode).splitlines():
            assert cells(line) <= width
            assert line == line.rstrip()
            assert unicode or line.isascii()


def test_what_a_server_sent_can_only_be_read() -> None:
    """Control characters and direction marks of any text are shown, secrets are not."""
    nasty = "</\x1b[2J\u202e\n.css?token=hush>; rel=preload"
    finding = Finding(f"found {nasty}", rule="bad", quote=Quote(nasty), url=f"https://a.test/{nasty}", fix=nasty)
    results = (RuleOutcome("bad\x9b", page().results[0].outcome, nasty, (Reported("0" * 16, finding),)),)
    text = shown(result(replace(page(), results=results, why=nasty, source=nasty)), all_rows=True)
    assert {letter for letter in text if not letter.isprintable()} <= {"\n"}
    assert "hush" not in text


def test_the_catalogue() -> None:
    """A line a rule under its family; one explained in full."""
    words = result().rules
    listed = "\n".join("".join(text for text, _ in line) for line in list_lines(words, width=80))
    assert listed.startswith("made\n  hero-hinted       error-    The hero image is hinted\n")
    assert "\ncustom\n  clean             warning   clean\n" in listed
    assert listed.endswith(
        "\n6 rules; + graver, - milder, ± either where the rule says so; --explain RULE\n"
        "says more of one, --explain 3.2 what EH 3.2 is"
    )
    told = "\n".join("".join(text for text, _ in line) for line in explain_lines(words[0], width=80))
    assert (
        told
        == """\
hero-hinted  error  made
The hero image is hinted
note: where it is small

Finds a hero image that no hint names.

→ Hint it.

Source: RFC 8297"""
    )


def test_rules_of_early_hints_are_explained() -> None:
    """One, a section, and what a rule's own text names; another number is refused with those there are."""

    def told(number: str) -> str:
        lines = early_hint_lines(number, width=80)
        return "\n".join("".join(text for text, _ in line) for line in lines)

    assert told("3.2").startswith("EH 3.2  In a 103 Chromium takes the parameters rel, as, crossorigin, type,\n")
    assert told("EH 12").count("\nEH 12.") + told("EH 12").startswith("EH 12.1") == 2
    with pytest.raises(UsageError, match=r"there is no rule EH 3\.99; sections 1 to 13"):
        told("3.99")
    cites = replace(result().rules[0], source="EH 4.2; a page")
    said = "\n".join("".join(text for text, _ in line) for line in explain_lines(cites, width=80))
    assert "Source: EH 4.2; a page\nEH 4.2  Only the first 103" in said


def test_what_names_a_rule_of_early_hints_says_what_that_is() -> None:
    """A line under the report, which names a number it has; none where it has none."""
    assert "EH" not in shown(result(), width=200)
    finding = Finding("Chromium drops it (EH 3.2)", rule="hero-hinted")
    results = (RuleOutcome("hero-hinted", Outcome.FINDINGS, "", (Reported("0" * 16, finding),)),)
    text = shown(result(replace(page(), results=results)), width=200)
    assert text.endswith("\nEH 3.2: a rule of early hints; fetcher audit --explain 3.2 says it")


def test_many_pages_by_template() -> None:
    """Each rule once for its template, with how many pages have it; each page only with all_rows."""
    urls = [f"https://shop.test/product/{number}" for number in range(8)]
    pages = [replace(page(template="/product/*"), url=url, source=url) for url in urls]
    wall = replace(blocked(), template="/product/*")
    text = shown(result(*pages, wall))
    assert text.startswith(
        "template /product/*, 9 pages\n  https://shop.test/product/0\n  … and 8 more\n"
        "✗ failed: 8 errors, 8 warnings, 8 notes; 1 not judged\n"
    )
    assert text.count("hero-hinted") == 1
    assert "✗ error  hero-hinted, on 8 of 8 pages\n  the hero image waits for its style sheet\n" in text
    every = " ".join(text.split())
    assert " pages /product/0, /product/1, /product/2, /product/3, /product/4 and 3 more " in every
    assert "✗ https://shop.test/wall: blocked: it answered 403; not judged" in text
    assert "? unknown: hidden (on 8 pages): scripts did not run" in text
    assert text.endswith("\n9 pages: 8 failed, 1 blocked")
    assert shown(result(*pages, wall), all_rows=True).count("\n✗ error  hero-hinted") == 9


def test_a_long_quote_is_shortened() -> None:
    """Its bytes are counted in full, and all_rows shows all of it."""
    quote = Quote("<a>; " * 300, "link", 0)
    found = (Reported("0" * 16, Finding("long", rule="long", quote=quote)),)
    whole = result(replace(page(), results=(RuleOutcome("long", page().results[0].outcome, "", found),)))
    assert "…" in shown(whole)
    assert "1500 bytes)" in shown(whole)
    assert shown(whole).count("<a>;") < 60
    assert shown(whole, all_rows=True).count("<a>;") == 300


def test_what_is_said_of_a_snippet_is_wrapped() -> None:
    """The field to paste stays in one piece; the reasons of its links are text."""
    link = "Link: " + ", ".join(f"</styles/number-{n}.css>; rel=preload; as=style" for n in range(4))
    fix = f"Send this field:\n{link}\n  https://shop.test/styles/number-0.css: {'a reason that is long ' * 8}"
    found = (Reported("0" * 16, Finding("wait", rule="wait", fix=fix)),)
    text = shown(result(replace(page(), results=(RuleOutcome("wait", Outcome.FINDINGS, "", found),))))
    assert f"    {link}\n" in text
    assert max(len(line) for line in text.splitlines() if "Link: " not in line) <= 80
