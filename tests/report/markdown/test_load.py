"""A load as Markdown: what the terminal says, as items; servers' text inert, and never longer than a comment."""

from __future__ import annotations

import re

import pytest

from fetcher.report.markdown.inert import MOST_CHARACTERS, bounded
from fetcher.report.markdown.load import load_markdown
from tests.support.hostile import TEXTS, infected
from tests.support.loads import failed, many, shop


def test_it_says_what_the_terminal_says() -> None:
    """Outcome, both clocks, each link with its verdict and, to be copied, as it should be; the waterfall is folded."""
    text = load_markdown(shop())
    assert text.startswith("## fetcher load of `https://shop.test/product/42`\n\nloaded in 452.1 ms over HTTP/2")
    assert "first interim response 21.3 ms · final response 322.9 ms, 301.6 ms later" in text
    assert "- **103 Early Hints** at 21.3 ms: 6 links, 5 acted on, 1 refused" in text
    assert "    - → `</fonts/inter.woff2>; rel=preload; as=font; crossorigin`" in text
    assert "- **Estimated** rendering can start 323.5 ms" in text
    assert re.search(r"<summary>Waterfall</summary>\n\n```\n # from resource", text)
    assert "not loaded &#40;deadline&#41; after 30.01 s" in load_markdown(failed())


@pytest.mark.parametrize("hostile", TEXTS)
def test_server_text_is_only_text(hostile: str) -> None:
    """In items and in the waterfall's fence."""
    text = load_markdown(infected(shop(), hostile))
    assert len(re.findall(r"^```+$", text, re.M)) in (0, 2)
    outside = re.sub(r"(?ms)^(```+)$.*?^\1$", "", text)
    bare = re.sub(r"(`+).*?\1", "", outside)
    assert re.findall(r"<(?!/?(?:details|summary)>)", bare) == []
    assert not re.search(r"!?\[[^]]*\]\(|(?<![\w&])@\w|https?://", bare)


def test_it_fits_a_comment() -> None:
    """A waterfall that does not fit is left out whole, and that is said."""
    text = load_markdown(many(1_000), most=3_000)
    assert len(text) < 3_200
    assert text.endswith("_1 more entry did not fit here._\n")
    assert len(load_markdown(many(1_000))) < MOST_CHARACTERS
    assert bounded(["a", "b" * 10, "c"], 5) == "a\n\n_2 more entries did not fit here._\n"
