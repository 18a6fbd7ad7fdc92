"""The 103's links beside those of the final response."""

from __future__ import annotations

import re

import pytest

from fetcher.audits import Page, audit_page
from fetcher.audits.catalogue import named
from fetcher.record import PageLoad
from tests.audits.cases import SCRIPT, STYLE, load, page, told
from tests.audits.site.parts import FONT, HEAD, document, final, html, interim, sound
from tests.support.virtual_time import virtual_load

MANY = tuple(f"</{number}.css>; rel=preload; as=style" for number in range(6))
CONNECT = "<https://cdn.test>; rel=preconnect"


def both(early: tuple[str, ...], late: tuple[str, ...]) -> PageLoad:
    return load(*early, fields=tuple(("link", each) for each in late))


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(both((STYLE,), (STYLE, SCRIPT))), "passed"),
        (page(both((STYLE,), (STYLE.replace("; as=style", "; as=style; nopush"),))), "passed"),
        (page(both((STYLE, CONNECT), (STYLE,))), "note: the preconnect of https://cdn.test in the 103 is not rep"),
        (page(both((STYLE, SCRIPT), ())), "note: the 2 links of the 103 are not repeated in the final "
                                          "response's Link field (/a.css, /a.js): a browser"),
        (page(both((STYLE, *MANY), (STYLE,))), "note: 6 of the 7 links of the 103 are not repeated in"),
        (page(both(("</a>; rel=prefetch",), ())), "not-applicable: the 103 has no preload and no preconnect"),
        (page(load(hints=False)), "not-applicable: no 103 came"),
    ],
)  # fmt: skip
def test_missing_in_final(judged: Page, says: str) -> None:
    """One finding for a link that is left out, one for all of them where none is repeated."""
    assert told("hint-missing-in-final", judged).startswith(says)


def test_what_browsers_drop_is_not_repeated_as_it_is() -> None:
    """nopush, by which Chromium drops a link, is mended in both; as=picture, which no browser takes, in neither."""
    dropped = page(both((f"{STYLE}; nopush", "</p.png>; rel=preload; as=picture"), ()))
    (found,) = audit_page(dropped, [named("hint-missing-in-final")]).findings
    assert found.message.startswith("the preload of /a.css in the 103 is not repeated")
    assert found.fix.endswith(f"Mend in both what Chromium drops: write {STYLE}")
    does = {name.value: text for name, text in found.browsers}
    assert does["chromium"].startswith("drops a link of a 103 for any parameter it does not know")
    assert does["firefox"] == "acts on it in the 103"
    assert does["safari"].startswith("acts on rel=preconnect only")
    none = page(both(("</p.png>; rel=preload; as=picture",), ()))
    assert told("hint-missing-in-final", none).startswith("not-applicable: the 103 has no link that any browser takes")


def test_the_markup_repeats_it() -> None:
    """A preload in the document is there for who ignores the 103."""
    preload = '<link rel="preload" href="/a.css" as="style">'
    answer = (*interim(STYLE), *final(content=preload.encode() + HEAD.encode()))
    made = virtual_load("https://a.test/", sound() | {"/": answer}).load
    assert told("hint-missing-in-final", page(made)) == "passed"
    assert told("hint-missing-in-final", page(virtual_load("https://a.test/", sound() | {"/": document()}).load)) == (
        "passed"
    )


PICTURE = "</a.png>; rel=preload; as=image"
SEEN = '<img src="/a.png" alt="">'
NOR_ONE = "nor is it a style sheet or script of the document's head or a preload of its markup: a browser"
NOR_THEY = "nor are they style sheets or scripts of the document's head, or preloads or preconnects of its markup"


@pytest.mark.parametrize(
    ("hints", "head", "says"),
    [
        ((STYLE, SCRIPT), HEAD, "passed"),
        ((STYLE,), '<script src="/a.js"></script>', f"note: the preload of /a.css in the 103 is not .*, {NOR_ONE}"),
        ((STYLE, SCRIPT, PICTURE), HEAD, f"note: the preload of /a.png in the 103 is not .* Link field, {NOR_ONE}"),
        ((CONNECT,), HEAD, "note: the preconnect of https://cdn.test in .*, nor by a preconnect of the markup: a"),
        ((STYLE, FONT, PICTURE), HEAD.replace("<link", "<!-- <link").replace("><script", "--><script"),
         rf"note: the 3 links of .* Link field, {NOR_THEY} \(/a.css, /a.woff2, /a.png\): a browser"),
    ],
)  # fmt: skip
def test_what_the_head_names_need_not_be_repeated(hints: tuple[str, ...], head: str, says: str) -> None:
    """A style sheet or script of the head is asked for with the same bytes that would repeat it, and no finding says of
    it that the markup lacks it; what a sheet or the body names is found later."""
    answer = (*interim(*hints), *final(content=html(head, SEEN)))
    made = virtual_load("https://a.test/", sound() | {"/": answer}).load
    assert re.match(says, told("hint-missing-in-final", page(made)))


def test_a_script_of_the_body_is_found_later() -> None:
    """The head alone is sure to be there when a repeated field would be."""
    content = html('<link rel="stylesheet" href="/a.css">', '<p>x<script src="/a.js"></script>')
    made = virtual_load("https://a.test/", sound() | {"/": (*interim(STYLE, SCRIPT), *final(content=content))}).load
    assert told("hint-missing-in-final", page(made)).startswith("note: the preload of /a.js in the 103 is not repeated")


@pytest.mark.parametrize(
    ("judged", "says"),
    [
        (page(both((STYLE, SCRIPT), (STYLE,))), "passed"),
        (page(both((STYLE,), (STYLE, SCRIPT))), "note: /a.js is a preload of the final response and not of the 103: it "
                                                "acts there, 293 ms later"),
        (page(both((STYLE,), (STYLE, "</p.css>; rel=preload; as=style; media=print"))), "passed"),
        (page(both((STYLE,), MANY)), "note: 6 links of the final response are not in the 103 and act there"),
        (page(both((STYLE,), ())), "not-applicable: the final response has no link that a 103 could carry"),
        (page(load(hints=False, fields=(("link", STYLE),))), "not-applicable: no 103 came"),
    ],
)  # fmt: skip
def test_not_hinted(judged: Page, says: str) -> None:
    """What a 103 cannot carry (EH 3.2) has to stay out of it."""
    assert told("final-link-not-hinted", judged).startswith(says)
