"""Random markup: every element and attribute that asks for something, with values, orders and nesting nobody would
write. The same seed writes the same page. Scripts are inert: nothing here runs a line that asks for anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.end_to_end.chromium.random_pages.drafts import Piece
from tests.end_to_end.chromium.random_pages.styles import Styles

EXTENSIONS = {
    "image": ("png", "png", "jpg", "svg", "webp"), "style": ("css",), "script": ("js",), "module": ("mjs",),
    "font": ("woff2", "woff"), "frame": ("html",), "video": ("mp4", "webm"), "audio": ("mp3",), "track": ("vtt",),
    "svg": ("svg",), "manifest": ("webmanifest",), "fetch": ("json",), "object": ("html", "svg", "png"),
}  # fmt: skip
HOSTS = (
    "https://b.a.test/",
    "https://other.test/",
    "//other.test/",
    "https://cdn.other.test/",
    "http://a.test/",
    "https://old.test/",
)
POLICIES = (
    "no-referrer", "origin", "same-origin", "strict-origin", "unsafe-url", "origin-when-cross-origin",
    "no-referrer-when-downgrade", "never", "nonsense", "", "ORIGIN",
)  # fmt: skip
CORS = ("", "anonymous", "use-credentials", "nonsense", "ANONYMOUS")
PRIORITIES = ("high", "low", "auto", "HIGH", "nonsense", "")
MEDIA = (
    "screen", "print", "all", "", "(min-width:500px)", "(max-width:500px)", "not all", "only screen", "nonsense",
    "screen and (min-width:1px), print", "(prefers-color-scheme:dark)", "(orientation:landscape)", "(min-width:20em)",
    "not (max-width:500px)", "(400px<=width<=2000px)", "(hover)", "(foo:bar)", "screen and", "(min-resolution:1.5dppx)",
    "not (foo)", "(foo) or (min-width:1px)", "(aspect-ratio>1/1)", "SCREEN", "(width)", "(prefers-reduced-motion)",
)  # fmt: skip
CLASSES = ("a", "b", "c")
IDS = ("i", "j", "k")
BLOCKS = (
    "div",
    "p",
    "section",
    "span",
    "b",
    "a",
    "i",
    "ul",
    "li",
    "h1",
    "table",
    "td",
    "tr",
    "tbody",
    "caption",
    "button",
    "details",
    "summary",
    "dialog",
    "form",
    "label",
    "center",
    "font",
    "nobr",
    "pre",
    "blockquote",
    "main",
    "fieldset",
    "legend",
    "x-y",
    "dl",
    "dd",
    "marquee",
    "ruby",
    "rt",
    "header",
    "article",
    "menu",
    "option",
    "optgroup",
    "hr",
    "br",
)


class Markup:
    """Writes pieces of a page. ``named`` is every URL written, by what it was named for."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.named: dict[str, str] = {}
        self.styles = Styles(random, self.url)
        self._counts: dict[str, int] = {}

    # Values

    def url(self, kind: str) -> str:
        """A URL of this kind: mostly a new one, at times one that was named before, at times spelled oddly."""
        known = [url for url, each in self.named.items() if each == kind]
        if known and self.random.random() < 0.25:
            return self.random.choice(known)
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        url = f"{kind[:2]}{number}.{self.random.choice(EXTENSIONS[kind])}"
        if self.random.random() < 0.2:
            url = self.random.choice(HOSTS) + url
        if self.random.random() < 0.1:
            url += self.random.choice(("?", "?a=1&b=2", "?a b", "#f", "?é", "?a=%20", "?q='x'"))
        self.named[url] = kind
        if self.random.random() < 0.06:
            odd: Sequence[Callable[[str], str]] = (
                lambda url: f" {url} ", lambda url: f"\n{url}\t", lambda url: f"./{url}", lambda url: f"x/../{url}",
                lambda url: url[:2] + "\n" + url[2:], lambda url: url.replace("/", "\\"), lambda url: url.upper(),
                lambda url: "", lambda url: " ", lambda url: "#x", lambda url: "data:,x", lambda url: "about:blank",
                lambda url: "http://[", lambda url: "javascript:0", lambda url: "blob:x", lambda url: f"/{url}",
                lambda url: f"https:{url}", lambda url: url.replace(".", "%2e"), lambda url: "?x", lambda url: "x" * 3,
            )  # fmt: skip
            return self.random.choice(odd)(url)
        return url

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def one(self, values: Sequence[str]) -> str:
        return self.random.choice(values)

    def attribute(self, name: str, value: str | None = None) -> Piece:
        """`` name=value`` in one of the ways it may be written; ``None`` for no value."""
        if self.some(0.04):
            name = name.upper()
        gap = self.one((" ", " ", " ", " ", " ", "\n", "\t", "/", " / ", "\r\n", "\f", "  "))
        if value is None:
            return Piece(f"{gap}{name}")
        equals = self.one(("=", "=", "=", "=", "=", "=", " = ", "=\n", " ="))
        if value and self.some(0.05):
            place = self.random.randrange(len(value))
            code = ord(value[place])
            value = value[:place] + self.one((f"&#{code};", f"&#x{code:x};", f"&#{code:05}")) + value[place + 1 :]
        elif self.some(0.02):
            value += self.one(("\0", "&nosuch;", "&amp;", "&Tab;", "&NewLine;", "&", "\r"))
        quote = self.one(('"', "'", ""))
        if (quote and quote in value) or (
            not quote and (not value or any(each in value for each in " \t\n\r\f\"'`=<>"))
        ):
            quote = '"'
        return Piece(f"{gap}{name}{equals}{quote}{value.replace(quote, '&quot;') if quote else value}{quote}")

    def attributes(self, *fixed: Piece | None, **chances: tuple[float, Sequence[str | None]]) -> list[Piece]:
        """``fixed`` and, each with its chance, others with one of their values; in any order, at times one twice."""
        found = [each for each in fixed if each is not None]
        for name, (chance, values) in chances.items():
            name = name.strip("_").replace("_", "-")
            if self.some(chance):
                found.append(self.attribute(name, self.random.choice(values)))
            if name not in ("type", "as") and self.some(
                chance * 0.03
            ):  # the scanner takes the last, the parser the first
                found.append(self.attribute(name, self.random.choice(values)))
        found += self.styling()
        self.random.shuffle(found)
        return found

    def styling(self) -> list[Piece]:
        found = []
        if self.some(0.25):
            found.append(self.attribute("class", self.one((*CLASSES, "a b", "b c", "A"))))
        if self.some(0.1):
            found.append(self.attribute("id", self.one(IDS)))
        if self.some(0.05):
            found.append(self.attribute("hidden", None))
        if self.some(0.08):
            found.append(Piece(' style="', *self.styles.declarations(2), '"'))
        return found

    def element(self, name: str, attributes: Sequence[Piece] = (), *children: Piece | str, end: bool = True) -> Piece:
        if self.some(0.03):
            name = name.upper()
        close = f"</{name}>" if end and not self.some(0.03) else ""
        return Piece(f"<{name}", *attributes, ">", *children, close)

    def srcset(self) -> str:
        kind = self.one(("x", "x", "w", "w", "none", "odd"))
        parts = []
        for number in range(self.random.randint(1, 4)):
            url = self.url("image")
            if not url.strip() or "," in url or any(each in url.strip() for each in " \n\t"):
                continue
            match kind:
                case "x":
                    parts.append(f"{url} {self.one(('1x', '2x', '1.5x', '3x', '0.5x', '1e0x'))}")
                case "w":
                    parts.append(f"{url} {self.one(('100w', '400w', '800w', '1200w', '1600w', '3000w'))}")
                case "none":
                    parts.append(url)
                case _:
                    parts.append(
                        f"{url} {self.one(('0x', '-1x', '100h', '100w 50h', '1q', '1x 2x', '(a,b)', '1.x', '+1x', '0w', '1.5w', 'x', '100w 2x', ''))}"
                    )
            del number
        return self.one((",", ", ", " , ", ",\n", ",,")).join(parts) + self.one(("", "", "", ",", " "))

    def sizes(self) -> str:
        return self.one((
            "100vw", "50vw", "300px", "(max-width:500px) 100vw, 400px", "(min-width:500px) 200px, 100vw", "auto", "calc(50vw - 10px)",
            "10em", "", "nonsense", "(min-width:1px) calc(1px + 20vw)", "auto, 100px", "min(500px, 50vw)", "-1px", "50%", "(foo) 10px, 900px",
            "0", "100px,", ",100px", "clamp(1px,50vw,700px)", "(min-width:9999px) 1px, (min-width:2px) 1500px", "screen 100px, 900px", "1in",
        ))  # fmt: skip

    # Elements

    def img(self) -> Piece:
        name = "img" if not self.some(0.04) else "image"
        return self.element(name, self.attributes(
            self.attribute("src", self.url("image")) if self.some(0.85) else None,
            self.attribute("srcset", self.srcset()) if self.some(0.35) else None,
            self.attribute("sizes", self.sizes()) if self.some(0.3) else None,
            crossorigin=(0.12, (None, *CORS)), referrerpolicy=(0.12, POLICIES), fetchpriority=(0.12, PRIORITIES),
            loading=(0.06, ("lazy", "eager", "LAZY", "")), decoding=(0.05, ("async",)), width=(0.15, ("0", "10", "200", "50%", "x")),
            height=(0.1, ("0", "10")), alt=(0.05, ("",)),
        ), end=False)  # fmt: skip

    def picture(self) -> Piece:
        children: list[Piece] = []
        for _ in range(self.random.randint(0, 3)):
            source = self.element("source", self.attributes(
                self.attribute("srcset", self.srcset()) if self.some(0.9) else None,
                self.attribute("sizes", self.sizes()) if self.some(0.3) else None,
                media=(0.5, MEDIA), type=(0.3, ("image/png", "image/webp", "image/avif", "image/foo", "", "image/svg+xml", "IMAGE/PNG", "text/html", "image/jxl", "image/jpeg; x=y")),
                src=(0.05, ("s.png",)), width=(0.05, ("100",)), height=(0.05, ("100",)),
            ), end=False)  # fmt: skip
            children.append(source)
        if self.some(0.95):
            children.append(self.img())
        if self.some(0.1):
            children.append(self.anything(1))
        if self.some(0.2):
            self.random.shuffle(children)
        if self.some(0.1):
            children = [self.element("div", [], *children)]
        return self.element("picture", [], *children)

    def link(self) -> Piece:
        rel = self.one((
            "stylesheet", "stylesheet", "stylesheet", "stylesheet", "preload", "preload", "preload", "preload", "modulepreload", "modulepreload",
            "prefetch", "preconnect", "dns-prefetch", "alternate stylesheet", "STYLESHEET", "manifest", "preload stylesheet",
            "stylesheet alternate", "canonical", "prerender", "mask-icon", "next", "prefetch preload", "preload\nprefetch", "",
            "expect", "stylesheet icon", "apple-touch-icon", "compression-dictionary",
        ))  # fmt: skip
        lowered = rel.lower()
        kind = "style" if "stylesheet" in lowered else "image"
        as_ = None
        if "preload" in lowered or "prefetch" in lowered:
            kind = self.one(("style", "script", "image", "font", "fetch", "track", "frame", "video", "module"))
            as_ = {"frame": "document", "module": "script"}.get(kind, kind)
            if "module" in lowered:
                kind, as_ = (
                    "module",
                    self.one(("", "script", "script", "style", "json", "worker", "image", "sharedworker", "nonsense")),
                )
        if self.some(0.06):
            as_ = self.one(
                (
                    "style",
                    "script",
                    "image",
                    "font",
                    "fetch",
                    "SCRIPT",
                    "",
                    "nonsense",
                    "embed",
                    "object",
                    "worker",
                    "audio",
                    "xslt",
                    "report",
                )
            )
        if "stylesheet" in lowered and kind != "style" and self.some(0.5):
            kind = "style"
        if "manifest" in lowered:
            kind = "manifest"
        href = self.url(kind)
        if "preconnect" in lowered or "dns-prefetch" in lowered:
            href = self.one(HOSTS)
        types = {
            "style": ("text/css", "", "TEXT/CSS", "text/less", "text/plain", "text/css; charset=x"), "script": ("text/javascript", "module", "x/y"),
            "image": ("image/png", "image/foo", "", "image/webp"), "font": ("font/woff2", "font/foo", "font/woff"),
        }.get(kind, ("", "x/y", "text/html"))  # fmt: skip
        crossorigin = 0.6 if kind in ("font", "fetch") else 0.15
        return self.element("link", self.attributes(
            self.attribute("rel", rel) if not self.some(0.02) else None,
            self.attribute("href", href) if self.some(0.95) else None,
            self.attribute("as", as_) if as_ is not None and self.some(0.95) else None,
            self.attribute("imagesrcset", self.srcset()) if as_ == "image" and self.some(0.35) else None,
            self.attribute("imagesizes", self.sizes()) if as_ == "image" and self.some(0.25) else None,
            media=(0.15, MEDIA), type=(0.15, types), crossorigin=(crossorigin, (None, *CORS)), integrity=(0.05, ("sha256-AAAA", "nonsense", "", EMPTY_HASH)),
            referrerpolicy=(0.1, POLICIES), fetchpriority=(0.12, PRIORITIES), disabled=(0.04, (None, "", "false")), title=(0.08, ("t", "u", "")),
            blocking=(0.05, ("render", "", "RENDER")), sizes=(0.03, ("16x16",)), nonce=(0.05, ("n", "m")), itemprop=(0.02, ("x",)), charset=(0.03, ("latin1",)),
        ), end=False)  # fmt: skip

    def script(self) -> Piece:
        kind = "module" if self.some(0.3) else "script"
        types: Sequence[str | None] = (
            "text/javascript",
            "",
            "TEXT/JAVASCRIPT",
            " module ",
            "text/plain",
            "application/json",
            "text/babel",
            None,
            "importmap",
        )
        attributes = self.attributes(
            self.attribute("src", self.url(kind)) if self.some(0.95) else None,
            self.attribute("type", self.one(("module", "module", "MODULE"))) if kind == "module" else None,
            type=(0.12, types), async_=(0.2, (None, "false")), defer=(0.2, (None,)), nomodule=(0.06, (None,)), crossorigin=(0.15, (None, *CORS)),
            integrity=(0.06, ("sha256-AAAA", "nonsense", "", EMPTY_HASH)), fetchpriority=(0.12, PRIORITIES), referrerpolicy=(0.1, POLICIES),
            charset=(0.05, ("utf-8", "latin1")), language=(0.05, ("javascript", "vbscript", "javascript1.5")), for_=(0.02, ("window",)),
            event=(0.02, ("onload", "onclick")), blocking=(0.04, ("render",)), nonce=(0.08, ("n", "m")),
        )  # fmt: skip
        return self.element("script", attributes, self.one(("", "", "", "/**/", "<!--", " ")))

    def inline_script(self) -> Piece:
        kind = self.one(("classic", "module", "module", "importmap", "json", "comment"))
        if kind == "module":
            text = Piece(*(self.import_statement() for _ in range(self.random.randint(1, 3))))
            return self.element(
                "script",
                self.attributes(
                    self.attribute("type", "module"),
                    async_=(0.1, (None,)),
                    crossorigin=(0.1, CORS),
                    nonce=(0.1, ("n",)),
                    fetchpriority=(0.1, PRIORITIES),
                ),
                text,
            )
        if kind == "importmap":
            return self.element("script", [self.attribute("type", "importmap")], self.import_map())
        if kind == "json":
            return self.element(
                "script",
                [self.attribute("type", self.one(("application/json", "text/template", "x")))],
                Piece("<img src=no.png>"),
            )
        text = self.one(
            (
                "var x;",
                "var s='<img src=no.png>';",
                "<!-- <script> x </script> -->",
                "<!--\nvar x;\n-->",
                "//<![CDATA[\nvar x//]]>",
                "if (1<2) {}",
                "'<\\/script>'",
            )
        )
        return self.element(
            "script",
            self.attributes(nomodule=(0.1, (None,)), async_=(0.1, (None,)), type=(0.1, ("", "text/javascript"))),
            text,
        )

    def import_statement(self) -> Piece:
        url = self.url("module")
        if not any(url.startswith(each) for each in ("/", "./", "https:", "http:")) and self.some(0.85):
            url = f"./{url}"
        url = url.replace("'", "").replace("\n", "").replace("\\", "/")
        return Piece(self.one((
            f"import '{url}';", f'import "{url}"\n', f"import x{self.random.randint(0, 10**6)} from '{url}';", f"export * from '{url}';", f"import * as y{self.random.randint(0, 10**6)} from'{url}';",
            f"/* import 'no.mjs' */ import {{}} from '{url}';", "import 'm';", f"import 'm/{url}';", f"let z{self.random.randint(0, 10**6)} = `import '{url}'`;",
            f"import j{self.random.randint(0, 10**6)} from '{self.url('fetch').strip()}' with {{type:'json'}};".replace("\n", ""),
            f"export {{}} from '{url}';\n", f"// import '{url}'\n", f"var r{self.random.randint(0, 10**6)} = /import '{url.replace('/', '.')}'/;", f"if (0) import('{url}');",
        )))  # fmt: skip

    def import_map(self) -> Piece:
        url = self.url("module").strip().replace('"', "").replace("\n", "").replace("\\", "/")
        return Piece(self.one((
            f'{{"imports":{{"m":"./{url}"}}}}', '{"imports":{"m/":"./d/"}}', f'{{"imports":{{"m":"{url}"}}}}', "{", "[]", '{"imports":[]}',
            f'{{"imports":{{"./mo1.mjs":"./{url}"}}}}', f'{{"scopes":{{"./":{{"m":"./{url}"}}}}}}', '{"imports":{"m":null}}', f'{{"imports":{{"m":"https://other.test/{url[-5:]}"}}}}',
            '{"integrity":{"./mo1.mjs":"sha256-AAAA"}}',
        )))  # fmt: skip

    def style(self) -> Piece:
        attributes = self.attributes(
            media=(0.15, MEDIA),
            type=(0.08, ("text/css", "", "text/less", "TEXT/CSS")),
            title=(0.05, ("t", "u")),
            nonce=(0.05, ("n",)),
            blocking=(0.03, ("render",)),
        )
        return self.element("style", attributes, self.styles.sheet(4))

    def frame(self, depth: int) -> Piece:
        srcdoc = None
        if self.some(0.25):
            inner = str(Piece(*(self.anything(depth - 2) for _ in range(self.random.randint(1, 2)))))
            srcdoc = Piece(f' srcdoc="{inner.replace("&", "&amp;").replace(chr(34), "&quot;")}"')
        return self.element("iframe", self.attributes(
            self.attribute("src", self.url("frame")) if self.some(0.9) else None, srcdoc,
            loading=(0.1, ("lazy", "eager")), sandbox=(0.15, ("", "allow-scripts", "allow-same-origin")), referrerpolicy=(0.12, POLICIES), fetchpriority=(0.06, PRIORITIES),
            name=(0.05, ("n",)), width=(0.05, ("0",)), credentialless=(0.04, (None,)), allow=(0.04, ("fullscreen",)), csp=(0.03, ("img-src 'none'",)),
        ), Piece("<img src=in-iframe.png>") if self.some(0.1) else "")  # fmt: skip

    def media(self) -> Piece:
        name = self.one(("video", "audio"))
        children = [self.element("source", self.attributes(
            self.attribute("src", self.url(name)) if self.some(0.95) else None, type=(0.3, ("video/mp4", "video/foo", "audio/mpeg", "", "video/mp4; codecs=x", "video/webm")), media=(0.2, MEDIA),
        ), end=False) for _ in range(self.random.choice((0, 0, 1, 2)))]  # fmt: skip
        children += [self.element("track", self.attributes(
            self.attribute("src", self.url("track")), kind=(0.5, ("subtitles", "captions", "chapters", "metadata", "descriptions", "x")), default=(0.6, (None,)), srclang=(0.3, ("en", "de")),
        ), end=False) for _ in range(self.random.choice((0, 0, 0, 1, 2)))]  # fmt: skip
        if self.some(0.15):
            children.append(self.img())
        return self.element(name, self.attributes(
            self.attribute("src", self.url(name)) if not children or self.some(0.4) else None,
            self.attribute("poster", self.url("image")) if self.some(0.3) else None,
            preload=(0.4, ("none", "metadata", "auto", "", "nonsense")), autoplay=(0.15, (None,)), muted=(0.15, (None,)), controls=(0.2, (None,)), loop=(0.05, (None,)),
            crossorigin=(0.15, (None, *CORS)), playsinline=(0.05, (None,)), width=(0.05, ("10",)),
        ), *children)  # fmt: skip

    def embedded(self, depth: int) -> Piece:
        if self.some(0.4):
            return self.element(
                "embed",
                self.attributes(
                    self.attribute("src", self.url("object")),
                    type=(0.3, ("image/svg+xml", "text/html", "image/png", "x/y", "")),
                    width=(0.1, ("0",)),
                    height=(0.1, ("0",)),
                ),
                end=False,
            )
        inner = [self.anything(depth - 1)] if self.some(0.4) else []
        if self.some(0.1):
            inner.append(Piece("<param name=src value=pa.png>"))
        return self.element("object", self.attributes(
            self.attribute("data", self.url("object")) if self.some(0.9) else None, type=(0.3, ("image/svg+xml", "text/html", "image/png", "x/y", "application/pdf")),
            width=(0.1, ("0",)), name=(0.05, ("o",)), usemap=(0.03, ("#x",)), classid=(0.03, ("x",)), form=(0.02, ("f",)),
        ), *inner)  # fmt: skip

    def svg(self, depth: int) -> Piece:
        children = []
        for _ in range(self.random.randint(1, 3)):
            href = self.one(("href", "href", "xlink:href", "HREF"))
            url = self.url("svg" if self.some(0.5) else "image")
            kind = self.random.randrange(11)
            if kind == 0:
                children.append(
                    self.element(
                        "image",
                        self.attributes(
                            self.attribute(href, url),
                            crossorigin=(0.15, CORS),
                            fetchpriority=(0.15, PRIORITIES),
                            width=(0.5, ("9",)),
                            xlink_href=(0.05, ("xl.png",)),
                        ),
                    )
                )
            elif kind == 1:
                children.append(self.element("use", self.attributes(self.attribute(href, self.url("svg") + "#i"))))
            elif kind == 2:
                children.append(
                    Piece(
                        "<filter>",
                        self.element("feImage", self.attributes(self.attribute(href, url), crossorigin=(0.1, CORS))),
                        "</filter>",
                    )
                )
            elif kind == 3:
                children.append(
                    self.element(
                        "script",
                        self.attributes(
                            self.attribute(href, self.url("script")),
                            type=(0.15, ("module", "text/javascript", "x")),
                            async_=(0.1, (None,)),
                            crossorigin=(0.1, CORS),
                        ),
                    )
                )
            elif kind == 4:
                children.append(self.element("style", self.attributes(media=(0.1, MEDIA)), self.styles.sheet(2)))
            elif kind == 5:
                children.append(self.element("foreignObject", [], self.anything(depth - 1)))
            elif kind == 6:
                children.append(self.element(self.one(("title", "desc")), [], self.anything(depth - 1)))
            elif kind == 7:
                children.append(
                    self.element(
                        self.one(("rect", "circle", "g", "text", "a")),
                        self.attributes(
                            fill=(0.4, (f"url({url})", f"url({url}#x)", "red")),
                            filter=(0.3, (f"url({url}#x)",)),
                            mask=(0.3, (f"url({url}#x)", f"url({url})")),
                            clip_path=(0.3, (f"url({url}#x)",)),
                            marker_start=(0.1, (f"url({url}#x)",)),
                            cursor=(0.1, (f"url({url})",)),
                            width=(0.5, ("9",)),
                            height=(0.5, ("9",)),
                        ),
                    )
                )
            elif kind == 8:
                children.append(
                    self.element(
                        self.one(("linearGradient", "pattern", "textPath", "mpath", "animate", "a", "filter")),
                        self.attributes(self.attribute(href, url + self.one(("", "#x")))),
                    )
                )
            elif kind == 9:
                children.append(Piece(f"<![CDATA[<img src={self.url('image').strip()}>]]>"))
            else:
                children.append(self.anything(depth - 1))
        return self.element("svg", self.attributes(width=(0.3, ("9",))), *children)

    def math(self, depth: int) -> Piece:
        inner = self.anything(depth - 1)
        return self.element(
            "math",
            [],
            self.element(
                self.one(("mi", "mtext", "annotation-xml", "mrow", "mglyph", "semantics")),
                self.attributes(encoding=(0.5, ("text/html", "application/xhtml+xml", "x"))),
                inner,
            ),
        )

    def odd_input(self) -> Piece:
        return self.element(
            "input",
            self.attributes(
                self.attribute("src", self.url("image")),
                type=(0.9, ("image", "image", "IMAGE", "text", "submit")),
                alt=(0.1, ("x",)),
                width=(0.1, ("0",)),
            ),
            end=False,
        )

    def background(self, depth: int) -> Piece:
        name = self.one(("table", "td", "tr", "tbody", "th", "body", "div", "table"))
        return self.element(
            name, self.attributes(self.attribute("background", self.url("image"))), self.anything(depth - 1)
        )

    def holder(self, depth: int) -> Piece:
        """Something whose content is not what it seems."""
        inner = [self.anything(depth - 1) for _ in range(self.random.randint(1, 2))]
        name = self.one(
            (
                "template",
                "template",
                "shadow",
                "shadow",
                "noscript",
                "noscript",
                "noembed",
                "noframes",
                "xmp",
                "textarea",
                "title",
                "select",
                "select",
                "iframe",
                "table",
                "table",
                "tr",
                "comment",
                "plaintext",
                "noscript",
                "listing",
                "head",
                "body",
                "button",
                "frameset",
                "p-in-table",
                "selectedcontent",
            )
        )
        match name:
            case "shadow":
                return Piece(
                    "<div>",
                    self.element(
                        "template",
                        self.attributes(
                            shadowrootmode=(1, ("open", "closed", "OPEN", "x")),
                            shadowrootclonable=(0.1, (None,)),
                            shadowrootserializable=(0.1, (None,)),
                        ),
                        *inner,
                    ),
                    self.anything(depth - 2),
                    "</div>",
                )
            case "comment":
                return Piece(
                    self.one(("<!--", "<!-->", "<!--->", "<!", "<?", "</ ", "<!-- -- ", "<!--<!--")),
                    *inner,
                    self.one(("-->", "--!>", "->", "")),
                )
            case "plaintext":
                return Piece("<plaintext>", *inner) if self.some(0.1) else Piece(*inner)
            case "p-in-table":
                return Piece(
                    "<table>", *inner, "<tr>", self.anything(depth - 1), "<td>", self.anything(depth - 1), "</table>"
                )
            case "selectedcontent":
                return Piece(
                    "<select><button><selectedcontent></selectedcontent></button><option>", *inner, "</select>"
                )
            case "select":
                return Piece("<select>", *inner, "</select>" if self.some(0.9) else "")
            case _:
                return self.element(name, self.styling(), *inner)

    def meta(self) -> Piece:
        kind = self.random.randrange(9)
        match kind:
            case 0:
                return Piece(self.one((
                    "<meta http-equiv=content-security-policy content=\"img-src 'self'\">", "<meta http-equiv=content-security-policy content=\"script-src 'nonce-n'\">",
                    "<meta http-equiv=Content-Security-Policy content=\"default-src https:\">", "<meta http-equiv=content-security-policy content=\"style-src 'self' 'unsafe-inline'\">",
                    "<meta http-equiv=content-security-policy content=\"font-src https://other.test; img-src *\">", "<meta http-equiv=content-security-policy content=upgrade-insecure-requests>",
                    "<meta http-equiv=content-security-policy-report-only content=\"img-src 'none'\">", "<meta http-equiv=content-security-policy content=\"base-uri 'none'; frame-src 'self'\">",
                    "<meta http-equiv=content-security-policy content=\"script-src 'strict-dynamic' 'nonce-n'; object-src 'none'\">", "<meta http-equiv=content-security-policy content='block-all-mixed-content'>",
                    "<meta http-equiv=content-security-policy content=\"child-src 'none'\">", "<meta http-equiv=content-security-policy content=\"style-src-attr 'none'; style-src-elem 'self'\">",
                    "<meta http-equiv=content-security-policy content=\"media-src 'none'; manifest-src 'none'; prefetch-src 'none'\">", "<meta http-equiv=content-security-policy content=\"sandbox; img-src a.test\">",
                )))  # fmt: skip
            case 1 | 2:
                return self.element(
                    "meta",
                    self.attributes(
                        self.attribute("name", self.one(("referrer", "REFERRER", "referrer"))),
                        self.attribute(
                            "content", self.one((*POLICIES, "always", "default", "origin, no-referrer", "crossorigin"))
                        ),
                    ),
                    end=False,
                )
            case 3:
                return Piece(
                    self.one(
                        (
                            "<meta name=viewport content=width=device-width>",
                            "<meta name=viewport content='width=500'>",
                            "<meta name=viewport content='width=device-width, initial-scale=2'>",
                            "<meta name=viewport content='initial-scale=0.5'>",
                            "<meta name=viewport content=''>",
                        )
                    )
                )
            case 4:
                return Piece(
                    self.one(
                        (
                            "<meta charset=latin1>",
                            "<meta http-equiv=content-type content='text/html; charset=windows-1252'>",
                            "<meta charset=utf-16>",
                            "<meta charset=nonsense>",
                            "<meta charset=shift_jis>",
                        )
                    )
                )
            case 5:
                return self.element("base", self.attributes(
                    self.attribute("href", self.one(("b/", "/", "https://other.test/", "https://other.test/d/e", "", "//b.a.test/x/", "data:,x", "http://[", "javascript:0", "?q", "../", "http://a.test/", "about:blank", " b/ "))) if self.some(0.95) else None,
                    target=(0.1, ("_blank",)),
                ), end=False)  # fmt: skip
            case 6:
                return Piece(
                    self.one(
                        (
                            "<meta http-equiv=default-style content=t>",
                            "<meta http-equiv=default-style content=u>",
                            "<meta http-equiv=x-dns-prefetch-control content=on>",
                            "<meta name=color-scheme content=dark>",
                            "<meta name=color-scheme content='light dark'>",
                            "<meta http-equiv=set-cookie content=a=b>",
                            "<meta http-equiv=content-language content=de>",
                        )
                    )
                )
            case 7:
                return Piece(
                    self.one(
                        (
                            "<meta http-equiv=accept-ch content='DPR, Width, Viewport-Width'>",
                            "<meta http-equiv=delegate-ch content='sec-ch-dpr https://other.test'>",
                            "<meta http-equiv=accept-ch content='sec-ch-viewport-width, sec-ch-ua-arch'>",
                            "<meta http-equiv=accept-ch content=dpr>",
                        )
                    )
                )
            case _:
                if self.some(0.8):
                    return Piece("<meta name=description content='<img src=no.png>'>")
                return Piece(
                    f"<meta http-equiv=refresh content='{self.one(('0', '0;url=ref.html', '1; URL=ref.html', '600;url=ref.html', '0;ref.html', ',ref.html', 'x'))}'>"
                )

    def nonsense(self) -> Piece:
        url = self.url("image").strip()
        return Piece(self.one((
            "</div>", "</p>", "</br>", "</body>", "</html>", "</table>", "</a>", "</svg>", "</template>", "</select>", "</head>", "<br>", "<p>", "<li>", "<head>", "<body>", "<html>", "<table>", "<tr>", "<td>",
            f"<img src={url}<p>", f"<img/src={url}/>", f"<<img src={url}>", f"<img src='{url}", f"<a<img src={url}>", f"\0<img src={url}>", f"<im\0g src={url}>", f"<img src=\"{url}\"alt=x>", f"<img =x src={url}>", f"<img src src={url}>",
            f"<img src={url} src=twice.png>", "&lt;img src=no.png>", "\r", "<", "</", "<!", "<!doctype html>", f"<!x><img src={url}>", f"</3><img src={url}>", f"<?php <img src={url}> ?>", f"<![CDATA[<img src={url}>]]>", "<input type=hidden>", "<col>", "<frame src=no.html>",
            "<caption>", "</script>", "</style>", "</title>", "<form>", "<button>", "<a>", "<b>", "<nobr>", "<option>", "</select>", "<hr>", "<input>", "</math>", "</foreignObject>", f"<img src={url}\0>", f"<img sr\0c={url}>", f"<img src=&#0;{url}>", "<textarea>x</textarea>",
        )))  # fmt: skip

    def block(self, depth: int) -> Piece:
        children = [self.anything(depth - 1) for _ in range(self.random.randint(0, 3))]
        more = [self.attribute("open", None)] if self.some(0.1) else []
        return self.element(
            self.one(BLOCKS),
            [*self.styling(), *more],
            "x" if self.some(0.7) else "",
            *children,
            end=not self.some(0.15),
        )

    def anything(self, depth: int) -> Piece:
        if depth <= 0:
            return self.random.choice((self.img, self.img, self.link, self.script, self.text))()
        makers: Sequence[tuple[int, Callable[[], Piece]]] = (
            (14, self.img), (6, self.picture), (16, self.link), (9, self.script), (7, self.inline_script), (8, self.style), (5, lambda: self.frame(depth)), (4, self.media),
            (4, lambda: self.embedded(depth)), (5, lambda: self.svg(depth)), (1, lambda: self.math(depth)), (2, self.odd_input), (2, lambda: self.background(depth)),
            (8, lambda: self.holder(depth)), (3, self.meta), (5, self.nonsense), (14, lambda: self.block(depth)), (2, self.text),
        )  # fmt: skip
        return self.random.choices([maker for _, maker in makers], [weight for weight, _ in makers])[0]()

    def text(self) -> Piece:
        return Piece(self.one(("x", "text ", "\n", "Ω", "&copy", "1 < 2 ")))


EMPTY_HASH = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
