"""The smallest valid file of each type, so that what a page asks for next never depends on a file that did not load."""

from __future__ import annotations

import struct
import zlib

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "json": "application/json",
    "png": "image/png",
    "jpg": "image/png",
    "jpeg": "image/png",
    "gif": "image/png",
    "webp": "image/png",
    "avif": "image/png",
    "ico": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "woff": "font/woff",
    "ttf": "font/ttf",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "vtt": "text/vtt",
    "txt": "text/plain",
    "xml": "application/xml",
    "pdf": "application/pdf",
    "webmanifest": "application/manifest+json",
}


def _png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


def _font() -> bytes:
    """A TrueType font of two empty glyphs that maps the printable ASCII letters to the second."""
    letters = 0x7E - 0x20 + 1
    cmap4 = struct.pack(
        ">HHHHHHHHHHHHHHHH", 4, 32 + 2 * letters, 0, 4, 4, 1, 0, 0x7E, 0xFFFF, 0, 0x20, 0xFFFF, 0, 1, 4, 0
    ) + struct.pack(f">{letters}H", *([1] * letters))
    family = "x".encode("utf-16-be")
    names = b"".join(struct.pack(">HHHHHH", 3, 1, 0x409, each, len(family), 0) for each in (1, 2, 3, 4, 6))
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, 500, 400, 5, 0) + struct.pack(">11h", *([100] * 10), 0) + bytes(10)
        + bytes(16) + b"none" + struct.pack(">HHHhhhHH", 0x40, 0x20, 0x7E, 800, -200, 0, 800, 200) + bytes(8)
        + struct.pack(">hhHHH", 500, 700, 0, 0x20, 1),
        b"cmap": struct.pack(">HHHHI", 0, 1, 3, 1, 12) + cmap4,
        b"glyf": bytes(4),
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 11, 1000, 3_000_000_000, 3_000_000_000,
            0, 0, 500, 700, 0, 8, 2, 0, 0,
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 500, 0, 0, 500, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        b"hmtx": struct.pack(">HhHh", 500, 0, 500, 0),
        b"loca": struct.pack(">HHH", 0, 0, 0),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": struct.pack(">HHH", 0, 5, 6 + len(names)) + names + family,
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }  # fmt: skip
    offset = 12 + 16 * len(tables)
    directory, content = b"", b""
    for tag, data in tables.items():
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">III", total, offset + len(content), len(data))
        content += padded
    font = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, len(tables) * 16 - 128) + directory + content
    whole = sum(struct.unpack(f">{len(font) // 4}I", font)) & 0xFFFFFFFF
    at = font.index(struct.pack(">I", 0x5F0F3CF5)) - 4
    return font[:at] + struct.pack(">I", (0xB1B0AFBA - whole) & 0xFFFFFFFF) + font[at + 4 :]


PNG = _png()
FONT = _font()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path id="i" d="M0 0h8v8z"/></svg>'

CONTENT: dict[str, bytes] = {
    "image/png": PNG,
    "image/svg+xml": SVG,
    "font/woff2": FONT,
    "font/woff": FONT,
    "font/ttf": FONT,
    "text/html; charset=utf-8": b"<!doctype html><title>x</title>",
    "application/json": b"{}",
    "application/manifest+json": b"{}",
    "text/vtt": b"WEBVTT\n",
    "application/xml": b"<x/>",
}
"""Only ``anything`` answers with these; a type that is not here is empty."""
