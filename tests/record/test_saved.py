"""The saved form of a PageLoad: lossless, versioned, and not to be fooled by what it reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fetcher.errors import RecordError
from fetcher.record import PageLoad, dumps, load_record, loads, save_record, to_json
from fetcher.record.codec import decode, encode
from fetcher.record.redaction import is_secret_name, redact_text, redacted
from tests.support.loads import eager_http1, early_hints, failed, hostile, many, shop, shop_without_hints

LOADS = [shop, shop_without_hints, eager_http1, failed, hostile, lambda: many(60)]

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@given(st.from_type(PageLoad))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_page_load_survives_json(load: PageLoad) -> None:
    """decode(encode(x)) is x for values drawn from the type hints alone, through JSON text."""
    assert decode(PageLoad, json.loads(json.dumps(encode(load)))) == load


@pytest.mark.parametrize("build", LOADS)
def test_saving_and_reading_gives_the_same_load(build: Callable[[], PageLoad]) -> None:
    """Realistic loads come back equal, floats to the last bit."""
    load = build()
    text = dumps(load, redact=False)
    assert loads(text) == load
    assert json.loads(text) == json.loads(json.dumps(to_json(load, redact=False)))
    assert text.isascii()
    assert text.endswith("}\n")


def test_the_text_diffs_well() -> None:
    """Schema first, fields in order, one member a line, field pairs and chunks each on one line."""
    lines = dumps(shop()).splitlines()
    assert lines[:3] == ["{", ' "schema": 1,', ' "url": "https://shop.test/product/42",']
    assert '    ["accept", "*/*"],' in lines
    assert "    [323.4, 4096]," in lines
    assert not any(line.endswith(" ") for line in lines)


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    """save_record and load_record are each other's inverse; a BOM someone's editor added does no harm."""
    path = tmp_path / "load.json"
    save_record(shop(), path)
    assert load_record(path) == shop()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_record(path) == shop()


def test_older_records_may_lack_members_that_have_defaults() -> None:
    """A field added later with a default does not make older records unreadable."""
    data = to_json(shop())
    del data["notes"]
    del data["requests"][0]["times"]["failed_at"]
    assert loads(json.dumps(data)) == shop()


REFUSED: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("newer schema", lambda d: d.update(schema=2), "schema 2; this version of fetcher reads schema 1"),
    ("no schema", lambda d: d.pop("schema"), "without a 'schema' member"),
    ("missing member", lambda d: d.pop("url"), "has no member 'url'"),
    ("missing inside", lambda d: d["requests"][3].pop("method"), "requests[3], has no member 'method'"),
    ("unknown member", lambda d: d["hints"][0].update(x=1), "hints[0], has a member 'x'"),
    ("text for number", lambda d: d["requests"][3]["times"].update(discovered="1"), "requests[3].times.discovered"),
    (
        "bool for number",
        lambda d: d["requests"][3]["times"].update(discovered=True),
        "should have a number but has True",
    ),
    ("infinite time", lambda d: d["requests"][3]["times"].update(discovered=float("inf")), "a finite number"),
    ("huge time", lambda d: d.update(finished_at=10**400), "a finite number"),
    ("float for id", lambda d: d["requests"][0].update(id=0.0), "should have an integer"),
    ("bad word", lambda d: d["requests"][0].update(destination="tea"), "should have one of document, iframe"),
    ("bad priority", lambda d: d["requests"][0].update(priority=5), "throttled, idle, lowest"),
    ("number for text", lambda d: d.update(url=7), "should have a string but has 7"),
    ("text for bool", lambda d: d.update(early_hints="yes"), "should have true or false"),
    ("object for array", lambda d: d.update(requests={}), "should have an array"),
    ("three in a pair", lambda d: d["requests"][0].update(fields=[["a", "b", "c"]]), "an array of 2"),
    ("null where needed", lambda d: d["requests"][0].update(times=None), "should have an object but has None"),
    ("id not an index", lambda d: d["requests"][2].update(id=9), "requests[2], has the id 9; ids are indexes"),
    ("no such request", lambda d: d["hints"][0].update(request=99), "names the id 99, and there is none"),
    ("negative id", lambda d: d.update(document=-1), "names the id -1"),
    (
        "before navigation",
        lambda d: d["requests"][0]["times"].update(discovered=-1.0),
        "discovered -1.0 is before navigation start",
    ),
    (
        "ends before it starts",
        lambda d: d["requests"][1]["times"].update(response_end=20.0),
        "requests[1], is impossible: response_end 20.0 is before final_response_headers_start 31.0",
    ),
    (
        "final before interim",
        lambda d: d["requests"][0]["times"].update(final_response_headers_start=13.0),
        "final_response_headers_start 13.0 is before first_interim_response_start 21.3",
    ),
    ("TLS before TCP", lambda d: d["connections"][0].update(tls_start=2.0), "tls_start 2.0 is before tcp_end 6.2"),
    ("chunks backwards", lambda d: d["requests"][0]["chunks"].reverse(), "requests[0].chunks, is impossible"),
    (
        "interim backwards",
        lambda d: d["interim"].append({**d["interim"][0], "id": 1, "at": 3.0}),
        "interim, is impossible",
    ),
    ("hostile text", lambda d: d["requests"][0].update(destination="\x1b[2J\u202e"), r"has '\x1b[2J\u202e'"),
]


@pytest.mark.parametrize(("spoil", "sentence"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_records_are_refused_with_a_sentence(spoil: Callable[[dict[str, Any]], object], sentence: str) -> None:
    """Each way a record can be wrong names the place and what is wrong there."""
    data = to_json(shop())
    spoil(data)
    with pytest.raises(RecordError) as caught:
        loads(json.dumps(data))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is empty"),
        ("[1", "it is not JSON but breaks off in line 1"),
        ('{"schema":\n 1,,}', "line 2, column 4 cannot be read"),
        ("[" * 100_000, "it is not JSON"),
        ('{"schema": ' + "1" * 5000 + "}", "it is not JSON"),
        ('{"log": {}}', "a HAR file"),
        ("[]", "without a 'schema' member"),
        ('{"schema": true}', "schema True"),
    ],
    ids=["empty", "cut", "odd", "deep", "long-number", "har", "array", "true"],
)
def test_what_is_not_a_record_is_named(text: str, sentence: str) -> None:
    """Other files, and files made to exhaust a parser, end in RecordError."""
    with pytest.raises(RecordError, match=sentence):
        loads(text)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """The path stands in the sentence, whichever way the file fails."""
    binary = tmp_path / "load.json"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordError, match=r"missing\.json cannot be read: No such file"):
        load_record(tmp_path / "missing.json")
    with pytest.raises(RecordError, match="not UTF-8"):
        load_record(binary)
    binary.write_text("{}")
    with pytest.raises(RecordError, match=r"load\.json: This is not a saved record"):
        load_record(binary)
    with pytest.raises(RecordError, match="cannot be written"):
        save_record(shop(), tmp_path)


def test_a_time_that_is_no_number_cannot_be_saved() -> None:
    """NaN is not JSON: refused when written, not discovered when read."""
    with pytest.raises(RecordError, match="cannot be saved"):
        dumps(replace(shop(), finished_at=float("nan")))


SECRETS = [
    ("https://a.test/?token=abc", "https://a.test/?token=[redacted]"),
    ("https://a.test/?q=1&access_token=abc&z=2", "https://a.test/?q=1&access_token=[redacted]&z=2"),
    ("/x?X-Amz-Signature=0af&X-Amz-Date=2026", "/x?X-Amz-Signature=[redacted]&X-Amz-Date=2026"),
    ("</app.js?apiKey=abc>; rel=preload; as=script", "</app.js?apiKey=[redacted]>; rel=preload; as=script"),
    ("a.png?sig=xyz, b.png?sig=uvw 2x", "a.png?sig=[redacted], b.png?sig=[redacted] 2x"),
    ("https://a.test/#id_token=abc", "https://a.test/#id_token=[redacted]"),
    ("https://user:pass@a.test/", "https://[redacted]@a.test/"),
    ("Nothing came from https://a.test/?code=abc.", "Nothing came from https://a.test/?code=[redacted]."),
    ("HTTP/1.1 103\r\nSet-Cookie: a=b\r\nLink: <x>\r\n", "HTTP/1.1 103\r\nSet-Cookie: [redacted]\r\nLink: <x>\r\n"),
    ("https://a.test/?keyword=shoes&author=x&zipcode=1", "https://a.test/?keyword=shoes&author=x&zipcode=1"),
    ("https://a.test/?token=", "https://a.test/?token="),
    ("user@a.test", "user@a.test"),
]


@pytest.mark.parametrize(("text", "expected"), SECRETS)
def test_secrets_in_text_are_replaced(text: str, expected: str) -> None:
    """Only the value goes, whatever the text round it is; a second time changes nothing."""
    assert redact_text(text) == expected
    assert redact_text(expected) == expected


@pytest.mark.parametrize(
    "name", ["token", "key", "X-Sig", "password", "auth", "session", "code", "PHPSESSID", "id_token"]
)
def test_names_that_look_like_secrets(name: str) -> None:
    """The house plan's list and its near relations."""
    assert is_secret_name(name)


def test_a_saved_record_gives_no_secret_away() -> None:
    """Cookies, credentials and tokens are gone from every place of the text unless asked for."""
    load = shop()
    secret = "s3cr3t-value"
    url = f"https://shop.test/?token={secret}"
    first = replace(
        load.requests[0],
        url=url,
        fields=(("cookie", secret), ("authorization", secret), ("referer", url)),
        response_fields=(("set-cookie", secret), ("location", url)),
        error=f"Failed at {url}",
    )
    interim = early_hints(fields=(("set-cookie", secret),), raw=f"HTTP/1.1 103 x\r\nset-cookie: {secret}\r\n\r\n")
    leaky = replace(load, url=url, final_url=url, requests=(first, *load.requests[1:]), interim=(interim,))
    assert secret not in dumps(leaky)
    assert dumps(leaky, redact=False).count(secret) == 11
    assert redacted(redacted(leaky)) == redacted(leaky)
    assert redacted(load) == load


def test_reading_is_quick_enough_for_large_records() -> None:
    """Five hundred requests stay well under a megabyte and keep their order."""
    load = many(500)
    text = dumps(load)
    assert len(text) < 1_000_000
    assert [request.id for request in loads(text).requests] == list(range(500))
