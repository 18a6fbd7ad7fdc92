"""``dataclass`` as the standard library has it, made in a third of the time where it is frozen and slotted.

What a page load needs has some 170 such classes. The library compiles six functions for each from text, half a
millisecond, a quarter of all that a command did before its first byte. Here ``__init__`` alone is compiled, since only
it has a shape of its own; the others are ordinary functions, and what nobody may assign to is refused by one for all
classes. ``fields``, ``replace``, ``asdict``, ``match``, ``copy`` and ``pickle`` work as ever, and type checkers see
the library's own decorator. Any room may import this file; it imports nothing of ours.
"""

from __future__ import annotations

import dataclasses
from inspect import get_annotations
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(**how: bool) -> Any:
        """``@dataclass(frozen=True, slots=True)``; a class with bases and any other choice is the library's to make."""

        def made(cls: type) -> type:
            quick = how == {"frozen": True, "slots": True} and cls.__bases__ == (object,)
            return _made(cls) if quick else dataclasses.dataclass(**how)(cls)

        return made


class _Factory:
    """Stands in a signature for a default that each instance gets anew."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY = _Factory()


def _made(cls: type) -> type:
    # The library would derive a text for a class without one from its signature, which takes as long as all else here.
    if not cls.__doc__:
        cls.__doc__ = f"{cls.__name__}({', '.join(get_annotations(cls))})"
    # It reads the fields and refuses what is none; without slots it gives back the class that it was given.
    read: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    read.__dataclass_params__.frozen = True
    fields = dataclasses.fields(read)
    if not all(field.init and not field.kw_only for field in fields):
        raise TypeError(f"{cls.__qualname__} has a field that is none of its constructor's, in order: use dataclasses")
    names = tuple(field.name for field in fields)
    members = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__", *names)}
    members["__slots__"] = names
    members["__init__"] = _init(cls, fields)
    members["__setattr__"], members["__delattr__"] = _refuse_assignment, _refuse_deletion
    members["__getstate__"], members["__setstate__"] = _state, _set_state
    compared = _comparisons([field.name for field in fields if field.compare])
    for name, function in (("__repr__", _repr([field.name for field in fields if field.repr])), *compared):
        if members.get(name) is None:  # a class with an __eq__ of its own has None for a __hash__
            function.__qualname__ = f"{cls.__qualname__}.{name}"
            members[name] = function
    anew = type(cls.__name__, cls.__bases__, members)
    anew.__qualname__ = cls.__qualname__
    return anew


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    scope: dict[str, Any] = {"_put": object.__setattr__, "_FACTORY": _FACTORY}
    parameters, lines = [], []
    for field in fields:
        name = field.name
        default = ""
        if field.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = field.default
            default = f"=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            scope[f"_new_{name}"] = field.default_factory
            default = "=_FACTORY"
            lines.append(f" if {name} is _FACTORY: {name} = _new_{name}()")
        parameters.append(f"{name}{default}")
        lines.append(f" _put(self, {name!r}, {name})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__(self, {', '.join(parameters)}):\n" + "\n".join(lines or [" pass"]), scope)
    init = scope["__init__"]
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    init.__module__, init.__qualname__ = cls.__module__, f"{cls.__qualname__}.__init__"
    return init


def _comparisons(names: list[str]) -> tuple[tuple[str, Any], ...]:
    """By the values of ``names``, as tuples compare, among instances of one class."""
    values: Any = attrgetter(*names) if len(names) > 1 else lambda self: tuple(getattr(self, name) for name in names)

    def __eq__(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(values(self))

    return ("__eq__", __eq__), ("__hash__", __hash__)


def _repr(names: list[str]) -> Any:
    def __repr__(self: object) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({values})"

    return __repr__


def _refuse_assignment(self: object, name: str, value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    """What ``copy`` and ``pickle`` keep."""
    return [getattr(self, name) for name in self.__match_args__]


def _set_state(self: Any, state: list[object]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)
