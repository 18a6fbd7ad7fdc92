"""The waterfall as a picture: well-formed, the same each time, both clocks in it, and only text of what servers say."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from fetcher.report.svg import svg
from tests.support.loads import eager_http1, failed, many, shop

HOSTILE = ']]><script>alert(1)</script>" onload="alert(2)\u202e\x1b[2J&lt;'


def test_it_is_a_picture_of_every_row() -> None:
    """Well-formed XML with the rows, the guides and the head start of the hints."""
    load = shop()
    picture = svg(load)
    root = ElementTree.fromstring(picture)
    words = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "103 21.3 ms" in words
    assert "final head 322.9 ms" in words
    assert "−302 ms" in words
    assert "/css/main.css" in words
    assert [str(request.id) for request in load.requests if str(request.id) not in words] == []
    assert picture == svg(load)


def test_nothing_in_it_acts_or_is_fetched() -> None:
    """No script, no reference, no handler comes of any text."""
    load = shop()
    requests = tuple(replace(one, url=one.url + HOSTILE, outcome=HOSTILE, error=HOSTILE) for one in load.requests)
    picture = svg(replace(load, requests=requests, final_url=HOSTILE, error=HOSTILE))
    root = ElementTree.fromstring(picture)
    names = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert names == {"svg", "title", "desc", "style", "rect", "text", "line", "g", "path"}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)[^<]*\"", picture)
    assert "\u202e" not in picture
    assert "\x1b" not in picture


def test_it_stays_readable_when_there_is_much() -> None:
    """A thousand requests are gathered unless all rows are asked for; nothing stands outside the picture."""
    few = ElementTree.fromstring(svg(many(1_000)))
    assert int(few.attrib["height"]) < 1_200
    all_of_them = ElementTree.fromstring(svg(many(1_000), all_rows=True))
    assert int(all_of_them.attrib["height"]) > 20_000
    for load in (shop(), eager_http1(), failed(), many(60)):
        root = ElementTree.fromstring(svg(load))
        for each in root.iter("{http://www.w3.org/2000/svg}rect"):
            assert 0 <= float(each.attrib.get("x", 0)) <= 1_000
            assert float(each.attrib.get("x", 0)) + float(each.attrib["width"]) <= 1_002
