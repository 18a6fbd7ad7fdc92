"""``fetcher.frozen.dataclass`` makes what the standard library's decorator makes: each question is put to both."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import types
from dataclasses import field
from typing import Any, get_type_hints

import pytest

from fetcher import frozen


def text_of(kind: Any) -> tuple[Any, Any, Any]:
    """A class with defaults, one nobody shows, one that counts for nothing, and a check; one without fields; one of one
    field with equality of its own."""

    @kind(frozen=True, slots=True)
    class Part:
        name: str
        secret: str = field(default="s", repr=False)
        where: int = field(default=0, compare=False)
        many: list[int] = field(default_factory=list)

        def __post_init__(self) -> None:
            if not self.name:
                raise ValueError("no name")

        @property
        def loud(self) -> str:
            return self.name.upper()

    @kind(frozen=True, slots=True)
    class Nothing:
        """It says what it is."""

    @kind(frozen=True, slots=True)
    class Own:
        value: float

        def __eq__(self, other: object) -> bool:
            return True

    return Part, Nothing, Own


OURS = text_of(frozen.dataclass)
THEIRS = text_of(dataclasses.dataclass)


def refused(work: Any, *arguments: Any) -> tuple[type, str]:
    with pytest.raises((AttributeError, TypeError, ValueError)) as caught:  # FrozenInstanceError is the first
        work(*arguments)
    return caught.type, str(caught.value)


def matched(kind: Any, value: object) -> object:
    match value:
        case kind(name, _, where):
            return name, where
    return None


QUESTIONS: dict[str, Any] = {
    "repr": lambda part, nothing, own: (repr(part("a", many=[1])), repr(nothing()), repr(own(1.0))),
    "equal": lambda part, nothing, own: (
        part("a") == part("a", where=2), part("a") == part("b"), part("a") == part("a", "t"), part("a") == ("a",),
        nothing() == nothing(), own(1) == own(2), part("a") != part("a"),
    ),
    "hash": lambda part, nothing, own: (
        hash(part("a", many=())) == hash(part("a", many=(), where=3)), hash(nothing()), hash(own(1.0)),
        refused(hash, part("a")),
    ),
    "fresh lists": lambda part, nothing, own: part("a").many is part("a").many,
    "fields": lambda part, nothing, own: [(f.name, f.type, f.repr, f.compare) for f in dataclasses.fields(part)],
    "replace": lambda part, nothing, own: repr(dataclasses.replace(part("a"), name="b", where=5)),
    "asdict": lambda part, nothing, own: dataclasses.asdict(part("a", "b", 3, [4])),
    "signature": lambda part, nothing, own: (str(inspect.signature(part)), str(inspect.signature(nothing))),
    "types": lambda part, nothing, own: get_type_hints(part),
    "assignment": lambda part, nothing, own: refused(setattr, part("a"), "name", "b"),
    "deletion": lambda part, nothing, own: refused(delattr, part("a"), "name"),
    "a check": lambda part, nothing, own: refused(part, ""),
    "too few": lambda part, nothing, own: refused(part)[0],
    "unknown": lambda part, nothing, own: refused(lambda: part("a", other=1))[0],
    "slots": lambda part, nothing, own: (part.__slots__, hasattr(part("a"), "__dict__"), nothing.__slots__),
    "match": lambda part, nothing, own: (part.__match_args__, matched(part, part("a", where=4))),
    "copy": lambda part, nothing, own: [repr(how(part("a", "b", 3, [4]))) for how in (copy.copy, copy.deepcopy)],
    "names": lambda part, nothing, own: (part.__qualname__, part.__module__, part.__init__.__qualname__),
    "text": lambda part, nothing, own: nothing.__doc__,
    "members": lambda part, nothing, own: (part("a").loud, type(vars(part)["loud"])),
    "no dataclass": lambda part, nothing, own: dataclasses.is_dataclass(part),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_librarys(name: str) -> None:
    question = QUESTIONS[name]
    assert question(*OURS) == question(*THEIRS)


def test_a_value_equals_itself_whatever_it_holds() -> None:
    """As members of tuples are compared, which the library did up to Python 3.12."""
    value = float("nan")
    assert OURS[0]("a", value) == OURS[0]("a", value)


def test_no_name_can_be_assigned_to() -> None:
    """Where the library's class stumbles over its own slots, with a TypeError about super."""
    assert refused(setattr, OURS[1](), "other", 1)[0] is dataclasses.FrozenInstanceError


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    """At the top of a file, where pickle finds it."""

    one: int
    two: tuple[str, ...] = ()


def test_a_pickled_value_comes_back() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, ("a",)))) == Kept(1, ("a",))


def test_a_mutable_default_is_refused_as_ever() -> None:
    def fill(body: dict[str, Any]) -> None:
        body |= {"__annotations__": {"many": "list"}, "many": []}

    with pytest.raises(ValueError, match="mutable default"):
        frozen.dataclass(frozen=True, slots=True)(types.new_class("Wrong", (), {}, fill))


def test_what_it_cannot_make_is_refused_or_the_librarys() -> None:
    """A field that is no parameter would be lost; a class with a base, or that may change, is made as ever."""

    with pytest.raises(TypeError, match="use dataclasses"):

        @frozen.dataclass(frozen=True, slots=True)
        class Wrong:
            name: str = field(init=False)

    @frozen.dataclass(slots=True)
    class Open:
        name: str

    one = Open("a")
    one.name = "b"
    assert one == Open("b")

    @frozen.dataclass(frozen=True, slots=True)
    class Below(Kept):
        three: int = 3

    assert repr(Below(1)).endswith("Below(one=1, two=(), three=3)")
