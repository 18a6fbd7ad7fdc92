"""Random style sheets: at-rules, selectors and values that may or may not ask for a picture, a font or a sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.end_to_end.chromium.random_pages.drafts import Piece

SELECTORS = (
    "*", "p", "div", "body", "html", ":root", ".a", ".b", ".a.b", "#i", "div .a", "div>.b", "p+p", "p~p", ":not(.a)", ":is(p,div)", ".a:hover", "::before", "p::before",
    ".a::after", "li::marker", "div::first-line", "p::first-letter", "::selection", "a:link", "[class]", "[class=a]", "[hidden]", "div:has(.a)", ":first-child", ":nth-child(2)", "x-y",
    "svg", "img", "td", "table", "::placeholder", "dialog::backdrop", "dialog", "details", "summary", "button", ":empty", "p:where(.x)", "div:nonsense", "body *", "body>*", "A", ".A", "*|div", "a:visited",
    ":host", "::slotted(*)", "input", "ul li", "::part(x)", "details::details-content", ":lang(de)", "option", "select", "h1,.c", "h1,:bad(", "p:not(:first-child)", "div:only-child", ":target",
)  # fmt: skip


class Styles:
    """``url`` gives a name for something of a kind."""

    def __init__(self, random: Random, url: Callable[[str], str]) -> None:
        self.random = random
        self._url = url
        self._fonts = 0

    def one(self, values: Sequence[str]) -> str:
        return self.random.choice(values)

    def url(self, kind: str) -> str:
        """As a function or string of CSS, in one of its spellings."""
        name = self._url(kind).strip().replace("\n", "").replace('"', "").replace("\\", "/")
        if any(each in name for each in " '()"):
            return f'url("{name}")'
        return self.one(
            (f"url({name})", f"url({name})", f'url("{name}")', f"url( {name} )", f"URL({name})", f"u\\72l({name})")
        )

    def image(self) -> str:
        url = self.url("image")
        return self.one((
            url, url, url, url, f"image-set({url} 1x, {self.url('image')} 2x)", f"-webkit-image-set({url} 1x)", f"cross-fade({url}, {self.url('image')}, 50%)", "none", "linear-gradient(red,blue)",
            f"{url}, {self.url('image')}", f"image-set({url} type('image/foo'), {self.url('image')} type('image/png'))", f"linear-gradient(red,blue), {url}", "var(--v)", f"var(--w, {url})", "inherit",
            f"image-set({url} 2x, {self.url('image')} 1x)", f"light-dark({url}, {self.url('image')})", "initial", f"-webkit-cross-fade({url}, {url}, 50%)", "unset",
        ))  # fmt: skip

    def declaration(self) -> Piece:
        image = self.image()
        return Piece(self.one((
            f"background:{image};", f"background-image:{image};", f"background:{image} no-repeat red;", f"list-style:{image};", f"list-style-image:{image};", f"border-image:{image} 1;", f"border-image-source:{image};", f"content:{image};",
            f"cursor:{image},auto;", f"mask:{image};", f"mask-image:{image};", f"-webkit-mask-image:{image};", f"filter:{self.url('svg')};", f"clip-path:{self.url('svg')};", f"shape-outside:{image};", f"--v:{image};", f"-webkit-box-reflect:below 0 {image};",
            "font-family:F;", "font-family:G,serif;", "font:12px F;", "font-family:serif;", "display:none;", "display:block;", "visibility:hidden;", "color:red;", f"background:{image} !important;", f"background:{image} nonsense;", f"back\\67round:{image};",
            "font-weight:bold;", "font-family:'F',G;", "font-style:italic;", "content:'x';", "display:contents;", "display:list-item;", "float:left;", "content-visibility:hidden;", "all:unset;", f"BACKGROUND:{image};", f"background:{image}/*", f"-webkit-border-image:{image} 1;",
            f"background-image:{image};background-image:{self.image()};", "width:0;", "opacity:0;", "font:bold 10px/1 'G',F;", "position:absolute;", f"offset-path:{image};", "container-type:inline-size;", f"stroke:{self.url('svg')};", "transition:all 1s;", "animation:k 1s;",
        )))  # fmt: skip

    def declarations(self, most: int) -> list[Piece]:
        """For an attribute in double quotes."""
        return [Piece(str(self.declaration()).replace('"', "'")) for _ in range(self.random.randint(1, most))]

    def rule(self, depth: int = 2) -> Piece:
        inner = [self.declaration() for _ in range(self.random.randint(1, 3))]
        if depth and self.random.random() < 0.15:
            inner.append(
                Piece(
                    self.one(("&", "& ", "&.a", "> ", ".b ", "@media screen{", "&:not(.b)")),
                    "{",
                    self.declaration(),
                    "}",
                )
            )
        return Piece(self.one(SELECTORS), "{", *inner, self.one(("}",) * 20 + ("", "}}", "};")))

    def import_rule(self) -> Piece:
        url = self.url("style")
        if self.random.random() < 0.4:
            url = f'"{self._url("style").strip()}"'.replace("\n", "")
        after = self.one(("",) * 8 + (
            " screen", " print", " layer", " layer(x)", " supports(display:grid)", " supports(foo:bar)", " layer supports(display:grid) screen", " (min-width:500px)", " nonsense", " supports(not (foo:bar))",
            " layer()", " scope(.a)", " supports(selector(a>b)) print", " screen,print", " not all", "{}", " supports()", " layer(x.y) (max-width:1px)",
        ))  # fmt: skip
        word = self.one(("@import", "@import", "@import", "@IMPORT", "@im\\70ort"))
        return Piece(f"{word} {url}{after};")

    def font_face(self) -> Piece:
        sources = ",".join(
            self.url("font")
            + self.one(
                (
                    "",
                    "",
                    "",
                    " format('woff2')",
                    " format(woff2)",
                    " format('foo')",
                    " tech(variations)",
                    " tech(foo)",
                    " format('truetype')",
                    " format('woff2') tech(color-COLRv1)",
                )
            )
            for _ in range(self.random.randint(1, 2))
        )
        if self.random.random() < 0.1:
            sources = self.one((f"local(nosuch),{sources}", "local(x)", f"{sources},local(y)", "nonsense"))
        more = self.one(
            ("",) * 6
            + (
                "unicode-range:U+0-FF;",
                "unicode-range:U+400-4FF;",
                "font-weight:bold;",
                "font-style:italic;",
                "font-display:optional;",
                "font-weight:100 900;",
                "unicode-range:U+3a9;",
                "font-stretch:50%;",
                "font-display:swap;",
            )
        )
        return Piece(
            "@font-face{",
            Piece(f"font-family:{self.one(('F', 'F', 'G', chr(34) + 'F' + chr(34), 'f'))};"),
            Piece(f"src:{sources};"),
            Piece(more),
            "}",
        )

    def statement(self, depth: int = 2) -> Piece:
        kind = self.random.randrange(30)
        if kind < 13 or depth <= 0:
            return self.rule(depth)
        if kind < 17:
            return self.font_face()
        if kind < 19:
            return self.import_rule()
        if kind < 26:
            head = self.one((
                "@media screen", "@media print", "@media (min-width:500px)", "@media (max-width:500px)", "@supports (display:grid)", "@supports (foo:bar)", "@supports not (foo:bar)", "@layer x", "@layer", "@media nonsense", "@container (min-width:1px)", "@scope (.a)", "@starting-style",
                "@supports selector(a>b)", "@supports font-tech(color-COLRv1)", "@media not print", "@nonsense", "@keyframes k", "@page", "@scope (div) to (.b)", "@layer y,z", "@container x (width>1px)", "@media (prefers-color-scheme:dark)", "@media screen and (min-width:1px),print", "@supports font-format(woff2)",
            ))  # fmt: skip
            return Piece(f"{head}{{", *(self.statement(depth - 1) for _ in range(self.random.randint(1, 2))), "}")
        return Piece(self.one((
            "@charset 'utf-8';", "@layer a,b;", "/* @import 'no.css'; */", f"@namespace {self.url('style')};", "@property --v{syntax:'*';inherits:true}", "<!-- ", " -->", ";", "}", f"@counter-style c{{system:cyclic;symbols:{self.url('image')}}}",
            f"@keyframes k{{from{{background:{self.url('image')}}}to{{background:{self.url('image')}}}}}", f"@page{{background:{self.url('image')}}}", "@font-palette-values --x{font-family:F}", "@view-transition{navigation:auto}", "/* unclosed ", "@namespace svg 'http://www.w3.org/2000/svg';",
        )))  # fmt: skip

    def sheet(self, most: int) -> Piece:
        statements = [self.import_rule() for _ in range(self.random.choice((0, 0, 0, 1, 1, 2)))]
        if self.random.random() < 0.08:
            statements.insert(
                0,
                Piece(
                    self.one(("@charset 'x';", '@charset "utf-8";', "@layer q;", "<!--", "\ufeff", "@nonsense;", "p{}"))
                ),
            )
        statements += [self.statement() for _ in range(self.random.randint(0, most))]
        return Piece(*statements)
