"""Real servers, each started for the first test that wants it and shared by the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from fetcher.net import NetOptions
from tests.support.servers import Server, require_or_skip, running, write_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a throw-away authority's ca.pem and a server's certificate, readable by the servers."""
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def servers(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """The server of that name, started when it is first asked for and ended with the session."""
    with ExitStack() as stack:

        @cache
        def start(name: str) -> Server:
            return stack.enter_context(running(name, certificates, tmp_path_factory.mktemp(name)))

        yield start


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Callable[[str], Server]) -> Server:
    """The server that the test is parametrised with (indirectly, by name)."""
    require_or_skip(request.param)
    return servers(request.param)


@pytest.fixture
def trusting(certificates: Path) -> Callable[..., NetOptions]:
    """``NetOptions`` that trust the throw-away authority."""

    def options(**more: object) -> NetOptions:
        return NetOptions(ca_file=str(certificates / "ca.pem"), **more)  # type: ignore[arg-type]

    return options
