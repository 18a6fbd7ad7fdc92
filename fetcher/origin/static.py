"""Files of a directory as the answers of a site, by the path they have there."""

from __future__ import annotations

from pathlib import Path

from fetcher.errors import UsageError
from fetcher.origin.script import Answer, asset

# Named here rather than asked of the system, whose table differs from machine to machine.
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".wasm": "application/wasm",
    ".pdf": "application/pdf",
}


def content_type(path: str | Path) -> str:
    return TYPES.get(Path(path).suffix.lower(), "application/octet-stream")


def files(directory: str | Path, *, delay_ms: float = 0, cache: str | None = "max-age=600") -> dict[str, Answer]:
    """A route for every file below ``directory`` ("/styles/site.css"), read now; an index.html also answers for its
    folder. Raises ``UsageError`` when there is no such directory."""
    root = Path(directory)
    if not root.is_dir():
        raise UsageError(f"there is no directory {str(directory)!r} to serve")
    routes: dict[str, Answer] = {}
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        route = "/" + file.relative_to(root).as_posix()
        answer = asset(file.read_bytes(), content_type(file), delay_ms=delay_ms, cache=cache)
        routes[route] = answer
        if file.name == "index.html":
            routes[route.removesuffix("index.html")] = answer
    return routes
