"""The options of one arm of a comparison, as ``--a`` and ``--b`` give them: those of ``fetcher load``, in one text.

``--b '--browser firefox --device mobile'`` means what ``fetcher load --browser firefox --device mobile URL`` means; the
options common to both arms stand on the command itself. Files and views belong to no arm and are refused.
"""

from __future__ import annotations

import shlex
from typing import Any

import typer

from fetcher.cli import options as o
from fetcher.errors import UsageError

_BadCommandLine: Any = typer.BadParameter.__mro__[2]  # what the parser raises, which has no public name

ALLOWED = frozenset(
    {
        "browser", "no_early_hints", "http", "cacert", "insecure", "resolve", "connect_to", "header", "header_scope",
        "user_agent", "cookie", "user", "cert", "key", "proxy", "noproxy", "device", "viewport", "dpr", "transport",
        "frames", "max_time",
    }
)  # fmt: skip


def arm_options(text: str, url: str, option: str, common: dict[str, Any] | None = None) -> dict[str, Any]:
    """Arguments for ``load_page`` from ``text``; ``common`` are ``load``'s options that hold where ``text`` is silent.
    Raises ``UsageError``, naming ``option``."""
    params, given = _parsed(text, url, option)
    merged = {**{name: params.get(name) for name in ALLOWED}, **(common or {}), **given}
    return load_arguments(url, merged)


def without_secrets(text: str, url: str, option: str) -> str:
    """``text`` for a report and a saved file: without the passwords, cookies and credentials that it gives in full.
    A ``${NAME}`` and the name of a cookie file tell nothing and stay. Raises ``UsageError`` that names ``option``.
    """
    from fetcher.record.redaction import REDACTED, SECRET_FIELDS  # 15 ms that no other command waits for

    _, given = _parsed(text, url, option)
    fields = [one.partition(":") for one in given.get("header") or ()]
    secrets = [value.strip() for name, _, value in fields if name.strip().lower() in SECRET_FIELDS]
    secrets += [given[name] for name in ("user", "proxy") if given.get(name) and (name == "user" or "@" in given[name])]
    secrets += [given["cookie"]] if "=" in (given.get("cookie") or "") else []
    words = shlex.split(text)
    for secret in filter(None, secrets):
        words = [word if "${" in secret else word.replace(secret, REDACTED) for word in words]
    return text if words == shlex.split(text) else shlex.join(words)


def _parsed(text: str, url: str, option: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """All parameters of ``load`` by name, and those of them that ``text`` gives."""
    from fetcher.cli import load

    command = typer.main.get_command(_app(load.load))
    try:
        words = shlex.split(text)
        context = command.make_context(f"fetcher compare {option}", [*words, url], resilient_parsing=False)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} cannot be split into options: {error}") from error
    except (typer.Exit, typer.Abort):
        raise UsageError(f"{option} takes options of fetcher load, not {text!r}") from None
    except _BadCommandLine as error:
        raise UsageError(f"{option} {text!r}: {_said(error)}") from error
    given = {
        name: value
        for name, value in context.params.items()
        if str(context.get_parameter_source(name)).endswith("COMMANDLINE")
    }
    given.pop("url", None)
    wrong = sorted(set(given) - ALLOWED)
    if wrong:
        raise UsageError(f"{option} takes no --{wrong[0].replace('_', '-')}: it says how a page is loaded, no more")
    return context.params, given


def load_arguments(url: str, params: dict[str, Any]) -> dict[str, Any]:
    """``load``'s parameters by name as arguments for ``load_page``."""
    device, transport = params["device"], o.Transports(params["transport"])
    net = o.net_options(
        http=o.HttpVersions(params["http"]), cacert=params["cacert"], insecure=params["insecure"],
        resolve=params["resolve"], connect_to=params["connect_to"], cert=params["cert"], key=params["key"],
        proxy=params["proxy"], noproxy=params["noproxy"],
    )  # fmt: skip
    asked = o.page_options(
        url, cookie=params["cookie"], user=params["user"], header_scope=o.HeaderScopes(params["header_scope"]),
        device=None if device is None else o.Devices(device), viewport=params["viewport"], dpr=params["dpr"],
    )  # fmt: skip
    if transport is not o.Transports.CONNECTIONS:
        asked["transport"] = transport.value
    return {
        "browser": params["browser"], "early_hints": not params["no_early_hints"],
        "headers": o.header_fields(params["header"]), "user_agent": params["user_agent"], "options": net,
        "timeout": params["max_time"], "frames": params["frames"], **asked,
    }  # fmt: skip


def _app(function: Any) -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command()(function)
    return app


def _said(error: Any) -> str:
    text: str = error.format_message().rstrip(".")
    return text
