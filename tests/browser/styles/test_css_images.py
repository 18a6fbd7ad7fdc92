"""When a picture that a style sheet names is requested: once its rule can apply."""

from __future__ import annotations

import pytest

from fetcher.browser.styles.css_images import NOT_FOR_THIS_SCREEN, CssImages
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.viewport.lengths import Screen


def image(*rules: tuple[str, str]) -> Candidate:
    return Candidate(CandidateKind.CSS_IMAGE, "a.png", "url()", (("property", "background"), *rules), 1, 0)


JUDGED = [
    ((), True),
    ((("selector", "p"),), True),
    ((("selector", "ul.x, p"),), True),
    ((("selector", "ul"),), False),
    ((("selector", "p"), ("selector", "& .missing")), False),
    ((("media", "screen"), ("selector", "p")), True),
    ((("media", "(max-width: 600px)"), ("selector", "p")), NOT_FOR_THIS_SCREEN),
    ((("media", "print"), ("selector", "ul")), NOT_FOR_THIS_SCREEN),
]


@pytest.mark.parametrize(("rules", "expected"), JUDGED)
def test_judge(rules: tuple[tuple[str, str], ...], expected: bool | str) -> None:
    """In a document of paragraphs on a desktop: now, later, or never and why."""
    images = CssImages()
    images.seen(["p"])
    assert images.judge(1, image(*rules), Screen(), 5.0) == expected


def test_a_rule_for_visitors_only() -> None:
    """What needs a pointer over it is never requested while a page is only loaded."""
    assert isinstance(CssImages().judge(1, image(("selector", "a:hover")), Screen(), 5.0), str)


def test_it_waits_for_every_name_and_is_asked_for_once() -> None:
    """Names come in any order; the last one that lacks lets the picture go, and no later one does again."""
    images = CssImages()
    picture = image(("selector", "ul.search li, .other"))
    assert images.judge(1, picture, Screen(), 5.0) is False
    assert images.seen(["li"]) == []
    assert images.seen([".search"]) == []
    assert images.unused() == [(1, picture, 5.0)]
    assert images.seen(["ul", "form.search"]) == []
    assert images.seen(["ul.search"]) == [(1, picture)]
    assert images.seen([".other", "x"]) == []
    assert images.unused() == []


def test_too_many_names_let_everything_go() -> None:
    """When the markup's names are not kept any more, no rule is held back."""
    images = CssImages()
    assert images.judge(1, image(("selector", ".x")), Screen(), 5.0) is False
    assert len(images.seen(["*"])) == 1
    assert images.judge(1, image(("selector", ".y")), Screen(), 6.0) is True


def test_a_class_of_who_knows_which_element() -> None:
    """Where the markup's quotes leave it open, the class may stand on the element that the rule asks for."""
    images = CssImages()
    assert images.judge(1, image(("selector", "ul.x")), Screen(), 5.0) is False
    assert len(images.seen(["*.x"])) == 1
    assert images.judge(1, image(("selector", "p.x")), Screen(), 5.0) is True
