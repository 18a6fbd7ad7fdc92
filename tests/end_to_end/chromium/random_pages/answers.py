"""Random pages as a whole: markup, what its files hold, and the fields, redirects and failures servers answer with."""

from __future__ import annotations

from random import Random

from fetcher.terms import Fields
from tests.end_to_end.chromium.random_pages.drafts import Draft, File, Piece
from tests.end_to_end.chromium.random_pages.markup import CORS, HOSTS, POLICIES, PRIORITIES, Markup

POLICY_FIELDS: tuple[Fields, ...] = tuple(((name, value),) for name, values in {
    "content-security-policy": (
        "script-src 'self'", "img-src 'self' https://other.test", "default-src 'self'", "default-src 'self' 'unsafe-inline'", "style-src 'self' 'unsafe-inline'; font-src *", "script-src 'nonce-n'",
        "script-src 'strict-dynamic' 'nonce-n'", "upgrade-insecure-requests", "frame-src 'none'; object-src 'none'", "connect-src 'none'", "img-src https:; media-src 'none'", "base-uri 'none'", "style-src 'nonce-n'",
        "default-src https: 'unsafe-inline'", "script-src-elem 'self'; style-src-elem https://other.test", "sandbox allow-scripts", "manifest-src 'none'; worker-src 'none'", "img-src *.a.test", "require-trusted-types-for 'script'",
        "default-src 'none'; img-src data:, script-src *", "font-src https://a.test", "script-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='", "child-src https://b.a.test",
    ),
    "referrer-policy": POLICIES, "cross-origin-embedder-policy": ("require-corp", "credentialless"), "cross-origin-opener-policy": ("same-origin",),
    "content-security-policy-report-only": ("img-src 'none'", "default-src 'none'"), "x-content-type-options": ("nosniff",), "refresh": ("0;url=ref.html", "5;url=ref.html"), "permissions-policy": ("autoplay=()", "ch-dpr=(self)"),
    "accept-ch": ("DPR, Viewport-Width, Width", "Sec-CH-DPR, Sec-CH-Viewport-Width", "Sec-CH-UA-Arch, Sec-CH-UA-Full-Version-List", "Device-Memory"), "set-cookie": ("c=1", "c=1; Secure; SameSite=None", "d=1; Path=/x", "e=1; HttpOnly; SameSite=Strict", "__Host-f=1; Secure; Path=/"),
    "cache-control": ("no-store", "no-cache", "max-age=600", "private, max-age=10"), "content-type": ("text/html", "text/html; charset=latin1", "text/html; charset=shift_jis", "application/xhtml+xml", "text/html;charset=utf-16le"),
    "timing-allow-origin": ("*",), "content-language": ("de",), "origin-agent-cluster": ("?1",), "x-dns-prefetch-control": ("off",), "document-policy": ("force-load-at-top",), "strict-transport-security": ("max-age=1000",), "default-style": ("t",),
}.items() for value in values)  # fmt: skip
FILE_FIELDS: tuple[Fields, ...] = tuple(((name, value),) for name, values in {
    "cache-control": ("no-store", "no-cache", "max-age=0, must-revalidate", "max-age=0, stale-while-revalidate=60"), "cross-origin-resource-policy": ("same-origin", "same-site", "cross-origin"), "vary": ("origin", "*", "accept", "cookie"),
    "content-type": ("text/html", "text/plain", "text/css", "image/png", "application/octet-stream", "", "text/css; charset=utf-16", "application/json", "text/javascript"), "x-content-type-options": ("nosniff",), "access-control-allow-credentials": ("true",),
    "link": ("</ln.css>; rel=preload; as=style", "<ln.png>; rel=preload; as=image", "</ln.css>; rel=stylesheet", "</ln.mjs>; rel=modulepreload"), "referrer-policy": ("no-referrer", "unsafe-url"), "x-frame-options": ("DENY", "SAMEORIGIN"),
    "content-security-policy": ("img-src 'none'", "frame-ancestors 'none'", "sandbox"), "refresh": ("0;url=ref.html",), "content-disposition": ("attachment",), "cross-origin-embedder-policy": ("require-corp",), "sourcemap": ("/m.map",),
    "content-length": (), "accept-ch": ("DPR",), "clear-site-data": ('"cache"',), "etag": ('"x"',), "last-modified": ("Mon, 01 Jan 2024 00:00:00 GMT",),
}.items() for value in values)  # fmt: skip


class Pages:
    """Drafts one after the other; ``size`` is about how many pieces one has."""

    def __init__(self, random: Random, size: int = 12) -> None:
        self.random = random
        self.size = size

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def draft(self, name: str) -> Draft:
        random = self.random
        markup = Markup(random)
        html = self.document(markup)
        final = self.some(0.1)
        hints = tuple(self.link_value(markup) for _ in range(random.randint(1, 4))) if self.some(0.35) else ()
        fields: Fields = ()
        while self.some(0.35):
            fields += random.choice(POLICY_FIELDS)
        if final or self.some(0.05):
            fields += tuple(("link", self.link_value(markup)) for _ in range(random.randint(1, 2)))
        interim: Fields = ()
        if hints and self.some(0.15):
            interim = random.choice(
                [
                    each
                    for each in POLICY_FIELDS
                    if each[0][0]
                    in ("content-security-policy", "referrer-policy", "set-cookie", "cross-origin-embedder-policy")
                ]
            )
        unique = {each[0]: each for each in fields if each[0] in ("content-type", "refresh", "cache-control")}
        fields = tuple(each for each in fields if each[0] not in unique or unique[each[0]] is each)
        return Draft(
            name, html, hints, interim, fields, self.files(markup),
            status=random.choice((200,) * 30 + (404, 500, 203)),
            cuts=tuple(sorted(random.random() for _ in range(random.choice((0, 0, 0, 1, 2, 4))))),
            through=random.choice(((),) * 12 + (("https://a.test/go",), ("https://other.test/go",), ("https://a.test/go", "https://b.a.test/go"), ("http://a.test/",))),
            again=self.some(0.08), mobile=self.some(0.1),
        )  # fmt: skip

    def document(self, markup: Markup) -> Piece:
        count = self.random.randint(1, 2 * self.size)
        body = [markup.anything(3) for _ in range(count)]
        start = self.random.choice(
            ("<!doctype html><meta charset=utf-8><title>x</title>",) * 6
            + (
                "<!doctype html>",
                "<html>",
                "<!doctype html><html><head>",
                "<html lang=de><head><meta charset=utf-8></head><body>",
                "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 4.01//EN'><html>",
                "\ufeff<!doctype html>",
                "<!doctype html><body class=b>",
            )
        )
        if self.some(0.04):
            body = [
                Piece(
                    "<frameset cols='*,*'>",
                    *(
                        markup.element(
                            "frame", markup.attributes(markup.attribute("src", markup.url("frame"))), end=False
                        )
                        for _ in range(2)
                    ),
                    Piece("<noframes>", *body[:2], "</noframes>"),
                    "</frameset>",
                ),
                *body[2:4],
            ]
        return Piece(start, *body)

    def link_value(self, markup: Markup) -> str:
        random = self.random
        rel = random.choice(
            ("preload",) * 8
            + (
                "modulepreload",
                "preconnect",
                "dns-prefetch",
                "stylesheet",
                "prefetch",
                "PRELOAD",
                "'preload'",
                '"preload prefetch"',
                "nonsense",
                '"preconnect preload"',
            )
        )
        kind = random.choice(("style", "style", "script", "image", "font", "fetch", "module", "track", "frame"))
        as_ = {"frame": "document", "module": "script"}.get(kind, kind)
        url = markup.url(kind)
        if "preconnect" in rel or "dns-prefetch" in rel:
            url = random.choice(HOSTS)
        url = url.replace("http://", "https://")  # Chromium sends those in clear, which is a kept difference
        more = []
        if "modulepreload" not in rel and "connect" not in rel:
            more.append(f"as={as_}")
        if self.some(0.7 if kind in ("font", "fetch") else 0.15):
            more.append(random.choice(("crossorigin", *(f"crossorigin={value}" for value in CORS if value))))
        for name, chance, values in (
            ("fetchpriority", 0.08, PRIORITIES), ("media", 0.06, ("screen", "print", "(min-width:500px)")), ("type", 0.06, ("text/css", "image/png", "x/y", "font/woff2", "text/javascript")), ("nopush", 0.04, ("",)), ("imagesrcset", 0.05, ("is1.png 1x, is2.png 2x", "is1.png 400w, is2.png 1600w")),
            ("imagesizes", 0.04, ("50vw",)), ("integrity", 0.04, ("sha256-AAAA",)), ("referrerpolicy", 0.05, POLICIES), ("title", 0.02, ("t",)), ("anchor", 0.02, ("/x",)), ("nonce", 0.04, ("n",)), ("x", 0.03, ("y",)), ("as", 0.03, ("image", "script")), ("rel", 0.02, ("preconnect",)), ("hreflang", 0.02, ("de",)),
        ):  # fmt: skip
            if self.some(chance):
                value = random.choice(values)
                more.append(f'{name}="{value}"' if value else name)
        if self.some(0.1):
            random.shuffle(more)
        gap = random.choice(("; ", ";", " ; ", ";;"))
        return (
            gap.join((f"<{url.strip()}>".replace("\n", ""), f"rel={rel}", *more))
            .encode("latin-1", "replace")
            .decode("latin-1")
        )

    def files(self, markup: Markup) -> dict[str, File]:
        """What some of the URLs named so far, and those named on the way, answer with."""
        found: dict[str, File] = {}
        for _ in range(3):  # files name files
            for url, kind in list(markup.named.items()):
                key = url.split("#")[0].strip()
                if key.startswith("//"):
                    key = f"https:{key}"
                if key in found or not key or "[" in key:
                    continue
                file = self.file(markup, kind)
                if file is not None:
                    found[key] = file
        return found

    def file(self, markup: Markup, kind: str) -> File | None:
        random = self.random
        content: Piece | None = None
        if kind not in ("style", "module", "frame", "svg") and self.some(0.7):
            return None
        match kind:
            case "style" if self.some(0.7):
                content = markup.styles.sheet(3)
            case "module" if self.some(0.5):
                content = Piece(*(markup.import_statement() for _ in range(random.randint(1, 2))))
            case "frame" if self.some(0.5):
                content = Piece("<!doctype html>", *(markup.anything(1) for _ in range(random.randint(1, 3))))
            case "script" if self.some(0.1):
                content = Piece("var x;")
            case "object" if self.some(0.1):
                content = Piece(
                    "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><g id='i'>",
                    Piece(f"<image href='{markup.url('image').strip().replace('&', '').replace(chr(39), '')}'/>"),
                    "</g></svg>",
                )
        status, fields = 200, ()
        delay = random.choice((0.0,) * 8 + (60.0, 150.0))
        odd = random.random()
        if odd < 0.08:
            status = random.choice((404, 500, 204, 410, 403, 401))
        elif odd < 0.16:
            status, fields = (
                random.choice((301, 302, 303, 307, 308)),
                (("location", markup.url(kind).strip().replace("\n", "").encode("ascii", "replace").decode()),),
            )
        elif odd < 0.5:
            fields = random.choice(FILE_FIELDS)
            if self.some(0.2):
                fields += random.choice(FILE_FIELDS)
        fresh = not any(name == "cache-control" for name, _ in fields) and self.some(0.93)
        cors = self.some(0.9)
        if content is None and status == 200 and not fields and fresh and cors and not delay:
            return None
        if kind in ("frame", "object") and any(name == "content-disposition" for name, _ in fields):
            fields = ()
        return File(content, status, fields, cors, fresh, delay)
