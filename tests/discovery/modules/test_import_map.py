"""Import maps: read, asked, merged (HTML 8.1.5.4, 8.1.6.2); rows marked in 156 were asked of Chromium 156 as pages."""

from __future__ import annotations

import json

import pytest

from fetcher.discovery.modules.import_map import ImportMap, Unresolved
from fetcher.urls import URL, parse

BASE = parse("https://a.test/app/")


def ask(specifier: str, *maps: object, base: URL = BASE) -> str:
    one = ImportMap()
    for each in maps:
        one.merge(each if isinstance(each, str) else json.dumps(each), BASE)
    return answer(one, specifier, base)


def answer(one: ImportMap, specifier: str, base: URL = BASE) -> str:
    try:
        return one.resolve(specifier, base).href.removeprefix("https://a.test")
    except Unresolved as error:
        return str(error)


LIB = {"imports": {"x": "./b.js", "x/": "./lib/", "x/y/": "./other/", "/c.js": "/d.js", "https://cdn.test/": "/cdn/"}}
SCOPED = {"imports": {"x": "/x.js", "y": "/y.js"}, "scopes": {"lib/": {"x": "/lx.js"}, "lib/deep/": {"y": "/dy.js"}}}


@pytest.mark.parametrize(
    ("specifier", "maps", "expected"),
    [
        ("./a.js", (), "/app/a.js"),
        ("../a.js", (), "/a.js"),
        ("/a.js", (), "/a.js"),
        ("https://b.test/a.js", (), "https://b.test/a.js"),
        ("x", (), "'x' is a bare specifier that no import map knows"),
        ("", (), "'' is a bare specifier that no import map knows"),
        ("x", (LIB,), "/app/b.js"),
        ("x/a.js", (LIB,), "/app/lib/a.js"),
        ("x/y/a.js", (LIB,), "/app/other/a.js"),
        ("x/y", (LIB,), "/app/lib/y"),
        ("/c.js", (LIB,), "/d.js"),
        ("../c.js", (LIB,), "/d.js"),
        ("https://cdn.test/q", (LIB,), "/cdn/q"),
        ("x/../../b.js", (LIB,), "'x/../../b.js' leaves what the import map gives for 'x/'"),
        ("x", ({"imports": {"x": None}},), "the import map gives 'x' no URL"),
        ("x", ({"imports": {"x": "bare"}},), "the import map gives 'x' no URL"),
        ("x/a", ({"imports": {"x/": "./b"}},), "the import map gives 'x/' no URL"),
        ("x", ({"imports": {"x": "./b.js"}}, {"imports": {"x": "./c.js"}}), "/app/b.js"),
        ("y", ({"imports": {"x": "./b.js"}}, {"imports": {"y": "./c.js"}}), "/app/c.js"),
        ("x", ('{"imports": {"x": "./b.js", "x": "./c.js"}}',), "/app/c.js"),
        ("x", ({"imports": {"x": "./b.js", "./b.js": "./c.js"}},), "/app/b.js"),
        ("./c.js", ({"imports": {"": "./b.js"}},), "/app/c.js"),
        ("data:text/javascript,1", ({"imports": {"data:text/": "./b/"}},), "data:text/javascript,1"),
    ],
)
def test_specifiers(specifier: str, maps: tuple[object, ...], expected: str) -> None:
    """The longest key that fits decides, the first map that has it wins; bare names need one."""
    assert ask(specifier, *maps) == expected


@pytest.mark.parametrize(
    ("specifier", "base", "expected"),
    [
        ("x", "/app/main.js", "/x.js"),
        ("x", "/app/lib/a.js", "/lx.js"),
        ("y", "/app/lib/a.js", "/y.js"),
        ("y", "/app/lib/deep/a.js", "/dy.js"),
        ("x", "/app/lib/deep/a.js", "/lx.js"),
        ("x", "/app/library.js", "/x.js"),
    ],
)
def test_scopes(specifier: str, base: str, expected: str) -> None:
    """The longest scope the module stands in is asked first, then shorter ones, then the map itself."""
    assert ask(specifier, SCOPED, base=parse(f"https://a.test{base}")) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"imports": []}', "its imports are not an object"),
        ('{"scopes": {"a": 1}}', "a scope is not an object"),
        ('{"integrity": 1}', "its integrity are not an object"),
        ('{"imports": {"a": NaN}}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"other": 1}', None),
    ],
)
def test_maps_that_are_none(text: str, why: str | None) -> None:
    assert ImportMap().merge(text, BASE) == why


def test_what_was_resolved_stays() -> None:
    """A later map loses the rules that would have changed an answer given before (in 156: "map after same", "map
    after prefix")."""
    one = ImportMap()
    assert answer(one, "./c.js") == "/app/c.js"
    assert answer(one, "./lib/c.js") == "/app/lib/c.js"
    one.merge('{"imports": {"./c.js": "./d.js", "./lib/": "./other/", "./e.js": "./f.js"}}', BASE)
    assert answer(one, "./c.js") == "/app/c.js"
    assert answer(one, "./lib/d.js") == "/app/lib/d.js"
    assert answer(one, "./e.js") == "/app/f.js"
    one.merge('{"scopes": {"./": {"./c.js": "./d.js", "./g.js": "./h.js"}}}', BASE)
    assert answer(one, "./c.js") == "/app/c.js"
    assert answer(one, "./g.js") == "/app/h.js"


def test_integrity_is_kept_by_url() -> None:
    """The first map's word for a URL stands; bare names have none."""
    one = ImportMap()
    one.merge('{"integrity": {"./a.js": "sha256-x", "b": "sha256-y", "./c.js": 1}}', BASE)
    one.merge('{"integrity": {"./a.js": "sha256-z"}}', BASE)
    assert one.integrity == {"https://a.test/app/a.js": "sha256-x"}


def test_a_specifier_of_many_slashes() -> None:
    """A hundred thousand prefixes are not all looked up."""
    assert ask("x/" * 100_000, {"imports": {"y/": "./b/"}}).startswith("'x/x/")
