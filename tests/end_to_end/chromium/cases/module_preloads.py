"""modulepreload, preloads and hints of modules, and import maps, each asked of Chromium 156."""

from __future__ import annotations

from tests.end_to_end.chromium.module_files import CHAIN, SRC, WRONG, case, importing, inline, js, mapped

JSON = 'import x from "./x.json" with {type: "json"}'

CASES = (
    # modulepreload
    case("modulepreload", "link modulepreload", "<link rel=modulepreload href=a.js>", CHAIN),
    case("modulepreload-used", "link modulepreload", "<link rel=modulepreload href=a.js>" + SRC, CHAIN),
    case("modulepreload-used-late", "link modulepreload", SRC + "<link rel=modulepreload href=a.js>", CHAIN),
    case("modulepreload-child", "link modulepreload", "<link rel=modulepreload href=b.js>" + SRC, CHAIN),
    case(
        "modulepreload-credentials",
        "link modulepreload",
        "<link rel=modulepreload crossorigin=use-credentials href=a.js>" + SRC,
        CHAIN,
    ),
    case(
        "modulepreload-cross",
        "link modulepreload",
        "<link rel=modulepreload href=@a.js><script type=module src=@a.js></script>",
        {"@a.js": importing("./b.js")},
    ),
    case("modulepreload-as-style", "link modulepreload", "<link rel=modulepreload as=style href=a.css>"),
    case("modulepreload-as-json", "link modulepreload", "<link rel=modulepreload as=json href=a.json>"),
    case("modulepreload-as-worker", "link modulepreload", "<link rel=modulepreload as=worker href=a.js>"),
    case("modulepreload-as-image", "link modulepreload", "<link rel=modulepreload as=image href=a.png>"),
    case("modulepreload-as-fetch", "link modulepreload", "<link rel=modulepreload as=fetch href=a.js>"),
    case(
        "modulepreload-json-used",
        "link modulepreload",
        "<link rel=modulepreload as=json href=x.json>" + SRC,
        {"a.js": 'import x from "./x.json" with {type:"json"}', "x.json": js("{}", "application/json")},
    ),
    case(
        "modulepreload-priority",
        "link modulepreload",
        "<link rel=modulepreload fetchpriority=high href=a.js><link rel=modulepreload fetchpriority=low href=b.js>",
    ),
    case("modulepreload-in-body", "link modulepreload", "<p>x</p><link rel=modulepreload href=a.js>", CHAIN),
    case("modulepreload-error", "link modulepreload", "<link rel=modulepreload href=a.js>", {"a.js": "("}),
    case("modulepreload-header", "link modulepreload", "<p>x", CHAIN, fields=(("link", "<a.js>; rel=modulepreload"),)),
    case(
        "modulepreload-header-used", "link modulepreload", SRC, CHAIN, fields=(("link", "<a.js>; rel=modulepreload"),)
    ),
    case("modulepreload-media", "link modulepreload", "<link rel=modulepreload media=print href=a.js>"),
    case(
        "modulepreload-integrity",
        "link modulepreload",
        f"<link rel=modulepreload integrity={WRONG} href=a.js>" + SRC,
        CHAIN,
    ),
    case("preload-then-module", "link modulepreload", "<link rel=preload as=script href=a.js>" + SRC, CHAIN),
    case(
        "preload-crossorigin-then-module",
        "link modulepreload",
        "<link rel=preload as=script crossorigin href=a.js>" + SRC,
        CHAIN,
    ),
    case("classic-and-module", "script type", "<script src=a.js></script>" + SRC),
    case(
        "classic-and-module-that-imports",
        "script type",
        "<script src=a.js></script>" + SRC,
        {"a.js": importing("./b.js")},
    ),
    case(
        "classic-elsewhere-and-module-that-imports",
        "script type",
        "<iframe src=f.html></iframe><script defer src=a.js></script>",
        {"a.js": importing("./b.js"), "f.html": SRC},
    ),
    case("module-and-classic", "module graph", SRC + "<script src=a.js></script>"),
    case("hinted-unused", "EH 5", "<p>x", CHAIN, hints=("<a.js>; rel=modulepreload",)),
    case("hinted", "EH 5", SRC, CHAIN, hints=("<a.js>; rel=modulepreload",)),
    case("hinted-child", "EH 5", SRC, CHAIN, hints=("<b.js>; rel=modulepreload",)),
    case("hinted-as-script", "EH 5", SRC, CHAIN, hints=("<a.js>; rel=preload; as=script",)),
    # import maps
    case("map", "import map", mapped('{"imports":{"x":"./b.js"}}') + SRC, {"a.js": importing("x")}),
    case("map-inline", "import map", mapped('{"imports":{"x":"./b.js"}}') + inline(importing("x"))),
    case(
        "map-prefix",
        "import map",
        mapped('{"imports":{"x/":"./lib/","x/y/":"./other/"}}') + inline(importing("x/a.js", "x/y/b.js")),
    ),
    case(
        "map-scope",
        "import map",
        mapped('{"imports":{"x":"./b.js"},"scopes":{"./lib/":{"x":"./c.js"}}}') + inline(importing("x", "./lib/a.js")),
        {"lib/a.js": importing("x")},
    ),
    case("map-url", "import map", mapped('{"imports":{"./b.js":"./c.js"}}') + SRC, {"a.js": importing("./b.js")}),
    case("map-src", "import map", mapped('{"imports":{"./a.js":"./c.js"}}') + SRC),
    case(
        "map-null",
        "import map",
        mapped('{"imports":{"x":null,"y":"./b.js"}}') + inline(importing("y")) + inline(importing("./c.js", "x")),
    ),
    case(
        "map-bad-address",
        "import map",
        mapped('{"imports":{"x":"bare","y":"./b.js"}}') + inline(importing("y")) + inline(importing("./c.js", "x")),
    ),
    case(
        "map-prefix-no-slash", "import map", mapped('{"imports":{"x/":"./b"}}') + inline(importing("x/y.js", "./c.js"))
    ),
    case("map-bad-json", "import map", mapped("{") + inline(importing("./c.js")) + inline(importing("x"))),
    case("map-array", "import map", mapped("[]") + inline(importing("./c.js"))),
    case("map-bad-scopes", "import map", mapped('{"imports":{"x":"./b.js"},"scopes":[]}') + inline(importing("x"))),
    case("map-after", "import map", SRC + mapped('{"imports":{"x":"./b.js"}}'), {"a.js": importing("x")}),
    case("map-after-inline", "import map", inline(importing("x", "./c.js")) + mapped('{"imports":{"x":"./b.js"}}')),
    case(
        "map-between",
        "import map",
        inline(importing("./c.js")) + mapped('{"imports":{"x":"./b.js"}}') + inline(importing("x")),
    ),
    case(
        "map-after-same",
        "import map",
        inline(importing("./c.js")) + mapped('{"imports":{"./c.js":"./d.js"}}') + inline(importing("./c.js")),
    ),
    case(
        "map-after-prefix",
        "import map",
        inline(importing("./lib/c.js")) + mapped('{"imports":{"./lib/":"./other/"}}') + inline(importing("./lib/d.js")),
    ),
    case(
        "map-after-preload",
        "import map",
        "<link rel=modulepreload href=c.js>" + mapped('{"imports":{"x":"./b.js"}}') + inline(importing("x")),
    ),
    case(
        "two-maps",
        "import map",
        mapped('{"imports":{"x":"./b.js"}}') + mapped('{"imports":{"y":"./c.js"}}') + inline(importing("x", "y")),
    ),
    case(
        "two-maps-conflict",
        "import map",
        mapped('{"imports":{"x":"./b.js"}}') + mapped('{"imports":{"x":"./c.js"}}') + inline(importing("x")),
    ),
    case(
        "two-maps-scope-conflict",
        "import map",
        mapped('{"scopes":{"./":{"x":"./b.js"}}}')
        + mapped('{"scopes":{"./":{"x":"./c.js","y":"./d.js"}}}')
        + inline(importing("x", "y")),
    ),
    case(
        "map-external", "import map", "<script type=importmap src=map.json></script>" + inline(importing("./c.js", "x"))
    ),
    case(
        "map-case",
        "import map",
        "<script type=IMPORTMAP>" + '{"imports":{"x":"./b.js"}}</script>' + inline(importing("x")),
    ),
    case("map-base", "import map", "<base href=y/>" + mapped('{"imports":{"x":"./b.js"}}') + inline(importing("x"))),
    case("map-integrity-wrong", "import map", mapped(f'{{"integrity":{{"./a.js":"{WRONG}"}}}}') + SRC, CHAIN),
    case("map-chained", "import map", mapped('{"imports":{"x":"./b.js","./b.js":"./c.js"}}') + inline(importing("x"))),
    case("map-dup-keys", "import map", mapped('{"imports":{"x":"./b.js","x":"./c.js"}}') + inline(importing("x"))),
    case("map-empty-key", "import map", mapped('{"imports":{"":"./b.js"}}') + inline(importing("./c.js"))),
    case(
        "map-backtrack", "import map", mapped('{"imports":{"x/":"./lib/"}}') + inline(importing("./c.js", "x/../b.js"))
    ),
    case("map-in-body", "import map", "<p>x</p>" + mapped('{"imports":{"x":"./b.js"}}') + inline(importing("x"))),
    case(
        "map-remote",
        "import map",
        mapped('{"imports":{"x":"@b.js"}}') + inline(importing("x")),
        {"@b.js": importing("./c.js")},
    ),
    case(
        "map-over-url",
        "import map",
        mapped('{"imports":{"https://cdn.test/":"./lib/"}}') + inline(importing("https://cdn.test/a.js")),
    ),
    case(
        "map-in-template",
        "import map",
        "<template>" + mapped('{"imports":{"x":"./b.js"}}') + "</template>" + inline(importing("./c.js", "x")),
    ),
    case(
        "modulepreload-mapped",
        "link modulepreload",
        mapped('{"imports":{"./a.js":"./b.js"}}') + "<link rel=modulepreload href=a.js>",
    ),
    # together
    case("csp-inline", "CSP", inline(importing("./a.js")), fields=(("content-security-policy", "script-src 'self'"),)),
    case(
        "csp-map",
        "CSP",
        mapped('{"imports":{"x":"./b.js"}}') + SRC,
        {"a.js": importing("x")},
        fields=(("content-security-policy", "script-src https://a.test"),),
    ),
    case(
        "csp-nonce",
        "CSP",
        inline(importing("./a.js"), "nonce=n"),
        CHAIN,
        fields=(("content-security-policy", "script-src 'nonce-n'"),),
    ),
    case(
        "csp-import",
        "CSP",
        SRC,
        {"a.js": importing("@b.js", "./c.js")},
        fields=(("content-security-policy", "script-src https://a.test"),),
    ),
    case("csp-json-connect", "CSP", SRC, {"a.js": JSON}, fields=(("content-security-policy", "connect-src 'none'"),)),
    case(
        "csp-json-script",
        "CSP",
        SRC,
        {"a.js": JSON},
        fields=(("content-security-policy", "script-src https://a.test/a.js"),),
    ),
    case(
        "csp-css-style",
        "CSP",
        SRC,
        {"a.js": 'import x from "./x.css" with {type: "css"}'},
        fields=(("content-security-policy", "style-src 'none'"),),
    ),
    case(
        "csp-text-connect",
        "CSP",
        SRC,
        {"a.js": 'import x from "./x.txt" with {type: "text"}'},
        fields=(("content-security-policy", "connect-src 'none'"),),
    ),
    case(
        "application",
        "module graph",
        "<link rel=modulepreload href=/shared.js><link rel=stylesheet href=s.css>"
        + mapped('{"imports":{"lib":"./lib/index.js","lib/":"./lib/"}}')
        + SRC
        + inline(importing("lib/tool.js")),
        {
            "a.js": importing("./c.js", "/shared.js"),
            "lib/index.js": 'export * from "./one.js"; export * from "./two.js"',
            "lib/tool.js": importing("lib"),
            "c.js": JSON,
        },
    ),
)
