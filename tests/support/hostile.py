"""Texts that try to leave the place they are printed in, and a way to put one into every text of a value."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast

Value = TypeVar("Value")

TEXTS = (
    "\x1b[2J\x1b]0;owned\x07",
    "\n::error::owned",
    "::set-output name=a::owned",
    "##[error]owned",
    "##vso[task.setvariable variable=a]owned",
    "a%0A::error::owned",
    "</testcase><owned/>",
    '" owned="yes',
    "]]><owned/>",
    "&owned;",
    "\x00\x08\ufffe\ud800",
    "<script>owned()</script>",
    "</details><img src=x onerror=owned()>",
    "[owned](javascript:owned())",
    "![owned](https://owned.test/pixel)",
    "`<b>owned</b>`",
    "``` \n<b>owned</b>\n```",
    "\n\n<b>owned</b>\n\n# owned",
    "@owned #1 owned/owned#1 https://owned.test/ www.owned.test",
    "\u202eowned\u2066\u200b",
    "a\r\nowned: yes",
    "| owned | table |\n|---|---|",
    "- owned\n1. owned\n> owned",
    "~~~\nowned\n~~~",
    "<!-- owned -->",
    "\\<b>owned\\</b>",
)


def infected(value: Value, text: str) -> Value:
    """``value`` with ``text`` in place of every text in it; enumerations, numbers and None stay."""
    return cast(Value, _walk(value, text))


def _walk(value: Any, text: str) -> Any:
    if type(value) is str:
        return text
    if type(value) is tuple:
        return tuple(_walk(item, text) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{each.name: _walk(getattr(value, each.name), text) for each in fields(value)})
    return value
