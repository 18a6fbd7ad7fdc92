"""Pages whose requests differ in the ``priority`` field Chromium sends over HTTP/2: by element, attribute and position.

Each is a line of markup; every request it makes is compared, by its path, with what Chromium 156 sent for it.
``{b}`` is another host's authority.
"""

from __future__ import annotations

HEAD = "<!doctype html><meta charset=utf-8><title>x</title>"
IMG = "<img src=/i.png>"


PLACES = ("head", "body", "late")


def _in(where: str, markup: str) -> str:
    """``markup`` in the head, early in the body, or after the first image."""
    return HEAD + {"head": "", "body": "<p>x</p>", "late": "<p>x</p><img src=/first.png>"}[where] + markup + "<p>y</p>"


SCRIPTS = (
    "",
    "async",
    "defer",
    "type=module",
    "type=module async",
    "fetchpriority=high",
    "fetchpriority=low",
    "async fetchpriority=high",
    "defer fetchpriority=high",
    "type=module fetchpriority=low",
    "async fetchpriority=low",
    "blocking=render async",
    "crossorigin",
)
LINKS = (
    "rel=stylesheet href=/t.css",
    "rel=stylesheet href=/t.css media=print",
    "rel=stylesheet href=/t.css media=print fetchpriority=high",
    "rel=stylesheet href=/t.css media=print fetchpriority=low",
    "rel=stylesheet href=/t.css blocking=render",
    "rel=stylesheet href=/t.css fetchpriority=low",
    "rel=stylesheet href=/t.css fetchpriority=high",
    "rel='alternate stylesheet' title=t href=/t.css",
    "rel=preload as=style href=/t.css",
    "rel=preload as=style href=/t.css fetchpriority=low",
    "rel=preload as=script href=/t.js",
    "rel=preload as=script href=/t.js fetchpriority=high",
    "rel=preload as=script href=/t.js fetchpriority=low",
    "rel=preload as=font href=/t.woff2 crossorigin",
    "rel=preload as=font href=/t.woff2 crossorigin fetchpriority=high",
    "rel=preload as=font href=/t.woff2 crossorigin fetchpriority=low",
    "rel=preload as=image href=/t.png",
    "rel=preload as=image href=/t.png fetchpriority=high",
    "rel=preload as=image href=/t.png fetchpriority=low",
    "rel=preload as=fetch href=/t.json crossorigin",
    "rel=preload as=fetch href=/t.json crossorigin fetchpriority=high",
    "rel=preload as=fetch href=/t.json crossorigin fetchpriority=low",
    "rel=preload as=track href=/t.vtt",
    "rel=modulepreload href=/t.mjs",
    "rel=modulepreload href=/t.mjs fetchpriority=high",
    "rel=modulepreload href=/t.mjs fetchpriority=low",
    "rel=modulepreload as=script href=/t.mjs",
    "rel=stylesheet href=/import.css",
    "rel=stylesheet href=/import.css media=print",
    "rel=stylesheet href=/background.css",
    "rel=stylesheet href=/font.css",
)
IMAGES = (
    "<img src=/t.png>",
    "<img src=/t.png fetchpriority=high>",
    "<img src=/t.png fetchpriority=low>",
    "<img src=/t.png width=10 height=10>",
    "<img src=/t.png width=100 height=100>",
    "<img src=/t.png width=101 height=100>",
    "<img src=/t.png width=0>",
    "<img src=/t.png width=10>",
    "<img src=/t.png width=10 height=10 fetchpriority=high>",
    "<img src=/t.png width=10px height=10em>",
    "<img src=/t.png width=10% height=10%>",
    "<img src=/t.png style='width:10px;height:10px'>",
    "<img src=/t.png loading=lazy>",
    "<picture><source srcset=/t.png><img src=/u.png></picture>",
    "<picture><source srcset=/t.png width=9 height=9><img src=/u.png></picture>",
    "<picture><source srcset=/t.png><img src=/u.png width=9 height=9></picture>",
    "<input type=image src=/t.png>",
    "<video poster=/t.png></video>",
    "<svg><image href=/t.png /></svg>",
    "<p style='background:url(/t.png)'>x",
    "<style>p{background:url(/t.png)}</style>",
    "<img srcset='/t.png 1x, /u.png 2x'>",
)
OTHERS = (
    "<iframe src=/t.html></iframe>",
    "<iframe src=/t.html loading=lazy></iframe>",
    "<style>@import '/t.css';</style>",
    "<style>@font-face{font-family:t;src:url(/t.woff2)}p{font-family:t}</style>",
    "<script type=importmap>{}</script><script type=module src=/t.mjs></script>",
    "<object data=/t.svg></object>",
    "<embed src=/t.svg>",
    "<video src=/t.mp4></video>",
    "<audio src=/t.mp3 preload=auto></audio>",
    "<svg><use href=/t.svg#a /></svg>",
)
WHOLE = (
    # The boost is for the first five of the page, small ones not counted.
    HEAD + "".join(f"<img src=/{number}.png>" for number in range(8)),
    HEAD + "".join(f"<img src=/{number}.png width=9 height=9>" for number in range(3))
    + "".join(f"<img src=/b{number}.png>" for number in range(7)),
    HEAD + "".join(f"<img src=/l{number}.png fetchpriority=low>" for number in range(3))
    + "".join(f"<img src=/b{number}.png>" for number in range(7)),
    HEAD + "".join(f"<img src=/h{number}.png fetchpriority=high>" for number in range(3))
    + "".join(f"<img src=/b{number}.png>" for number in range(7)),
    HEAD + "<link rel=preload as=image href=/p.png>" + "".join(f"<img src=/b{number}.png>" for number in range(7)),
    HEAD + "<img src=/small.png width=1 height=1><script src=/t.js></script>",
    HEAD + "<link rel=preload as=image href=/p.png><script src=/t.js></script><link rel=stylesheet href=/t.css>",
    HEAD + "<p style='background:url(/bg.png)'></p><script src=/t.js></script>",
    HEAD + "<p>x<script src=/a.js></script><img src=/i.png><script src=/b.js></script><script async src=/c.js></script>"
    "<script type=module src=/d.mjs></script><link rel=stylesheet href=/e.css>",
    HEAD + "<body><script src=/a.js></script>" + "<p>x</p>" * 2000 + "<script src=/b.js></script>",
    HEAD + "<img loading=lazy src=/lazy.png><script src=/t.js></script><img src=/i.png>",
    HEAD + "<link rel=preload as=style href=/t.css><link rel=stylesheet href=/t.css>",
    HEAD + "<link rel=preload as=script href=/t.js fetchpriority=low><script src=/t.js></script>",
    HEAD + "<link rel=preload as=image href=/t.png><img src=/t.png>",
)  # fmt: skip


def pages() -> list[str]:
    made = [_in(where, f"<script src=/t.js {words}></script>") for words in SCRIPTS for where in PLACES]
    made += [_in(where, f"<link {words}>") for words in LINKS for where in ("head", "late")]
    made += [_in("body", markup) for markup in (*IMAGES, *OTHERS)]
    return [*made, *WHOLE]
