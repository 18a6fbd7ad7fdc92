"""Frozen dataclasses to plain JSON values and back, from their type hints alone.

Nothing is written per field: a dataclass becomes an object in field order, a tuple an array, a ``StrEnum`` its value,
an ``IntEnum`` its lower-case name, None null. ``decode(cls, encode(value)) == value`` for every value whose floats are
finite. Decoding trusts nothing: each mismatch is a ``RecordError`` that names the place ("requests[3].times").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from fetcher.errors import RecordError

T = TypeVar("T")
Encoder = Callable[[Any], Any]
Decoder = Callable[[Any, str], Any]


def encode(value: object) -> Any:
    """``value``, an instance of a dataclass, as dicts, lists, strings, numbers, booleans and None."""
    kind: Any = type(value)
    return _encoder(kind)(value)


def decode(cls: type[T], data: object, where: str = "") -> T:
    """The ``cls`` that ``data`` describes. A missing member takes the field's default if it has one; an unknown
    member, a missing one without default or a value of the wrong type raises ``RecordError``."""
    return cast(T, _decoder(cast(Any, cls))(data, where))


@cache
def _encoder(hint: Any) -> Encoder:
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        members = [(field.name, _encoder(hints[field.name])) for field in fields(hint)]
        return lambda value: {name: encode_member(getattr(value, name)) for name, encode_member in members}
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _encoder(_required(args))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        if args[-1] is Ellipsis:
            item = _encoder(args[0])
            return lambda value: [item(one) for one in value]
        items = [_encoder(arg) for arg in args]
        return lambda value: [encode_item(one) for encode_item, one in zip(items, value, strict=True)]
    if issubclass(hint, IntEnum):
        return lambda value: value.name.lower()
    if issubclass(hint, Enum):
        return lambda value: value.value
    return lambda value: value


@cache
def _decoder(hint: Any) -> Decoder:
    if is_dataclass(hint):
        return _object(cast(type[Any], hint))
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _decoder(_required(args))
        return lambda data, where: None if data is None else inner(data, where)
    if origin is tuple:
        return _list(args[0]) if args[-1] is Ellipsis else _row(args)
    if issubclass(hint, Enum):
        return _word(hint)
    return _SCALARS[hint]


def _object(cls: type[Any]) -> Decoder:
    hints = get_type_hints(cls)
    members = {field.name: _decoder(hints[field.name]) for field in fields(cls)}
    needed = [f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING]

    def build(data: Any, where: str) -> Any:
        if not isinstance(data, dict):
            raise _wrong(where, "an object", data)
        for name in data:
            if name not in members:
                raise RecordError(f"{_at(where)}has a member {name!r} that this version of fetcher does not know")
        for name in needed:
            if name not in data:
                raise RecordError(f"{_at(where)}has no member {name!r}")
        prefix = f"{where}." if where else ""
        return cls(**{name: members[name](value, prefix + name) for name, value in data.items()})

    return build


def _list(hint: Any) -> Decoder:
    item = _decoder(hint)

    def build(data: Any, where: str) -> Any:
        if not isinstance(data, list):
            raise _wrong(where, "an array", data)
        return tuple([item(one, f"{where}[{index}]") for index, one in enumerate(data)])

    return build


def _row(args: tuple[Any, ...]) -> Decoder:
    items = [_decoder(arg) for arg in args]

    def build(data: Any, where: str) -> Any:
        if not isinstance(data, list) or len(data) != len(items):
            raise _wrong(where, f"an array of {len(items)}", data)
        return tuple([item(one, f"{where}[{n}]") for n, (item, one) in enumerate(zip(items, data, strict=True))])

    return build


def _word(enum: type[Enum]) -> Decoder:
    words = {member.name.lower() if issubclass(enum, IntEnum) else member.value: member for member in enum}

    def build(data: Any, where: str) -> Any:
        if not isinstance(data, str) or data not in words:
            raise _wrong(where, f"one of {', '.join(words)}", data)
        return words[data]

    return build


def _number(data: Any, where: str) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise _wrong(where, "a number", data)
    try:
        number = float(data)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(where, "a finite number", data)
    return number


def _integer(data: Any, where: str) -> int:
    if isinstance(data, bool) or not isinstance(data, int):
        raise _wrong(where, "an integer", data)
    return data


def _boolean(data: Any, where: str) -> bool:
    if not isinstance(data, bool):
        raise _wrong(where, "true or false", data)
    return data


def _text(data: Any, where: str) -> str:
    if not isinstance(data, str):
        raise _wrong(where, "a string", data)
    return data


_SCALARS: dict[type, Decoder] = {str: _text, float: _number, int: _integer, bool: _boolean}


def _required(args: tuple[Any, ...]) -> Any:
    """X of ``X | None``: the only kind of union a record has."""
    (one,) = (arg for arg in args if arg is not NoneType)
    return one


def _at(where: str) -> str:
    return f"The record, at {where}, " if where else "The record "


def _wrong(where: str, expected: str, found: object) -> RecordError:
    shown = ascii(found)  # it may be hostile: no control character may reach a terminal through an error
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return RecordError(f"{_at(where)}should have {expected} but has {shown}")
