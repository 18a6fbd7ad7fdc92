"""What a saved comparison gives an audit: the loads with hints, and what leaving the hints out changed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.analysis.compare.comparison import Pair, compare
from fetcher.analysis.compare.saved_comparison import dumps
from fetcher.audits import Outcome, Page, audit, audit_page
from fetcher.audits.result import AuditResult, page_of, texts
from fetcher.audits.saved import dumps as dump_audit
from fetcher.audits.saved import from_json
from fetcher.audits.value import RULES
from fetcher.errors import UsageError
from fetcher.origin import Site
from fetcher.record import PageLoad
from fetcher.record import dumps as dump_record
from fetcher.record.page_load import CacheUse
from fetcher.runs.inputs import read_pages
from tests.audits.site.parts import sound
from tests.support.comparisons import valid
from tests.support.virtual_time import virtual_load

URL = "https://a.test/"
SITE = Site({}, {"a.test": sound()})
MEASURED = ("hints-slow-the-page", "hints-no-measured-gain")


def loaded(*, early_hints: bool = True) -> PageLoad:
    return virtual_load(URL, SITE, early_hints=early_hints).load


def saved(folder: Path, first: PageLoad, second: PageLoad) -> str:
    """Six pairs of the same two loads."""
    pairs = [Pair(number, False, first, second) for number in range(1, 7)]
    file = folder / "comparison.json"
    file.write_text(dumps(valid(compare(URL, pairs, names=("hints off", "hints on")))))
    return str(file)


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "nothing.json"])
def test_a_name_that_is_no_file(name: str) -> None:
    """Usage, also where no file could have such a name."""
    with pytest.raises(UsageError, match="neither an http or https URL nor a file"):
        read_pages(name)


def test_a_comparison_of_hints(tmp_path: Path) -> None:
    """The page with its hints, six runs of it, and a gain: neither rule that judges comparisons has a finding."""
    (page,) = read_pages(saved(tmp_path, loaded(early_hints=False), loaded()))
    assert [one.early_hints for one in page.loads] == [True] * 6
    measured = page.answers.comparison
    assert measured is not None
    shift = measured.of("render-start")
    assert shift is not None
    assert shift.value is not None
    assert shift.value < 0
    results = audit_page(Page(page.loads, comparison=measured), RULES).results
    assert {one.rule.id: one.outcome for one in results if one.rule.id in MEASURED} == dict.fromkeys(
        MEASURED, Outcome.PASSED
    )
    assert audit(page.loads, comparison=measured, only=MEASURED).findings == ()


def test_hints_that_slow_a_page_are_found_from_the_file(tmp_path: Path) -> None:
    """The same loads the other way round, as if hints had made it slower."""
    fast = replace(loaded(), early_hints=False)
    slow = replace(loaded(early_hints=False), early_hints=True)
    (page,) = read_pages(saved(tmp_path, fast, slow))
    told = audit(page.loads, comparison=page.answers.comparison, only=("hints-slow-the-page",)).findings
    assert [one.rule for one in told] == ["hints-slow-the-page"]


def test_another_comparison_is_pages_and_no_more(tmp_path: Path) -> None:
    """Two arms that both have their hints say nothing of hints."""
    (page,) = read_pages(saved(tmp_path, loaded(), loaded()))
    assert len(page.loads) == 12
    assert page.answers.comparison is None


def test_a_saved_audit_keeps_what_was_measured(tmp_path: Path) -> None:
    """And one that was saved before there was such a member still reads."""
    (page,) = read_pages(saved(tmp_path, loaded(early_hints=False), loaded()))
    kept = page_of(audit(page.loads), URL, loads=page.loads)
    result = AuditResult("1", "error", texts(RULES, RULES), (replace(kept, comparison=page.answers.comparison),))
    data = json.loads(dump_audit(result))
    file = tmp_path / "audit.json"
    file.write_text(json.dumps(data))
    assert read_pages(str(file))[0].answers.comparison == page.answers.comparison
    del data["pages"][0]["comparison"]
    assert from_json(data).pages[0].comparison is None


def test_a_repeat_view_is_no_further_run(tmp_path: Path) -> None:
    """What ``fetcher load --repeat-view --json`` writes: the first view is judged, the second stands beside it."""
    first = loaded()
    cache = CacheUse("http-cache", 200, 1.0, 59.0, "2000-01-01T00:00:00.000+00:00", 10)
    last = replace(first.requests[-1], cache=cache, cache_source="http-cache")
    second = replace(first, requests=(*first.requests[:-1], last))
    file = tmp_path / "both.json"
    file.write_text(f"[{dump_record(first)}, {dump_record(second)}, {dump_record(first)}]")
    (page,) = read_pages(str(file))
    assert len(page.loads) == 2
    assert page.answers.repeat is not None
    assert page.answers.repeat.requests[-1].cache == cache
    file.write_text(dump_record(second))
    (page,) = read_pages(str(file))
    assert len(page.loads) == 1


def test_a_repeat_view_in_a_browsers_har_is_no_further_run(tmp_path: Path) -> None:
    """A page loaded again with "preserve log": what the first view fetched comes from the disk. Runs that each begin
    with an empty cache, and what a 103 hints (a cache read in every view), are none."""
    har = json.loads(Path("tests/record/data/producer-devtools-h2.har").read_text())
    (page, *_), entries = har["log"]["pages"], har["log"]["entries"]
    again = [json.loads(json.dumps(one)) | {"pageref": "again"} for one in entries]
    har["log"]["pages"] = [page, {**page, "id": "again"}]
    har["log"]["entries"] = [*(one | {"pageref": page["id"]} for one in entries), *again]
    file = tmp_path / "page.har"
    file.write_text(json.dumps(har))
    (found,) = read_pages(str(file))
    assert (len(found.loads), found.answers.repeat) == (2, None)
    for one in again[1:]:
        one["_fromCache"] = "disk"
        one["response"] |= {"fromDiskCache": True, "_transferSize": 0}
    file.write_text(json.dumps(har))
    (found,) = read_pages(str(file))
    assert len(found.loads) == 1
    assert found.answers.repeat is not None
    for one in again[1:]:
        one["response"]["fromEarlyHints"] = True
    file.write_text(json.dumps(har))
    assert len(read_pages(str(file))[0].loads) == 2


def test_webpagetest_says_which_view_is_a_repeat(tmp_path: Path) -> None:
    """Its file leaves out what the cache answered, so that nothing else shows it."""
    har = json.loads(Path("tests/record/data/producer-webpagetest3-h2.har").read_text())
    (page, *_), entries = har["log"]["pages"], har["log"]["entries"]
    har["log"]["pages"] = [{**page, "_cached": 0}, {**page, "id": "again", "_cached": 1}]
    har["log"]["entries"] = [*entries, {**entries[0], "pageref": "again"}]
    file = tmp_path / "page.har"
    file.write_text(json.dumps(har))
    (found,) = read_pages(str(file))
    assert len(found.loads) == 1
    assert found.answers.repeat is not None
    assert found.answers.repeat.repeat_view
