"""What the viewport decides: images chosen, sheets and preloads by their media, and what is said of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.browser.commands import DiscoveryResolved
from fetcher.browser.document.viewport import ALTERNATE, LAZY, OTHER_MEDIA
from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.terms import Device
from tests.support.playbook import CSS, FRESH, Playbook, candidate, image, sheet

PHONE = Device("phone", mobile=True, width=400, height=800, dpr=2.0)
FOR_PHONES = candidate(CandidateKind.META, "", "meta", name="viewport", content="width=device-width")
SET = "a1 1x, a2 2x"
WIDTHS = "w400 400w, w800 800w, w1600 1600w"


def at_the_document(device: Device | None = None) -> Playbook:
    """A phone's page says that it is for phones, as nearly every one does."""
    play = Playbook(device=device)
    play.opens()
    play.head(0)
    if device is not None:
        play.finds(FOR_PHONES)
    return play


def resolved(play: Playbook, *candidates: Candidate, fetch: int = 0) -> list[DiscoveryResolved]:
    play.finds(*candidates, fetch=fetch)
    return [each for each in play.commands if isinstance(each, DiscoveryResolved)]


def told(each: DiscoveryResolved) -> str:
    """Where it leads, without the host; "none" when no request is made."""
    return (each.url or "").removeprefix("https://a.test/") if each.fetch is not None else "none"


def picture(*sources: dict[str, str], **attributes: str) -> Candidate:
    return replace(image(attributes.get("src", ""), **attributes), sources=tuple(tuple(s.items()) for s in sources))


# The candidate, and what it leads to on a desktop of 1350x940 at 1 and on a phone of 400x800 at 2.
CHOICES = [
    (image("s", src="s"), "s", "s"),
    (image("s", src="s", srcset=SET), "a1", "a2"),
    (image("", srcset=SET), "a1", "a2"),
    (image("s", src="s", srcset="a2 2x"), "s", "a2"),
    (image("s", src="s", srcset=""), "s", "s"),
    (image("s", src="s", srcset="a 1y"), "s", "s"),
    (image("", srcset="a 1y"), "none", "none"),
    (image("s", src="s", srcset=WIDTHS), "w1600", "w800"),
    (image("s", src="s", srcset=WIDTHS, sizes="50vw"), "w800", "w400"),
    (image("s", src="s", srcset=WIDTHS, sizes="(max-width: 600px) 100vw, 300px"), "w400", "w800"),
    (image("s", src="s", srcset=WIDTHS, sizes="auto"), "w1600", "w800"),
    (image("s", src="s", srcset=WIDTHS, sizes="auto", loading="lazy"), "w400", "w800"),
    (image("s", src="s", srcset=WIDTHS, sizes="auto", loading="lazy", width="500"), "w800", "w1600"),
    (image("s", src="s", srcset=WIDTHS, sizes="auto", loading="lazy", width="50%"), "w800", "w400"),
    (picture({"srcset": "p"}, src="s"), "p", "p"),
    (picture({"srcset": SET}, src="s"), "a1", "a2"),
    (picture({"srcset": "p", "media": "(max-width: 600px)"}, src="s"), "s", "p"),
    (picture({"srcset": "p", "media": "(max-width: 600px)"}, {"srcset": "q"}, src="s"), "q", "p"),
    (picture({"srcset": "p", "type": "image/jp2"}, {"srcset": "q", "type": "image/avif"}, src="s"), "q", "q"),
    (picture({"src": "p"}, src="s"), "s", "s"),
    (picture({"srcset": "p", "media": "print"}), "none", "none"),
    (picture({"srcset": "p"}), "p", "p"),
    (picture({"srcset": WIDTHS, "sizes": "100px"}, src="s"), "w400", "w400"),
    (picture({"srcset": "data:image/png,x 1x"}, src="s"), "none", "none"),
    (image("s", src="s", loading="lazy"), "s", "s"),
    (image("s", src="s", loading="lazy", hidden=""), "none", "none"),
    (image("s", src="s", hidden=""), "s", "s"),
    (candidate(CandidateKind.IMAGE, "s", "input", srcset=SET), "s", "s"),
    (candidate(CandidateKind.IMAGE, "s", "video", srcset=SET), "s", "s"),
    (candidate(CandidateKind.PRELOAD, "h", as_="image", imagesrcset=SET), "a1", "a2"),
    (candidate(CandidateKind.PRELOAD, "", as_="image", imagesrcset=SET), "a1", "a2"),
    (candidate(CandidateKind.PRELOAD, "h", as_="image", imagesrcset=WIDTHS, imagesizes="50vw"), "w800", "w400"),
    (candidate(CandidateKind.PRELOAD, "h", "Link", as_="image", imagesrcset=SET), "a1", "a2"),
    (candidate(CandidateKind.PRELOAD, "h", as_="image", imagesrcset="a 1y"), "h", "h"),
    (candidate(CandidateKind.PRELOAD, "h", as_="style", imagesrcset=SET), "h", "h"),
    (candidate(CandidateKind.PRELOAD, "h", as_="image", media="(min-width: 600px)"), "h", "none"),
    (candidate(CandidateKind.PRELOAD, "h", as_="image", type="image/jp2"), "none", "none"),
    (candidate(CandidateKind.PRELOAD, "h", as_="fetch", type="image/jp2"), "h", "h"),
    (candidate(CandidateKind.MODULEPRELOAD, "m", media="print"), "none", "none"),
    (sheet("s", media="print"), "s", "s"),
    (sheet("s", type="text/less"), "none", "none"),
    (sheet("s", type="TEXT/CSS; charset=x"), "s", "s"),
    (candidate(CandidateKind.CSS_IMPORT, "i", "style", prelude="print"), "i", "i"),
    (candidate(CandidateKind.CSS_IMPORT, "i", "style", prelude="supports(foo: bar)"), "none", "none"),
    (candidate(CandidateKind.CSS_IMAGE, "b", "url()", **{"image-set": "1x, 2x", "option": "0"}), "b", "none"),
    (candidate(CandidateKind.CSS_IMAGE, "b", "url()", **{"image-set": "1x, 2x", "option": "1"}), "none", "b"),
    (candidate(CandidateKind.CSS_IMAGE, "b", "url()", **{"image-set": ""}), "none", "none"),
    (candidate(CandidateKind.CSS_IMAGE, "b", "style", media="print"), "none", "none"),
]


@pytest.mark.parametrize(("found", "desktop", "phone"), CHOICES)
def test_row(found: Candidate, desktop: str, phone: str) -> None:
    """One request for the chosen one, or none with a reason; what stood in the markup is kept as it stood."""
    for device, expected in ((None, desktop), (PHONE, phone)):
        (each,) = resolved(at_the_document(device), found)
        assert told(each) == expected
        assert each.candidate == found
        assert each.reason or expected != "none"


def test_a_page_that_is_not_for_phones() -> None:
    """Without a <meta name=viewport> a phone lays a page out 980 px wide, which the preload scanner does not expect:
    what it chose is chosen again. A lazy image waits for layout, and media hold for that."""
    play = Playbook(device=PHONE)
    play.opens()
    play.head(0)
    wide = image("s", src="s", srcset="w800 800w, w1960 1960w")
    assert [told(each) for each in resolved(play, wide)] == ["w800", "w1960"]
    assert [
        told(each) for each in resolved(play, replace(wide, attributes=(*wide.attributes, ("loading", "lazy"))))
    ] == ["w1960"]
    assert [told(each) for each in resolved(play, image("s", src="s", srcset=SET))] == ["a2"]
    (small,) = resolved(play, sheet("t", media="(max-width: 600px)"))
    assert OTHER_MEDIA in small.reason


def test_plain_images_are_not_commented() -> None:
    """Nothing is said of an image of which there was only one."""
    (plain,) = resolved(at_the_document(), image("s", src="s", alt="x"))
    (chosen,) = resolved(at_the_document(), image("s", src="s", srcset=SET))
    (lazy,) = resolved(at_the_document(), image("s", src="s", loading="lazy"))
    assert (plain.reason, chosen.reason, lazy.reason) == ("", "chosen for 1350x940 at 1", LAZY)


@pytest.mark.parametrize(
    ("attributes", "note"), [({"media": "print"}, OTHER_MEDIA), ({"rel": "Alternate stylesheet"}, ALTERNATE)]
)
def test_a_sheet_that_does_not_apply(attributes: dict[str, str], note: str) -> None:
    """It is fetched last; what it imports is fetched as usual, and pictures and fonts of both are not."""
    play = at_the_document()
    (each,) = resolved(play, sheet("/s.css", **attributes))
    assert (each.fetch, each.reason) == (1, note)
    assert dict(play.sent(1))["priority"] == "u=4"
    play.head(1, fields=CSS)
    (imported,) = resolved(play, candidate(CandidateKind.CSS_IMPORT, "/i.css", "@import"), fetch=1)
    assert imported.fetch == 2
    assert dict(play.sent(2))["priority"] == "u=0"
    play.head(2, fields=CSS)
    face = candidate(CandidateKind.CSS_FONT, "/f.woff2", "@font-face", family="f")
    use = candidate(CandidateKind.FONT_USE, "", "font-family", family="f")
    for source in (1, 2):
        found = resolved(play, candidate(CandidateKind.CSS_IMAGE, "/b.png", "url()"), face, use, fetch=source)
        assert [told(each) for each in found] == ["none"]


def test_a_font_used_only_for_other_media_is_not_fetched() -> None:
    """A face waits for a rule that applies."""
    play = at_the_document()
    play.finds(sheet("/print.css", media="print"), sheet("/s.css"))
    play.head(1, fields=CSS)
    play.head(2, fields=CSS)
    face = candidate(CandidateKind.CSS_FONT, "/f.woff2", "@font-face", family="f")
    use = candidate(CandidateKind.FONT_USE, "", "font-family", family="f")
    assert resolved(play, face, fetch=2) == []
    assert resolved(play, use, fetch=1) == []
    assert [told(each) for each in resolved(play, use, fetch=2)] == ["f.woff2"]


def test_an_import_for_other_media() -> None:
    """Fetched as if it were for these, and nothing it names is."""
    play = at_the_document()
    play.finds(sheet("/s.css"))
    play.head(1, fields=CSS)
    (imported,) = resolved(play, candidate(CandidateKind.CSS_IMPORT, "/i.css", "@import", prelude="print"), fetch=1)
    assert (imported.fetch, dict(play.sent(2))["priority"]) == (2, "u=0")
    play.head(2, fields=CSS)
    assert told(*resolved(play, candidate(CandidateKind.CSS_IMAGE, "/b.png", "url()"), fetch=2)) == "none"
    assert told(*resolved(play, candidate(CandidateKind.CSS_IMAGE, "/c.png", "url()"), fetch=1)) == "c.png"


def test_a_preloaded_image_serves_the_one_chosen() -> None:
    """The same srcset in preload and image leads to one request (EH 8.6)."""
    play = at_the_document(PHONE)
    preload = candidate(CandidateKind.PRELOAD, "h", as_="image", imagesrcset=SET)
    first, second = resolved(play, preload, image("s", src="s", srcset=SET))
    assert (told(first), told(second), first.fetch) == ("a2", "a2", second.fetch)


def test_a_hint_serves_the_image_chosen() -> None:
    """A 103 for the image that the viewport chooses is claimed; for another one it is not."""
    play = Playbook(device=PHONE)
    play.opens()
    play.interim("</a2>; rel=preload; as=image", "</a1>; rel=preload; as=image")
    play.head(0)
    play.head(1, fields=FRESH)
    play.head(2, fields=FRESH)
    (each,) = resolved(play, image("s", src="s", srcset="/a1 1x, /a2 2x"))
    assert (each.outcome.value, each.fetch) == ("claimed-preload", 1)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [({}, "w400"), ({"width": "800", "height": "9"}, "w800"), ({"width": "50%"}, "w800"), ({"width": "x"}, "w400")],
)
def test_a_frame_has_a_viewport_of_its_own(attributes: dict[str, str], expected: str) -> None:
    """As wide as its element says, or 300 pixels."""
    play = Playbook(frames=True)
    play.opens()
    play.head(0)
    play.finds(candidate(CandidateKind.FRAME, "/frame", "iframe", **attributes))
    play.head(1)
    (each,) = resolved(play, image("", srcset=WIDTHS), fetch=1)
    assert told(each) == expected
