"""What is asked for in the place of what is refused or fails: sources of media and fonts, fallbacks of objects; and who
else may have a response that one was refused."""

from __future__ import annotations

import base64

from tests.end_to_end.chromium.case import OPEN, Case, file, redirect
from tests.end_to_end.chromium.media import CONTENT

PNG = CONTENT["image/png"]
OTHER = "https://other.test"


def csp(policy: str) -> tuple[tuple[str, str], ...]:
    return (("content-security-policy", policy),)


# -- the next one

SOURCES = {
    "csp": f"{OTHER}/x.mp4",
    "csp-redirect": "r.mp4",
    "user": "https://user:pass@a.test/x.mp4",
    "other-scheme": "foo:x.mp4",
    "status": "missing.mp4",
    "bad-url": "https://[",
}
_MEDIA = [
    Case(
        f"next-{element}-{name}",
        (f"html {element} source",),
        f"<{element} preload=auto><source src='{url}'><source src=y.mp4></{element}>",
        fields=csp("media-src 'self'"),
        files={
            "r.mp4": redirect(f"{OTHER}/x.mp4"),
            "missing.mp4": file(b"", "text/plain", status=404),
        },
    )
    for element in ("video", "audio")
    for name, url in SOURCES.items()
]

OBJECTS = {
    "csp": f"{OTHER}/x.png",
    "csp-redirect": "r.png",
    "user": "https://user:pass@a.test/x.png",
    "other-scheme": "foo:x.png",
    "status": "missing.png",
}
_OBJECTS = [
    Case(
        f"next-object-{name}",
        ("html object",),
        f"<object data='{url}'><object data=y.png></object></object>",
        fields=csp("object-src 'self'"),
        files={"r.png": redirect(f"{OTHER}/x.png"), "missing.png": file(b"", "text/plain", status=404)},
    )
    for name, url in OBJECTS.items()
]

# Which answers to an <object> that takes itself for a picture: its fallback is next, or Chromium asks as for a frame.
ANSWERS = {
    "404-html": file(b"<p>x", "text/html", status=404),
    "404-png": file(b"", "image/png", status=404),
    "404-png-whole": file(PNG, "image/png", status=404),
    "404-html-png": file(PNG, "text/html", status=404),
    "404-octet": file(b"", "application/octet-stream", status=404),
    "404-none": file(b"", None, status=404),
    "200-html": file(b"<img src=inner.png>", "text/html"),
    "200-plain": file(b"x", "text/plain"),
    "200-js": file(b"x", "text/javascript"),
    "200-none": file(b"x", None),
    "200-png-bad": file(b"x", "image/png"),
    "200-octet": file(b"x", "application/octet-stream"),
    "200-octet-png": file(PNG, "application/octet-stream"),
    "200-html-png": file(PNG, "text/html"),
    "200-svg": file(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    "200-json": file(b"{}", "application/json"),
    "200-pdf": file(b"x", "application/pdf"),
    "200-zip": file(b"x", "application/zip"),
}
_ANSWERED = [
    Case(f"answered-{name}-{answer}", (f"html {name}",), markup, files={"x.png": each, "x.foo": each})
    for name, markup in {
        "object": "<object data=x.png><object data=y.png></object></object>",
        "typed-object": "<object type=image/png data=x.foo><img src=z.png></object>",
        "embed": "<embed src=x.png>",
    }.items()
    for answer, each in ANSWERS.items()
    if name == "object" or answer in ("404-html", "200-html", "200-octet")
]

# Whether a file of this content can be played: what comes next, if not.
WAV = b"RIFF" + (36 + 800).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") + bytes(
    [1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]
) + b"data" + (800).to_bytes(4, "little") + bytes([128]) * 800  # fmt: skip
_PLAYED = [
    Case(
        f"played-{element}-{name}",
        (f"html {element} source",),
        f"<{element}><source src=x.bin><source src=y.bin></{element}>",
        files={"x.bin": answer, "y.bin": file(WAV, "audio/wav")},
    )
    for element in ("audio", "video")
    for name, answer in {
        "wav": file(WAV, "audio/wav"),
        "wav-as-html": file(WAV, "text/html"),
        "wav-as-plain": file(WAV, "text/plain"),
        "wav-as-nothing": file(WAV, None),
        "html": file(b"<!doctype html><p>x", "text/html"),
        "html-as-mp4": file(b"<!doctype html><p>x", "video/mp4"),
        "empty": file(b"", "video/mp4"),
        "text": file(b"hello", "text/plain"),
    }.items()
]

_LETTERS = base64.b64encode(CONTENT["font/woff2"]).decode()
FONTS = {
    "csp": (f"url('{OTHER}/x.woff2')", "font-src 'self'"),
    "csp-redirect": ("url(r.woff2)", "font-src 'self'"),
    "cors": (f"url('{OTHER}/closed.woff2')", "font-src *"),
    "cors-redirect": ("url(closed.woff2)", "font-src *"),
    "user": ("url(https://user:pass@a.test/x.woff2)", "font-src *"),
    "other-scheme": ("url(foo:x.woff2)", "font-src *"),
    "status": ("url(missing.woff2)", "font-src *"),
    "not-a-font": ("url(bad.woff2)", "font-src *"),
    "empty": ("url(empty.woff2)", "font-src *"),
    "bad-url": ("url('https://[')", "font-src *"),
    "data": (f"url('data:font/woff2;base64,{_LETTERS}')", "font-src * data:"),
    "data-eot": (f"url('data:font/woff2;base64,{_LETTERS}') format('embedded-opentype')", "font-src * data:"),
    "several": ("url(missing.woff2),url(foo:x),url(bad.woff2)", "font-src *"),
}
_FONTS = [
    Case(
        f"next-font-{name}",
        ("css src of @font-face",),
        "<style>@font-face{font-family:F;src:" + source + ",url(y.woff2),url(z.woff2)} p{font-family:F}</style><p>x",
        fields=csp(policy),
        files={
            "r.woff2": redirect(f"{OTHER}/x.woff2"),
            "closed.woff2": redirect(f"{OTHER}/closed.woff2"),
            f"{OTHER}/closed.woff2": file(CONTENT["font/woff2"], "font/woff2", cors=()),
            "missing.woff2": file(b"", "text/plain", status=404),
            "bad.woff2": file(b"<!doctype html><p>no font", "font/woff2"),
            "empty.woff2": file(b"", "font/woff2"),
        },
    )
    for name, (source, policy) in FONTS.items()
]

# -- a user in the URL

USERS = {
    "font": "<style>@font-face{{font-family:F;src:url('{0}.woff2')}} p{{font-family:F}}</style><p>x",
    "video": "<video src='{0}.mp4'></video>",
    "source": "<video><source src='{0}.mp4'></video>",
    "poster": "<video poster='{0}.png'></video>",
    "track": "<video src=v.mp4><track default src='{0}.vtt'></video>",
    "style": "<link rel=stylesheet href='{0}.css'>",
    "style-cors": "<link rel=stylesheet crossorigin href='{0}.css'>",
    "background": "<style>p{{background:url('{0}.png')}}</style><p>x",
    "import": "<style>@import '{0}.css';</style><p>x",
    "script": "<script src='{0}.js'></script>",
    "script-cors": "<script crossorigin src='{0}.js'></script>",
    "img-cors": "<img crossorigin src='{0}.png'>",
    "img-credentials": "<img crossorigin=use-credentials src='{0}.png'>",
    "module": "<script type=module src='{0}.js'></script>",
    "modulepreload": "<link rel=modulepreload href='{0}.js'>",
    "preload": "<link rel=preload as=script href='{0}.js'>",
    "preload-font": "<link rel=preload as=font crossorigin href='{0}.woff2'>",
    "preload-fetch": "<link rel=preload as=fetch crossorigin href='{0}.json'>",
    "prefetch": "<link rel=prefetch href='{0}.json'>",
    "object": "<object data='{0}.png'></object>",
    "embed": "<embed src='{0}.png'>",
    "svg-image": "<svg><image href='{0}.png'/></svg>",
    "input": "<input type=image src='{0}.png'>",
}
_USERS = [
    Case(f"user-{name}-{host}", ("user in URL",), markup.format(f"https://user:pass@{host}.test/x"))
    for host in ("a", "other")
    for name, markup in USERS.items()
    if host == "a" or name in ("font", "video", "style-cors", "module", "script")
]

# -- who else may have it

_KINDS = {
    "img": ("<img src={0}>", "<img crossorigin src={0}>", "image/png", PNG),
    "script": ("<script src={0}></script>", "<script crossorigin src={0}></script>", "text/javascript", b""),
    "style": ("<link rel=stylesheet href={0}>", "<link rel=stylesheet crossorigin href={0}>", "text/css",
              b"@import 'more.css';"),
}  # fmt: skip
_FIELDS = {
    "open": OPEN,
    "closed": (),
    "corp": (("cross-origin-resource-policy", "same-origin"),),
    "open-corp": (*OPEN, ("cross-origin-resource-policy", "same-origin")),
}
_SHARED = [
    Case(
        f"shared-{kind}-{order}-{name}",
        ("EH 9.5", "CORS"),
        "".join(markup.format(f"{OTHER}/x") for markup in (pair if order == "plain-first" else reversed(pair))),
        files={f"{OTHER}/x": file(content, content_type, cors=fields, fields=extra)},
    )
    for kind, (*pair, content_type, content) in _KINDS.items()
    for order in ("plain-first", "cors-first")
    for name, fields in _FIELDS.items()
    for extra in ((("etag", '"v"'),),)
]

CASES = [*_MEDIA, *_OBJECTS, *_ANSWERED, *_PLAYED, *_FONTS, *_USERS, *_SHARED]
