"""The README's picture is one that today's code makes: same style, same key, same rows; only its times may differ."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(r"\d+([.,]\d+)?")


def drawn(picture: str) -> tuple[str, list[str]]:
    """The style sheet, and every text numbers blanked, in no order: which of two rows is first may differ."""
    root = ElementTree.fromstring(picture)
    style = next(root.iter("{http://www.w3.org/2000/svg}style")).text or ""
    texts = ("".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text"))
    kept = (each for each in texts if not each.isdecimal())  # the axis has as many marks as the load was long
    return style, sorted({NUMBER.sub("0", each) for each in kept})


def test_the_picture_in_the_readme_is_of_todays_code(tmp_path: Path) -> None:
    new = tmp_path / "waterfall.svg"
    done = subprocess.run(
        [sys.executable, str(ROOT / "samples/waterfall.py"), str(new)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    committed = (ROOT / "samples/waterfall.svg").read_text(encoding="utf-8")
    assert drawn(committed) == drawn(new.read_text(encoding="utf-8")), "say `make waterfall`, and look at it"


def test_an_option_is_no_file(tmp_path: Path) -> None:
    """--help tells, another is refused, and neither is the name of what is written."""
    for option, code in (("--help", 0), ("--nonsense", 2)):
        command = [sys.executable, str(ROOT / "samples/waterfall.py"), option]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert done.returncode == code
        assert "FILE" in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_the_readme_shows_it() -> None:
    assert "](samples/waterfall.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
