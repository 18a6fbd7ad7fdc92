"""Blocking twins of the coroutines, for scripts and notebooks: ``fetcher.sync.load_page(url)``,
``fetcher.sync.check(url)``.

Each call runs on a loop of its own in a thread of its own, so it also works where a loop is running already.
These two give finished records; ``fetch`` and ``connect`` stream from an open connection and have no twin here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from fetcher.load import load_page as _load_page
from fetcher.runs import check as _check

P = ParamSpec("P")
T = TypeVar("T")


def _blocking(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with ThreadPoolExecutor(1, thread_name_prefix="fetcher") as thread:
            return thread.submit(lambda: asyncio.run(function(*args, **kwargs))).result()

    call.__name__ = function.__name__
    call.__doc__ = f"Blocking twin of ``{function.__module__}.{function.__name__}``; same arguments and errors."
    return call


check = _blocking(_check)
load_page = _blocking(_load_page)

__all__ = ["check", "load_page"]
