"""Passing over what cannot matter must not be seen in what is found: the same as when tag after tag is matched."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fetcher.discovery.candidates import Candidate
from fetcher.discovery.html import HtmlScanner, passing
from fetcher.discovery.html.markup import MarkupNames
from fetcher.discovery.html.passing import Skim

# Nothing here is of interest but the pictures, and the second half is made so that stretches are not plain.
PLAIN = [
    *("<p>", "</p>", "text", "<a href='/x?a=b&amp;c'>", "</a>", '<span class="a b">', "</SPAN>", "<br/>", "\n", " "),
    *('<i style="color:red">', '<i style="background:url(s)">', "<td background=b>", "<td background>"),
    *("<img src=i>", "<IMG\nsrc=j>", "<imgs src=k>", "<object data=d>", "</object>", "<svg/>", "<Svg>", "</svg>", "é"),
    *("style=", " style=x ", "background=", "<!-- c -->", "<!--", "-->", "<template>", "</template>", "</TEMPLATE >"),
]  # fmt: skip
ODD = [
    *('<a title="<img src=q>">', "<a title='>'>", '<a title=">', "<a title = '", '"', "'", "=", "<", ">", "/>", "</"),
    *("<a", "<b\tstyle = font:f>", "<iframe>"),
    *("a<b", "x > y", "</3>", "</>", "<?p?>", "<!", "<a b=c'd>", '<a "=">', "<a =x='>'>", "<a b=\0'>'>", "<a<b>"),
]  # fmt: skip
soups = st.lists(st.sampled_from(PLAIN + ODD), max_size=30).map("".join)


def found(text: str) -> tuple[list[Candidate], int]:
    scanner = HtmlScanner()
    return scanner.feed(f"<body><p>x{text}".encode()) + scanner.close(), scanner.overflows


@settings(max_examples=500, deadline=None, derandomize=True)
@given(soups)
@example('<a title="<img src=q>"><img src=i>')
@example('<a title="b > c" style="background:url(s)"><img src=i>')
@example("<i style='a:b' style='x:url(s)'>style=<img src=i>")
@example('a <b c="><img src=i>')
def test_skimming_finds_what_matching_finds(text: str) -> None:
    """With ``Skim`` and without: the same candidates, in the same lines and places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passing, "SHORT", 0)
        skimmed = found(text)
        patch.undo()
        patch.setattr(Skim, "past", lambda self, buffer, index: index)
        assert found(text) == skimmed


def test_plain_stretches_are_skimmed() -> None:
    """The page between the first text and a picture is one stretch: what the speed comes from."""
    text = b"text <p class='a'>more</p> <i style='color:red'>" * 50
    html = b"<body><p>x" + text + b"<img src=i>"
    passed: list[tuple[int, int]] = []
    past = Skim.past
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Skim, "past", lambda *given: passed.append((given[2], past(*given))) or passed[-1][1])
        HtmlScanner().feed(html)
    assert max(end - begin for begin, end in passed) >= len(text)


@pytest.mark.parametrize(
    "unit",
    [
        *('<a b="<" style="font:x">', "<a b='>' background=x>", " style=x", "<a style=x", " style=", "style= <", "<!"),
        *("<a b='", '<a b=">" c="<">', "<template><", "<p> style= ", "<p style='a:b' style='c:d'> background= <b>"),
    ],
)
def test_time_is_linear_in_what_is_not_plain(unit: str) -> None:
    """Ten times as much takes no more than some thirty times as long, in one piece, whatever it is made of."""

    def spent(count: int) -> float:
        data = b"<body><p>x" + unit.encode() * count
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            HtmlScanner(limit=10_000).feed(data)
            best = min(best, time.process_time() - start)
        return best

    assert spent(3_000) < 30 * spent(300) + 0.02


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ('<p title="<b>" class=c>', {"p", ".c", "p.c"}),
        ("<P TITLE='a>b' ID=Q CLASS='d'>", {"p", "#q", ".d", "p.d"}),
        ('<p class="a"><p class="a"><i class="a">', {"p", "i", ".a", "p.a", "i.a"}),
        ('<p title=">"><p title=">" class=c>', {"p", ".c", "p.c"}),
    ],
)
def test_names_where_values_hold_brackets(html: str, names: set[str]) -> None:
    """Whole and byte by byte, each name once; cut at a bracket, the class is told without its element."""
    for parts in ([html], list(html)):
        reader = MarkupNames()
        told = [c for part in parts for c in reader.feed(part.encode())] + reader.feed(b"", last=True)
        words = [word for candidate in told for _, word in candidate.attributes]
        assert {name for name in names if name in words or f"*{name[name.find('.') :]}" in words} == names
        assert len(words) == len(set(words))
