"""Which <source> elements an image of a <picture> is told: those before it, in the same one, as a tree has them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.html.picture import IMAGES, SOURCES
from fetcher.discovery.whole_document import whole_document
from tests.support.scans import pieces, scan, scan_in_every_cut


def said(candidates: list[Candidate]) -> str:
    """Each image as its url, then in brackets the srcset of each source."""
    images = [each for each in candidates if each.kind is CandidateKind.IMAGE]
    return " ".join(
        each.url + "".join(f"[{dict(source).get('srcset', '')}]" for source in each.sources) for each in images
    )


# What stands inside <picture>, and the images with their sources; the tree of a whole parse says the same.
CASES = [
    ("<source srcset=a><img src=b>", "b[a]"),
    ("<SOURCE SRCSET=a><IMG src=b>", "b[a]"),
    ("<source srcset=a /><img src=b />", "b[a]"),
    ("<source srcset=a></source><img src=b>", "b[a]"),
    ("<source srcset=a><source srcset=c><img src=b>", "b[a][c]"),
    ("<source media=print><img src=b>", "b[]"),
    ("<img src=b><source srcset=a>", "b"),
    ("<img src=b><source srcset=a><img src=d>", "b d[a]"),
    ("<source srcset=a><img src=b><img src=d>", "b[a] d[a]"),
    ("<source srcset=a><img>", "[a]"),
    ("<source srcset=a><img src=''>", "[a]"),
    ("<img>", ""),
    ("<div><source srcset=a></div><img src=b>", "b"),
    ("<source srcset=a><div><img src=b></div>", "b"),
    ("<source srcset=a><div><img src=b></div><img src=d>", "b d[a]"),
    ("<source srcset=a><a href=x><img src=b></a>", "b"),
    ("<source srcset=a><br><wbr><hr><input><img src=b>", "b[a]"),
    ("<source srcset=a><script>'<img src=c>'</script><img src=b>", "b[a]"),
    ("<source srcset=a><style></style><img src=b>", "b[a]"),
    ("<source srcset=a><!-- <source srcset=c> --><img src=b>", "b[a]"),
    ("<video><source srcset=a></video><img src=b>", "b"),
    ("<template><source srcset=a></template><img src=b>", "b"),
    ("<template><template></template></template><source srcset=a><img src=b>", "b[a]"),
    ("<source srcset=a><svg><image href=c /></svg><img src=b>", "c b[a]"),
    ("<source srcset=a><svg/><img src=b>", "b[a]"),
    ("<svg><source srcset=c /></svg><source srcset=a><img src=b>", "b[a]"),
    ("<source srcset=a><math><mi>x</mi></math><img src=b>", "b[a]"),
    ("<source srcset=a><p>x</p><img src=b>", "b[a]"),
    ("<source srcset=a></p><img src=b>", "b[a]"),
    ("<source srcset=a><picture><img src=b></picture>", "b"),
    ("<picture><source srcset=c><img src=b></picture>", "b[c]"),
    ("<source srcset=a></picture><img src=b>", "b"),
    ("<source srcset=a><image src=b>", "b[a]"),
    ("<source srcset=a><input type=image src=b>", "b"),
    ("<source style='x:url(c)' srcset=a><img src=b>", "b[a]"),
]


@pytest.mark.parametrize(("inside", "expected"), CASES)
def test_row(inside: str, expected: str) -> None:
    """The scanner, however the bytes are cut, and the tree agree."""
    data = f"<div>x<picture>{inside}</picture>".encode()
    assert said(scan_in_every_cut(lambda: HtmlScanner(scripting=False), data)) == expected
    assert said(whole_document(data)) == expected


AROUND = [
    ("<source srcset=a><img src=b>", "b"),
    ("<div><picture><source srcset=a><img src=b></div><img src=d>", "b[a] d"),
    ("<template><picture><source srcset=a><img src=b></picture></template><img src=d>", "d"),
    ("<svg><picture><source srcset=a><img src=b></svg>", "b"),
    ("<table><tr><td><picture><source srcset=a><img src=b></picture></table>", "b[a]"),
]


@pytest.mark.parametrize(("html", "expected"), AROUND)
def test_what_is_around(html: str, expected: str) -> None:
    """Without a <picture> a <source> says nothing; what closes around it closes it too."""
    assert said(scan_in_every_cut(lambda: HtmlScanner(scripting=False), html.encode())) == expected
    assert said(whole_document(html.encode())) == expected


PARTS = ["<source srcset=a>", "<source srcset=b media=print>", "<img src=c>", "<img>", "<br>", "x", "<b>", "</b>"]


@given(st.lists(st.sampled_from(PARTS), max_size=8), st.randoms(use_true_random=False))
def test_generated_ones(parts: list[str], rng: random.Random) -> None:
    """Whatever children a <picture> has, as long as they nest: the tree's answer, for every cutting."""
    depth, inside = 0, []
    for part in parts:
        depth += {"<b>": 1, "</b>": -1}.get(part, 0)
        if depth < 0 or (part.startswith("<img") and sum(each.startswith("<img") for each in inside) == IMAGES):
            depth = max(depth, 0)
            continue
        inside.append(part)
    data = f"<div><picture>{''.join(inside)}{'</b>' * depth}</picture><img src=z></div>".encode()
    expected = said(whole_document(data))
    cuts = [rng.randrange(len(data) + 1) for _ in range(3)]
    assert said(scan(HtmlScanner, pieces(data, cuts))[0]) == expected


def test_attributes_are_kept_as_they_stand() -> None:
    """All of a source's attributes, in order, inlined pictures cut."""
    html = f"<picture><source type=image/webp SrcSet='data:image/png,{'x' * 100} 1x' media='(width)'><img src=b>"
    (image,) = scan_in_every_cut(HtmlScanner, html.encode())
    ((*attributes,),) = image.sources
    assert [name for name, _ in attributes] == ["type", "srcset", "media"]
    assert len(dict(attributes)["srcset"]) < 100


def test_limits() -> None:
    """Sources past the limit are not kept, and only the first images are told any."""
    html = "<picture>" + "<source srcset=a>" * (SOURCES + 9) + "<img src=b>" * (IMAGES + 2)
    counts = [len(each.sources) for each in HtmlScanner().feed(html.encode())]
    assert counts == [SOURCES] * IMAGES + [0, 0]


def test_a_picture_that_never_ends_costs_no_more_than_its_tags() -> None:
    """Its images after the first few hold nothing: what is kept does not grow with the product."""
    found = HtmlScanner().feed(b"<picture>" + b"<source srcset=a><img src=b>" * 5_000)
    assert sum(len(each.sources) for each in found) <= SOURCES * IMAGES
    assert all(one.offset < other.offset for one, other in pairwise(found))
