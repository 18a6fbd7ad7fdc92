"""The JSON Schema (draft 2020-12) of a saved record, made from the dataclasses' type hints alone, like the codec.

``schema()`` is what ``to_json`` gives, no more and no less: every member is required, none may be added, unknown is
null. The published copy, ``page-load.schema.json`` beside this file, is the same object; a test keeps it so
(``write()`` renews it). A reader is more lenient in one thing: members that have a default may be missing.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fetcher.record.page_load import SCHEMA_VERSION, PageLoad

PUBLISHED = Path(__file__).with_name("page-load.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    float: {"type": "number"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
}


def schema() -> dict[str, Any]:
    """The schema as a new dict."""
    definitions: dict[str, Any] = {}
    _describe(PageLoad, definitions)
    load = definitions.pop("PageLoad")
    load["properties"]["schema"] = {"const": SCHEMA_VERSION}
    return {
        "$schema": DIALECT,
        "$id": f"urn:fetcher:page-load:{SCHEMA_VERSION}",
        "title": "A page load recorded by fetcher",
        **load,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_of(cls: type, identity: str, title: str, constants: dict[str, Any]) -> dict[str, Any]:
    """The schema of another saved form: that of the dataclass ``cls`` with ``constants`` in front of its members. A
    record in it is described in full."""
    definitions: dict[str, Any] = {}
    _describe(cls, definitions)
    whole = definitions.pop(cls.__name__)
    fixed = {name: {"const": value} for name, value in constants.items()}
    whole["properties"] = {**fixed, **whole["properties"]}
    whole["required"] = [*fixed, *whole["required"]]
    return {"$schema": DIALECT, "$id": identity, "title": title, **whole, "$defs": dict(sorted(definitions.items()))}


def text() -> str:
    """The published file's content."""
    return json.dumps(schema(), indent=1) + "\n"


def write() -> None:
    """Renew the published copy after the record has changed."""
    PUBLISHED.write_text(text(), encoding="ascii", newline="\n")


def _describe(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type hint; dataclasses and enumerations are put among ``definitions`` by name."""
    if is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, Enum)):
        assert isinstance(hint, type)
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__].update(_named(hint, definitions))
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (inner,) = (arg for arg in args if arg is not NoneType)
        described = _describe(inner, definitions)
        if list(described) == ["type"]:
            return {"type": [described["type"], "null"]}
        return {"anyOf": [described, {"type": "null"}]}
    if origin is tuple and args[-1] is Ellipsis:
        return {"type": "array", "items": _describe(args[0], definitions)}
    if origin is tuple:
        items = [_describe(arg, definitions) for arg in args]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "items": False}
    return dict(_SCALARS[hint])


def _named(cls: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    words = cls.__dict__.get("__doc__")
    if issubclass(cls, Enum):
        about = {"description": " ".join(words.split())} if words else {}
        return {**about, "enum": [one.name.lower() if issubclass(cls, IntEnum) else one.value for one in cls]}
    about = {"description": " ".join(words.split())}
    hints = get_type_hints(cls)
    members = [field.name for field in fields(cls)]
    return {
        **about,
        "type": "object",
        "properties": {name: _describe(hints[name], definitions) for name in members},
        "required": members,
        "additionalProperties": False,
    }
