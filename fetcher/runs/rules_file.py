"""Rules of a user's own, from a Python file: ``--rules my_rules.py``. Every rule made in it is taken, in order.

The file is run as a program is: only name one you trust. Whatever is wrong with it is one sentence with the line.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from fetcher.audits.rule import Rule
from fetcher.errors import UsageError


def read_rules(names: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of each file. Raises ``UsageError``."""
    return tuple(rule for name in names for rule in _rules_of(name))


def _rules_of(name: str) -> list[Rule]:
    path = Path(name)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--rules {name}: the file cannot be read: {error.strerror or error}") from error
    module = ModuleType(f"fetcher_rules_{path.stem}")
    module.__file__ = name
    sys.modules[module.__name__] = module  # where dataclasses and pickles look their module up
    sys.path.insert(0, str(path.resolve().parent))
    try:
        exec(compile(source, name, "exec"), module.__dict__)
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno is not None else ""
        raise UsageError(f"--rules {name}{where}: {error.msg}") from error
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise UsageError(f"--rules {name}{_line(name, error)}: {said}") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if not found:
        raise UsageError(f"--rules {name}: there is no rule in it; put @fetcher.rule('its-name') above a function")
    return list({rule.id: rule for rule in found}.values()) if _same(found) else found


def _same(found: list[Rule]) -> bool:
    """Whether rules of one name are one rule under two names of the file."""
    return all(one is other for one in found for other in found if one.id == other.id)


def _line(name: str, error: BaseException) -> str:
    """ ", line 12" of the file's innermost frame."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return f", line {lines[-1]}" if lines else ""
