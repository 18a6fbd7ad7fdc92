"""The package's public face: which names there are, that each is there, that asking for none costs nothing, and that
strict type checkers see all of them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from inspect import isclass, iscoroutinefunction
from pathlib import Path

import pytest

import fetcher
from tests.support.start_up import bare_starts

ROOT = Path(__file__).resolve().parent.parent

NAMES = [
    *("fetch", "connect", "Connection", "Response", "InterimResponse"),
    *("load_page", "PageLoad", "load_record", "save_record", "from_har", "save_har"),
    *("check", "Checked", "compare", "Comparison", "Expectations", "sync", "NetOptions", "Limits"),
    *("audit", "Audit", "Finding", "rule"),
    *("FetcherError", "UsageError", "InvalidURL", "NetworkError", "LookupFailed", "ConnectFailed", "TLSFailed"),
    *("ConnectionLost", "ProtocolError", "RemoteProtocolError", "LimitExceeded", "DeadlineExceeded", "ContentError"),
]


def test_the_names_are_these() -> None:
    """A name added or lost is a decision about everybody's programs; it is made here too."""
    assert sorted(fetcher.__all__) == sorted(NAMES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_name_resolves_and_is_listed(name: str) -> None:
    """It is there, ``dir`` shows it, it is documented, and it is the same thing the second time."""
    value = getattr(fetcher, name)
    assert name in dir(fetcher)
    assert value.__doc__
    assert getattr(fetcher, name) is value
    if isclass(value):
        assert value.__module__.split(".")[0] == "fetcher"


def test_no_name_hides_a_submodule() -> None:
    """``import fetcher.load`` must never change what ``fetcher.load_page`` or any other public name is; ``sync`` is
    the submodule itself."""
    own = {path.stem for path in (ROOT / "fetcher").iterdir() if not path.name.startswith("_")}
    assert own & set(NAMES) == {"sync"}


ROOMS = [path.parent.name for path in (ROOT / "fetcher").glob("*/__init__.py")]
LAZY = [room for room in ROOMS if hasattr(import_module(f"fetcher.{room}"), "__getattr__")]


@pytest.mark.parametrize("room", LAZY)
def test_no_name_of_a_room_that_is_lazy_is_a_file_of_it(room: str) -> None:
    """What a room gives for a name must not depend on which of its files have been imported before."""
    files = {path.stem for path in (ROOT / "fetcher" / room).iterdir() if not path.name.startswith("_")}
    assert not files & set(import_module(f"fetcher.{room}").__all__)


def test_what_does_not_exist_is_said_as_usual() -> None:
    """A misspelt name is an AttributeError naming the package, and an ImportError from an import."""
    with pytest.raises(AttributeError, match="module 'fetcher' has no attribute 'lod_page'"):
        _ = fetcher.lod_page
    with pytest.raises(ImportError):
        exec("from fetcher import lod_page")


def test_the_blocking_twins() -> None:
    """``sync`` has a twin of each coroutine that returns a plain value, and they are no coroutines."""
    for name in fetcher.sync.__all__:
        assert iscoroutinefunction(getattr(fetcher, name))
        assert not iscoroutinefunction(getattr(fetcher.sync, name))


def test_importing_the_package_imports_nothing_else() -> None:
    """``import fetcher`` loads no room and no third-party package until a name is asked for."""
    code = "import sys; old = set(sys.modules); import fetcher; print(*sorted(set(sys.modules) - old))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    tops = {name.partition(".")[0] for name in done.stdout.split()}
    assert "fetcher" in tops
    assert [name for name in done.stdout.split() if name.startswith("fetcher.")] == []
    assert {name for name in tops if name not in sys.stdlib_module_names} == {"fetcher"}


def test_importing_the_package_is_quick() -> None:
    """Under 5 times the CPU of a bare interpreter (2, mostly); `make bench` has the time on the wall."""
    assert bare_starts("-c", "import fetcher") < 5


def test_strict_type_checkers_see_the_public_names() -> None:
    """``public_api_program.py`` uses them as programs do, and mypy --strict agrees with the types it expects; errors
    in the package itself are for `make types`."""
    pytest.importorskip("mypy")
    file = ROOT / "tests" / "support" / "public_api_program.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
