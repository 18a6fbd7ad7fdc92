"""One real server at a time, started for the tests that share it and ended after the last of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fetcher.net import NetOptions
from tests.support.servers import Server, require_or_skip, running, write_certificates


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a throw-away authority's ca.pem and a server's certificate, readable by the servers."""
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The server that the test is parametrised with (indirectly, by name)."""
    name: str = request.param
    require_or_skip(name)
    with running(name, certificates, tmp_path_factory.mktemp(name)) as started:
        yield started


@pytest.fixture
def trusting(certificates: Path) -> Callable[..., NetOptions]:
    """``NetOptions`` that trust the throw-away authority."""

    def options(**more: object) -> NetOptions:
        return NetOptions(ca_file=str(certificates / "ca.pem"), **more)  # type: ignore[arg-type]

    return options
