"""What stands on the terminal, whole, against golden files; and what rich is asked about the stream.

``GOLDEN=write pytest tests/report`` writes the files anew; read the diff before committing it.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from fetcher.report import print_difference, print_load, render_difference, render_load
from fetcher.report.terminal import print_check
from tests.support.checks import checked, load
from tests.support.loads import eager_http1, failed, hostile, many, shop, shop_without_hints

GOLDEN = Path(__file__).parent / "golden"
ANSI = re.compile(r"\x1b\[[0-9;]*m")

difference = partial(render_difference, shop_without_hints(), shop())

RENDERED: dict[str, Callable[[], str]] = {
    "shop-80.txt": lambda: render_load(shop(), width=80, color=False),
    "shop-80.ansi": lambda: render_load(shop(), width=80, color=True),
    "shop-80-ascii.txt": lambda: render_load(shop(), width=80, color=False, unicode=False),
    "shop-200.txt": lambda: render_load(shop(), width=200, color=False),
    "shop-200.ansi": lambda: render_load(shop(), width=200, color=True),
    "eager-80.txt": lambda: render_load(eager_http1(), width=80, color=False),
    "failed-80.txt": lambda: render_load(failed(), width=80, color=False),
    "hostile-80.txt": lambda: render_load(hostile(), width=80, color=False),
    "many-80.txt": lambda: render_load(many(500), width=80, color=False),
    "many-200.txt": lambda: render_load(many(500), width=200, color=False),
    "difference-80.txt": lambda: difference(width=80, color=False),
    "difference-120.ansi": lambda: difference(width=120, color=True),
    "difference-80-ascii.txt": lambda: difference(width=80, color=False, unicode=False),
}


@pytest.mark.parametrize("name", RENDERED)
def test_golden(name: str) -> None:
    """The text is the golden file's, byte for byte."""
    text = RENDERED[name]()
    path = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("name", RENDERED)
def test_every_golden_diffs_well(name: str) -> None:
    """No trailing space, one newline at the end, and no escape sequence but colours."""
    text = ANSI.sub("", RENDERED[name]())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for line in text.splitlines():
        assert line == line.rstrip()
        assert line.isprintable()


def test_colour_adds_nothing_but_colour() -> None:
    """Without its escape sequences the coloured text is the plain text."""
    for width in (80, 200):
        colored = render_load(shop(), width=width, color=True)
        assert "\x1b[" in colored
        assert ANSI.sub("", colored) == render_load(shop(), width=width, color=False)


class Stream(io.StringIO):
    """A text stream that claims an encoding, and to be a terminal or not."""

    def __init__(self, encoding: str = "utf-8", terminal: bool = True) -> None:
        super().__init__()
        self._claimed, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._claimed

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A colour terminal of 100 columns, whatever runs the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    return monkeypatch


def test_a_terminal_gets_colour_and_its_width(plain_environment: pytest.MonkeyPatch) -> None:
    """Colour is automatic, the width is the terminal's."""
    stream = Stream()
    print_load(shop(), file=stream)
    assert stream.getvalue() == render_load(shop(), width=100, color=True)


def test_no_color_and_files_get_none(plain_environment: pytest.MonkeyPatch) -> None:
    """A stream that is no terminal gets plain text, and so does a terminal under NO_COLOR."""
    plain = render_load(shop(), width=100, color=False)
    stream = Stream(terminal=False)
    print_load(shop(), file=stream)
    assert stream.getvalue() == plain
    plain_environment.setenv("NO_COLOR", "1")
    stream = Stream()
    print_load(shop(), file=stream)
    assert stream.getvalue() == plain


def test_colour_can_be_demanded(plain_environment: pytest.MonkeyPatch) -> None:
    """--color always colours a file too, --color never leaves a terminal plain."""
    stream = Stream(terminal=False)
    print_difference(shop_without_hints(), shop(), file=stream, color=True)
    assert stream.getvalue() == difference(width=100, color=True)
    stream = Stream()
    print_difference(shop_without_hints(), shop(), file=stream, color=False)
    assert stream.getvalue() == difference(width=100, color=False)


def test_other_encodings_get_ascii(plain_environment: pytest.MonkeyPatch) -> None:
    """A terminal in Latin-1 cannot show the glyphs."""
    stream = Stream("iso-8859-1", terminal=False)
    print_load(hostile(), file=stream, all_rows=True)
    assert stream.getvalue().isascii()
    assert stream.getvalue() == render_load(hostile(), width=100, color=False, unicode=False, all_rows=True)


def test_the_difference_is_called_one_run_each() -> None:
    """Figures of both loads, the difference with its sign, and the caveat."""
    text = difference(width=100, color=False)
    assert re.search(r"final response headers +323\.1 ms +322\.9 ms +−0\.2 ms\n", text)
    assert re.search(r"/css/main\.css complete +349\.9 ms +44\.6 ms +−305\.3 ms\n", text)
    assert re.search(r"/fonts/inter\.woff2 sent +- +21\.9 ms +-\n", text)
    assert "One run each; not a measurement of effect size." in text


@pytest.mark.parametrize("said", ["##vso[task.setvariable]x", "##[error]x", "##teamcity[x]"])
def test_nothing_printed_is_a_runners_command(said: str) -> None:
    """CI runners read commands from any line: what a server sent is in a load's and a check's report, and in none."""
    raw = f"</{said}.css>; rel=preload; as=style; {said}"
    link = (raw, "</b.css>; rel=preload; as=style; nopush")
    made = checked(load(*link))
    notes = replace(shop(), notes=(said, f"::error::{said}"), final_url=f"https://shop.test/{said}")
    stream = io.StringIO()
    print_load(notes, file=stream, color=False)
    print_check([replace(made, url=f"https://shop.test/{said}")], file=stream, color=False, all_rows=True)
    assert said.replace("##", "# #") in stream.getvalue()
    for line in stream.getvalue().splitlines():
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)
