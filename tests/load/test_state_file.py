"""``--storage FILE``: what goes in comes out, two runs lose nothing of each other, and no foreign file is touched."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fetcher.browser.storage import http_cache
from fetcher.browser.storage.cookies import Cookie
from fetcher.browser.storage.hsts import SecureHost
from fetcher.browser.storage.http_cache import CacheKey, StoredResponse
from fetcher.browser.storage.state import BrowserState
from fetcher.errors import UsageError
from fetcher.fields.set_cookie import SameSite
from fetcher.load import state_file
from fetcher.load.state_file import StateFile, with_given


def response(url: str = "https://a.test/a", content: bytes | None = b"\x00a{}", used: float = 3.0) -> StoredResponse:
    key = CacheKey(url, "https://a.test", "https://b.test", "frame")
    fields = (("content-type", "text/css"), ("x-latin", "\xe9"), ("x-latin", "2"))
    return StoredResponse(key, 200, "OK", "HTTP/2", fields, (("cookie", "a=1"),), 1.0, 2.5, used, 4, 9, content)


COOKIES = (
    Cookie("a", "1", "a.test", "/x", 2e9, False, True, True, SameSite.STRICT, 5.0, "https://top.test"),
    Cookie("b", "é", "b.test", expires=2e9, created=6.0),
)
STATE = BrowserState(COOKIES, (SecureHost("a.test", 2e9, True),), (response(content=None, used=1.0), response("u")))


def kept(path: Path) -> BrowserState:
    with StateFile(str(path)) as file:
        return file.read()


def save(path: Path, state: BrowserState) -> None:
    with StateFile(str(path)) as file:
        file.read()
        file.save(state)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    """Every member of every value, and nothing of a file that was just made."""
    path = tmp_path / "state.db"
    assert kept(path) == BrowserState()
    save(path, STATE)
    assert kept(path) == STATE
    assert [one.name for one in tmp_path.iterdir()] == ["state.db"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    save(tmp_path / "state.db", STATE)
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600


def test_a_sessions_cookies_end_with_it(tmp_path: Path) -> None:
    """As in a browser that is started again."""
    save(tmp_path / "state.db", BrowserState((Cookie("s", "1", "a.test"), COOKIES[1])))
    assert [one.name for one in kept(tmp_path / "state.db").cookies] == ["b"]


def test_what_is_gone_goes_and_what_changed_changes(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    save(path, STATE)
    changed = replace(STATE.stored[1], content=b"new", used=9.0)
    save(path, BrowserState(COOKIES[1:], (), (changed,)))
    assert kept(path) == BrowserState(COOKIES[1:], (), (changed,))


def test_two_runs_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """Each writes only what it changed."""
    path = str(tmp_path / "state.db")
    with StateFile(path) as one, StateFile(path) as other:
        one.read()
        other.read()
        one.save(BrowserState(COOKIES[:1], (), (response("1"),)))
        other.save(BrowserState(COOKIES[1:], (), (response("2"),)))
    both = kept(tmp_path / "state.db")
    assert both.cookies == COOKIES
    assert {one.key.url for one in both.stored} == {"1", "2"}


def test_a_file_in_use_is_waited_for_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file, "PATIENCE_S", 0.05)
    path = tmp_path / "state.db"
    save(path, STATE)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UsageError, match=r"in use by another process for 0\.05 s"):
        kept(path)
    holder.close()
    assert kept(path) == STATE


def test_the_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used longest ago goes."""
    monkeypatch.setattr(state_file, "HELD_BYTES", 10)
    save(tmp_path / "s", BrowserState((), (), tuple(response(f"{n}", b"x" * 4, used=float(n)) for n in (3, 1, 2))))
    assert [one.used for one in kept(tmp_path / "s").stored] == [2.0, 3.0]
    assert http_cache.HELD_BYTES > 10


def foreign_text(path: Path) -> None:
    path.write_text("[cookies]\n" * 1000)


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE notes (text)")
    database.close()


def newer(path: Path) -> None:
    save(path, STATE)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 2")
    database.close()


def damaged(path: Path) -> None:
    save(path, STATE)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def a_damaged_entry(path: Path) -> None:
    save(path, STATE)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE responses SET fields = '{'")
    database.close()


def cut(path: Path) -> None:
    save(path, STATE)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (foreign_text, "not a file that --storage wrote"),
        (foreign_database, "another program's"),
        (newer, "a newer fetcher"),
        (damaged, "damaged"),
        (a_damaged_entry, "damaged"),
        (cut, "damaged"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_alone(make: object, said: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(UsageError, match=said) as caught:
        kept(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "state.db"):
        with pytest.raises(UsageError, match="cannot be used"):
            StateFile(str(path))
    assert not (tmp_path / "none").exists()


def test_a_run_that_is_killed_leaves_it_sound(tmp_path: Path) -> None:
    """In the middle of writing: what was there before is there."""
    path = tmp_path / "state.db"
    save(path, STATE)
    program = """
import os, sys
from tests.load.test_state_file import *
with StateFile(sys.argv[1]) as file:
    file.read()
    file._shrink = lambda: os.kill(os.getpid(), 9)
    file.save(BrowserState((), (), tuple(response(str(n), bytes(100_000)) for n in range(50))))
"""
    ended = subprocess.run([sys.executable, "-c", program, str(path)], env={**os.environ, "PYTHONPATH": os.getcwd()})
    assert ended.returncode == -9
    assert kept(path) == STATE


def test_given_cookies_come_last() -> None:
    """-b FILE beside --storage FILE: the newer ones count."""
    given = BrowserState((Cookie("a", "2", "a.test"),))
    assert with_given(STATE, given).cookies == (*COOKIES, *given.cookies)
    assert with_given(STATE, None) is STATE
