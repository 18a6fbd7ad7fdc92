"""Pages that speculation rules list: named, never requested; nonsense lists nothing."""

from __future__ import annotations

import pytest

from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.html.speculation import URLS

LISTS = [
    ('{"prefetch": [{"urls": ["a", " b "]}]}', [("a", "prefetch", "immediate"), ("b", "prefetch", "immediate")]),
    (
        '{"prerender": [{"source": "list", "urls": ["a"], "eagerness": "moderate"}]}',
        [("a", "prerender", "moderate")],
    ),
    ('{"prefetch": [{"where": {"href_matches": "/x"}}]}', [("", "prefetch", "conservative")]),
    ('{"prefetch": [{"source": "list"}, 1, {"urls": [2, "c"]}], "x": 1}', [("c", "prefetch", "immediate")]),
    ('{"prefetch": {"urls": ["a"]}}', []),
    ("[1]", []),
    ("{prefetch", []),
    ("[" * 100_000, []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), LISTS, ids=range(len(LISTS)))
def test_rules(text: str, expected: list[tuple[str, str, str]]) -> None:
    scanner = HtmlScanner()
    found = scanner.feed(f"<script type=speculationrules>{text}</script>".encode()) + scanner.close()
    assert [(each.url, each.attribute("action"), each.attribute("eagerness")) for each in found] == expected
    assert all(each.kind == "speculation" for each in found)


def test_no_more_are_named_than_the_limit() -> None:
    text = '{"prefetch": [{"urls": [%s"z"]}]}' % ('"a",' * 1_000)
    assert len(HtmlScanner().feed(f"<script type=speculationrules>{text}</script>".encode())) == URLS
