"""The waterfall as a picture: well-formed, the same each time, both clocks in it, and only text of what servers say."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from fetcher.record.page_load import PageLoad
from fetcher.report.svg import svg
from tests.support.loads import eager_http1, failed, many, shop, shop_without_hints

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


def test_its_marks_are_explained() -> None:
    """Every phase, mark and colour that occurs, and none that does not; inside the picture."""

    def words(load: PageLoad) -> set[str]:
        root = ElementTree.fromstring(svg(load))
        assert all(float(each.attrib["y"]) < float(root.attrib["height"]) for each in root.iter() if "y" in each.attrib)
        return {each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")}

    hinted = words(shop())
    assert {"queued", "waiting", "receiving", "of a hint of the 103", "the page itself asked for it"} <= hinted
    assert {"an interim response came", "−n ms", "the hint's head start over that"} <= hinted
    assert not {"read from a cache", "requests in one row"} & hinted
    assert not {"of a hint of the 103", "an interim response came", "the page itself asked for it"} & words(bare())


def bare() -> PageLoad:
    """A document and nothing else."""
    load = shop_without_hints()
    return replace(load, interim=(), hints=(), requests=load.requests[:1], discoveries=())


def test_a_head_start_stands_where_there_is_room() -> None:
    """After the bar and where the page asked, or between the two, never over the columns before an early bar."""
    root = ElementTree.fromstring(svg(shop()))
    texts = [each for each in root.iter("{http://www.w3.org/2000/svg}text") if (each.text or "").startswith("−3")]
    assert texts
    assert all(float(each.attrib["x"]) > 500 for each in texts)
