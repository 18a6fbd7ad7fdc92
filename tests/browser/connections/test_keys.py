"""Which requests may share a connection; the corpus holds the same against Chromium (``cases/connections.py``)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fetcher.browser.commands import ConnectionKey, OpenConnection
from fetcher.browser.connections.keys import key_for, partition_of, preconnect_key
from fetcher.terms import HttpVersion
from fetcher.urls import parse
from tests.support.playbook import Playbook, image, script, sheet

TOP = parse("https://a.test/")
OTHER = "https://other.test"


def key(url: str, frame: str = "https://a.test/", **how: bool) -> ConnectionKey:
    how = {"credentialed": True, **how}
    return key_for(parse(url), top=TOP, frame=parse(frame), **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "how", "kind"),
    [
        ("https://a.test/i.png", {}, (True, False)),
        ("https://b.a.test/i.png", {}, (True, False)),
        ("https://b.a.test/i.png", {"credentialed": False}, (False, False)),
        ("https://other.test/i.png", {}, (True, True)),
        ("https://other.test/i.png", {"credentialed": False}, (False, False)),
        ("http://a.test/i.png", {}, (True, True)),  # another scheme is another site
        ("https://a.test/i.png", {"nested": True}, (True, True)),
        ("https://a.test/i.png", {"opaque": True}, (True, True)),
    ],
)
def test_the_three_classes(url: str, how: dict[str, bool], kind: tuple[bool, bool]) -> None:
    """(credentialed, third party): the page's site, another site, nobody."""
    found = key(url, **how)
    assert (found.credentialed, found.third_party) == kind


@pytest.mark.parametrize(
    ("frame", "opaque", "partition"),
    [
        ("https://a.test/", False, "https://a.test"),
        ("https://b.a.test/f.html", False, "https://a.test"),
        ("https://other.test/f.html", False, "https://a.test frames of other sites"),
        ("https://third.test/f.html", False, "https://a.test frames of other sites"),
        ("https://a.test/", True, "https://a.test sandboxed"),
    ],
)
def test_the_partition(frame: str, opaque: bool, partition: str) -> None:
    assert partition_of(TOP, parse(frame), opaque=opaque) == partition


@pytest.mark.parametrize(
    ("host", "site"), [("www.shop.co.uk", "shop.co.uk"), ("[::1]", "[::1]"), ("10.0.0.1", "10.0.0.1")]
)
def test_a_partition_is_a_site(host: str, site: str) -> None:
    url = parse(f"https://{host}/")
    assert partition_of(url, url) == f"https://{site}"


def test_a_preconnect_is_of_the_page_s_class_or_of_none() -> None:
    """EH 13.6: to another site it has no request to serve unless that goes without credentials."""
    url = parse(f"{OTHER}/")
    first, anonymous = (preconnect_key(url, anonymous=each, top=TOP, frame=TOP) for each in (False, True))
    assert first != key(f"{OTHER}/i.png") == replace(first, third_party=True)
    assert anonymous == key(f"{OTHER}/f.woff2", credentialed=False)
    same = preconnect_key(parse("https://b.a.test/"), anonymous=False, top=TOP, frame=TOP)
    assert same == key("https://b.a.test/i.png")


def ready() -> Playbook:
    play = Playbook()
    play.opens(HttpVersion.HTTP_2)
    return play


def test_a_hinted_preconnect_to_another_site_is_left_unused_by_its_script() -> None:
    """EH 13.6, and the record says both: whose the connection is, and that the hint was not used."""
    play = ready()
    play.interim(f"<{OTHER}>; rel=preconnect")
    play.opens(connection=1)
    play.head(0)
    assert "open 2 https://other.test:443 fetch third-party" in play.finds(script(f"{OTHER}/s.js"))
    play.opens(connection=2)
    play.head(1)
    play.ends(1)
    play.ends(0)
    play.drains()
    load = play.recorder.load()
    assert [(each.credentialed, each.third_party) for each in load.connections] == [
        (True, False),
        (True, False),
        (True, True),
    ]
    assert {each.partition for each in load.connections} == {"https://a.test"}
    assert load.hints[0].used is False


def test_with_crossorigin_it_serves_what_goes_without_credentials() -> None:
    play = ready()
    play.interim(f"<{OTHER}>; rel=preconnect; crossorigin")
    play.opens(connection=1)
    play.head(0)
    started = play.finds(script(f"{OTHER}/s.js", crossorigin="", src=f"{OTHER}/s.js"), image(f"{OTHER}/i.png"))
    assert f"start 1 {OTHER}/s.js on 1 script cors" in started
    assert "open 2 https://other.test:443 fetch third-party" in started


def test_a_redirect_to_another_site_leaves_its_connections_behind() -> None:
    """EH 7.2: the page that comes is of another site, so what it asks of the first one has a connection of its own."""
    play = ready()
    play.head(0, 302, (("location", f"{OTHER}/"),))
    play.opens(connection=1)
    play.head(1)
    play.finds(sheet("https://a.test/s.css"), fetch=1)
    opened = [each.key for each in play.commands if isinstance(each, OpenConnection)]
    assert [(each.host, each.third_party, each.partition) for each in opened] == [("a.test", True, OTHER)]
    play.opens(connection=2)
