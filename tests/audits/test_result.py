"""Results of audits: what is counted, what fails, and the saved form with its schema."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from fetcher.audits import Severity
from fetcher.audits import saved as form
from fetcher.audits.result import Standing, counted
from fetcher.errors import RecordError
from tests.support.audits import blocked, page, result


def test_what_was_found_is_counted_by_severity() -> None:
    """The gravest first, none left out; findings are sorted alike."""
    assert counted(page().reported) == {Severity.ERROR: 1, Severity.WARNING: 1, Severity.NOTE: 1}
    assert [one.finding.rule for one in page().reported] == ["hero-hinted", "no-more-than-six", "hero-hinted"]


@pytest.mark.parametrize(("fail_on", "failing"), [("error", 1), ("warning", 2), ("note", 3), ("never", 0)])
def test_what_fails(fail_on: str, failing: int) -> None:
    """Findings at or above the level, unless a baseline knows them."""
    found = result(fail_on=fail_on)
    assert len(found.failing) == failing
    known = tuple(
        replace(one, findings=tuple(replace(each, standing=Standing.KNOWN) for each in one.findings))
        for one in found.pages[0].results
    )
    assert replace(found, pages=(replace(found.pages[0], results=known),)).failing == ()


def test_the_words_of_rules() -> None:
    """Ours and others, and what is known of one that is not there."""
    assert [one.built_in for one in result().rules] == [True] + [False] * 5
    assert result().text_of("hero-hinted").about == "Finds a hero image that no hint names."
    assert result().text_of("gone").title == "gone"


def test_the_saved_form_loses_nothing() -> None:
    """Records included; and it says what it is."""
    whole = result(page(template="product"), blocked())
    assert form.loads(form.dumps(whole, redact=False)) == whole
    assert form.to_json(whole)["kind"] == "audit"
    assert len(whole.pages[0].loads) == 1


def test_the_published_schema() -> None:
    """It is the dataclasses' own, sound, and what is written satisfies it."""
    published = json.loads(form.PUBLISHED.read_text(encoding="ascii"))
    assert published == form.schema()
    Draft202012Validator.check_schema(published)
    data = json.loads(form.dumps(result(page(), blocked())))
    faults = [f"{each.json_path}: {each.message}" for each in Draft202012Validator(published).iter_errors(data)]
    assert faults == []
    assert not Draft202012Validator(published).is_valid({**data, "kind": "record"})


def test_secrets_stay_out() -> None:
    """Query values that look like secrets are replaced in findings too."""
    found = page("https://shop.test/?token=hush")
    assert "hush" not in form.dumps(result(found))
    assert "hush" in form.dumps(result(found), redact=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "it is not JSON"),
        ("[]", "save one with fetcher audit --json"),
        ('{"kind": "audit", "schema": 99}', "has schema 99"),
        ('{"kind": "audit", "schema": 1}', "has no member 'version'"),
    ],
)
def test_what_is_no_audit(text: str, told: str) -> None:
    """One sentence."""
    with pytest.raises(RecordError, match=told):
        form.loads(text)
