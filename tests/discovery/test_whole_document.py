"""The incremental scanner against a whole parse by selectolax: on written pages and on generated documents, over
random cuts, both must hear the same."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.whole_document import whole_document
from tests.support.scans import pieces, scan, told

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
ENCODINGS = {"old": "latin-1"}

Heard = tuple[str, str, str, tuple[tuple[str, str], ...]]


# What stands in the text of scripts is read by a lexer, which no tree knows of, as that there is a text.
INSIDE_SCRIPTS = (
    CandidateKind.INLINE_SCRIPT,
    CandidateKind.MODULE_IMPORT,
    CandidateKind.DYNAMIC_IMPORT,
    CandidateKind.IMPORT_MAP,
    CandidateKind.SPECULATION,
)


def heard(candidates: list[Candidate]) -> list[Heard]:
    """What both can tell, in one order: the tree's differs where content is moved (out of tables, say)."""
    return sorted(
        (c.kind.value, c.url, c.element.lower(), tuple(sorted(map(_unplaced, c.attributes))))
        for c in candidates
        if c.kind not in INSIDE_SCRIPTS
    )


def _unplaced(pair: tuple[str, str]) -> tuple[str, str]:
    """A tree knows in what an element stands, not where that is."""
    return (pair[0], pair[1].split()[0]) if pair[0] == "within" else pair


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path) -> None:
    """A written page gives the same candidates as its tree, however it is cut; nothing called "never" is heard."""
    data = page.read_bytes()
    encoding = ENCODINGS.get(page.stem, "utf-8")
    expected = whole_document(data, encoding)
    rng = random.Random(page.stem)

    def make() -> HtmlScanner:
        return HtmlScanner(encoding=encoding, scripting=False)

    whole = scan(make, [data])
    assert heard(whole[0]) == heard(expected)
    assert not [line for line in told(whole[0]) if "never" in line]
    assert len(whole[0]) > 5
    for _ in range(20):
        cuts = rng.choices(range(len(data)), k=rng.randint(1, 60))
        assert scan(make, pieces(data, cuts)) == whole
    assert scan(make, [data[i : i + 1] for i in range(len(data))]) == whole


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_offsets_point_at_the_tag(page: Path) -> None:
    """Where a candidate says it stands, its tag does, on that line."""
    data = page.read_bytes()
    scanner = HtmlScanner()
    for candidate in scanner.feed(data) + scanner.close():
        if candidate.inline:
            continue
        assert data[candidate.offset :].lower().startswith((b"<" + candidate.element.encode(), b"<image"))
        assert candidate.line == data.count(b"\n", 0, candidate.offset) + 1


# Markup that means the same to a tokenizer and to a tree: an unclosed <svg> or a <select> would not.
SOUP = [
    *("<img src=a>", "<img src='b'>", '<img alt=">" src=c>', "<img/src=d/>", "<img src=e src=f>"),
    *("<img", "<p", "<div>"),
    *("<link rel=stylesheet href=g>", "<LINK HREF=h REL='icon preload'>"),
    *("<script src=i></script>", "<script>", "</script>"),
    *("<script><!--", "<script>", "-->", "<!--", "--!>", "<!-->", "<!--->", "<!", "<?", "</"),
    *("</3", ">", "<", "<<", "< "),
    *("<style>", "</style>", "@import 'j';", "k{l:url(m)}", "url('n')", "<p style='o:url(p)'>", "style=q:url(r)"),
    *("<title>", "</title>", "<textarea>", "</textarea >", "<xmp>", "</xmp\n", "<iframe>", "</iframe/>", "<noscript>"),
    *("</noscript>", "<template>", "</template>", "<svg><image href=s /></svg>"),
    *("<svg><title><img src=t></title></svg>"),
    *("<video poster=u>", "<input type=image src=v>", "<base href=w>", "<image src=x>", "&amp;"),
    *("&copy=1", "&#x41;", "&lt"),
    *(" ", "\n", "\r\n", "\r", "\t", "/", "=", '"', "'", "src=y", "é", "text", "</p>", "</div>", "<br>", "<b>", "</b>"),
]  # fmt: skip
documents = st.lists(st.sampled_from(SOUP), max_size=25).map("".join)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(documents, st.lists(st.integers(0, 200), max_size=8))
@example("<script><!--<script></script><img src=a>--></script><img src=b>", [11])
@example("<noscript><img src=a></noscript>", [])
def test_generated_document(html: str, cuts: list[int]) -> None:
    """Any soup of these gives what its tree gives, over any cuts."""
    data = html.encode()
    found, _ = scan(lambda: HtmlScanner(scripting=False), pieces(data, cuts))
    assert heard(found) == heard(whole_document(data))


def test_whole_document_knows_head_and_body() -> None:
    """Places are unknown (0), the head is the tree's, and what <noscript> holds is seen."""
    found = whole_document(b"<link rel=icon href=a><body><noscript><img src=b></noscript><p style='c:url(d)'>")
    assert told(found) == ["icon a", "image b", "css-image d"]
    assert [(c.in_head, c.line, c.offset) for c in found] == [(True, 0, 0), (False, 0, 0), (False, 0, 0)]


def test_whole_document_stops_at_no_depth() -> None:
    """A tree deeper than Python's stack is walked all the same."""
    assert told(whole_document(b"<div>" * 5_000 + b"<img src=a>")) == ["image a"]


def test_selectolax_is_imported_only_when_asked_for() -> None:
    """Scanning a stream needs no parser: importing the scanners leaves it alone."""
    code = "import sys, fetcher.discovery.html, fetcher.discovery.whole_document; print('selectolax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
