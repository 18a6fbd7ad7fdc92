"""Why a text cannot be read as JSON or TOML, as a clause for a person and not in a parser's words: "it is empty"."""

from __future__ import annotations

import json


def why_not_json(error: ValueError | RecursionError) -> str:
    """``error`` is what reading the file or parsing its text raised."""
    match error:
        case RecursionError():
            return "its lists are nested too deeply, so that it is not JSON anybody meant"
        case UnicodeDecodeError():
            return "it is not text"
        case json.JSONDecodeError(doc=text, pos=at):
            end = len(text.rstrip())
            if not end:
                return "it is empty"
            if at >= end:
                return f"it is not JSON but breaks off in line {error.lineno}"
            if not text[:at].strip():
                return "it is not JSON"
            return f"it is not JSON: line {error.lineno}, column {error.colno} cannot be read"
        case _:
            return "it is not JSON: a number in it is too long"


def why_not_toml(error: ValueError | RecursionError) -> str:
    """The same of TOML, whose parser says of most faults well enough what is wrong and where."""
    match error:
        case RecursionError():
            return "its arrays are nested too deeply"
        case ValueError() if "digits" in str(error):
            return "a number in it is too long"
        case _:
            return str(error)
