"""Graphs of modules, import attributes, inline modules and script elements, each asked of Chromium 156."""

from __future__ import annotations

from tests.end_to_end.chromium.case import redirect
from tests.end_to_end.chromium.module_files import (
    CHAIN,
    SRC,
    WITH_CREDENTIALS,
    WRONG,
    case,
    importing,
    inline,
    js,
    mapped,
)

ALLOWING = {
    "@a.js": js(importing("./b.js"), cors=WITH_CREDENTIALS),
    "@b.js": js("", cors=WITH_CREDENTIALS),
}
EARLY = "names declared twice and other early errors are not seen: the module's imports are requested"

CASES = (
    # graphs
    case("one", "module graph", SRC),
    case("chain", "module graph", SRC, CHAIN),
    case("cycle", "module graph", SRC, {"a.js": importing("./b.js"), "b.js": importing("./a.js")}),
    case("itself", "module graph", SRC, {"a.js": importing("./a.js")}),
    case(
        "diamond",
        "module graph",
        SRC,
        {"a.js": importing("./b.js", "./c.js"), "b.js": importing("./d.js"), "c.js": importing("./d.js")},
    ),
    case("same-twice", "module graph", SRC + SRC, CHAIN),
    case("two-entries", "module graph", SRC + "<script type=module src=b.js></script>", CHAIN),
    case(
        "exports",
        "module graph",
        SRC,
        {
            "a.js": 'export * from "./b.js"; export {x as y} from "./c.js"; export * as z from "./d.js"',
            "c.js": "export let x",
        },
    ),
    case(
        "forms",
        "module graph",
        SRC,
        {
            "a.js": 'import d from "./b.js"; import * as n from "./c.js"; import {x, y as z} from "./d.js";'
            'import e, {x as w} from "./e.js"; import f, * as g from "./f.js"',
            "b.js": "export default 1",
            "d.js": "export let x, y",
            "e.js": "export default 1; export let x",
            "f.js": "export default 1",
        },
    ),
    case(
        "dynamic",
        "module graph",
        SRC,
        {"a.js": 'const f = () => import("./b.js"); import.meta.url; () => import.meta.resolve("./c.js")'},
    ),
    case(
        "relative",
        "module graph",
        "<script type=module src=x/a.js></script>",
        {"x/a.js": importing("./b.js", "../c.js", "/d.js")},
    ),
    case("queries", "module graph", SRC, {"a.js": importing("./b.js?1", "./b.js?2", "./b.js#f", "./b.js")}),
    case("data", "module graph", SRC, {"a.js": importing("data:text/javascript,import'./b.js'", "./c.js")}),
    case("data-absolute", "module graph", inline('import "data:text/javascript,import\\"@c.js\\""')),
    case("bare", "module graph", SRC, {"a.js": importing("./c.js", "bare")}),
    case("redirect", "module graph", SRC, {"a.js": redirect("x/y/z.js"), "x/y/z.js": importing("./b.js", "../c.js")}),
    case(
        "redirected-import",
        "module graph",
        SRC,
        {"a.js": importing("./b.js"), "b.js": redirect("x/c.js"), "x/c.js": importing("./d.js")},
    ),
    case(
        "redirect-to-the-other",
        "module graph",
        SRC,
        {"a.js": redirect("https://other.test/x/z.js"), "@x/z.js": importing("./b.js")},
    ),
    case(
        "comments",
        "module graph",
        SRC,
        {
            "a.js": '/* import "./x.js" */ // import "./y.js"\nimport/**/"./b.js"; `import "./z.js"`;'
            'let s = "import \'./w.js\'", r = /import ".\\/v.js"/; 1 / 2; import"./c.js"'
        },
    ),
    case(
        "escapes",
        "module graph",
        SRC,
        {"a.js": 'import "./\\x62.js"; import "./\\u0063.js"; import "./\\u{64}.js"; import "./e\\\n.js"'},
    ),
    case("late-import", "module graph", SRC, {"a.js": 'let x = 1;\n{ let y }\nimport "./b.js"'}),
    case("ends-without-semicolon", "module graph", SRC, {"a.js": 'import "./b.js"\nimport "./c.js"'}),
    # what ends a graph
    case(
        "missing-early",
        "module graph",
        SRC,
        {"a.js": importing("./b.js", "./c.js"), "b.js": js("", status=404), "c.js": js(importing("./d.js"), ms=150)},
    ),
    case(
        "missing-late",
        "module graph",
        SRC,
        {"a.js": importing("./b.js", "./c.js"), "b.js": js("", status=404, ms=150), "c.js": importing("./d.js")},
    ),
    case(
        "missing-in-one-of-two",
        "module graph",
        SRC + inline(importing("./c.js")),
        {"a.js": importing("./b.js", "./c.js"), "b.js": js("", status=404), "c.js": js(importing("./d.js"), ms=150)},
    ),
    case("404-with-imports", "module graph", SRC, {"a.js": js(importing("./b.js"), status=404)}),
    case("wrong-type", "module graph", SRC, {"a.js": js(importing("./b.js"), "text/plain")}),
    case("no-type", "module graph", SRC, {"a.js": js(importing("./b.js"), None)}),
    case("html-type", "module graph", SRC, {"a.js": js(importing("./b.js"), "text/html")}),
    case("old-type", "module graph", SRC, {"a.js": js(importing("./b.js"), "text/jscript")}),
    case("type-with-charset", "script type", SRC, {"a.js": js(importing("./b.js"), "text/javascript; charset=utf-8")}),
    case("x-type", "module graph", SRC, {"a.js": js(importing("./b.js"), "application/x-javascript")}),
    case("json-type", "module graph", SRC, {"a.js": js(importing("./b.js"), "application/json")}),
    case("syntax-error", "module graph", SRC, {"a.js": 'import "./b.js"; ) ('}),
    case("string-error", "module graph", SRC, {"a.js": 'import "./b.js"; "'}),
    case("html-comment", "module graph", SRC, {"a.js": 'import "./b.js";\n<!-- x'}),
    case("html-comment-end", "module graph", SRC, {"a.js": 'import "./b.js";\n--> x'}),
    case("duplicate-name", "module graph", SRC, {"a.js": 'import "./b.js"; let x; let x'}, kept=EARLY),
    case("nested-import", "module graph", SRC, {"a.js": 'import "./b.js"; { import "./c.js" }'}),
    case("hashbang", "module graph", SRC, {"a.js": '#!/usr/bin/env node\nimport "./b.js"'}),
    case(
        "no-cors",
        "module graph",
        "<script type=module src=@a.js></script>",
        {"@a.js": js(importing("./b.js"), cors=())},
    ),
    # attributes
    case(
        "json",
        "import attributes",
        SRC,
        {"a.js": 'import x from "./x.json" with {type: "json"}', "x.json": js("{}", "application/json")},
    ),
    case(
        "json-suffix",
        "import attributes",
        SRC,
        {"a.js": 'import x from "./x.json" with {type: "json"}', "x.json": js("{}", "application/ld+json")},
    ),
    case(
        "css",
        "import attributes",
        SRC,
        {"a.js": 'import x from "./x.css" with {type: "css"}', "x.css": js("p{background:url(y.png)}", "text/css")},
    ),
    case(
        "css-import",
        "import attributes",
        SRC,
        {"a.js": 'import x from "./x.css" with {type: "css"}', "x.css": js("@import 'y.css';", "text/css")},
    ),
    case(
        "text-type", "import attributes", SRC, {"a.js": 'import "./c.js"; import x from "./x.txt" with {type: "text"}'}
    ),
    case(
        "bytes-type",
        "import attributes",
        SRC,
        {"a.js": 'import "./c.js"; import x from "./x.bin" with {type: "bytes"}'},
    ),
    case("type-javascript", "script type", SRC, {"a.js": 'import "./c.js"; import "./b.js" with {type: "javascript"}'}),
    case("type-empty", "script type", SRC, {"a.js": 'import "./c.js"; import "./b.js" with {type: ""}'}),
    case("unknown-key", "import attributes", SRC, {"a.js": 'import "./c.js"; import "./b.js" with {kind: "x"}'}),
    case("no-attributes", "import attributes", SRC, {"a.js": 'import "./b.js" with {}'}),
    case(
        "assert", "import attributes", SRC, {"a.js": 'import "./c.js"; import x from "./x.json" assert {type: "json"}'}
    ),
    case(
        "json-and-js",
        "import attributes",
        SRC,
        {"a.js": 'import x from "./x" with {type: "json"}; import "./x"', "x": js("0", "application/json")},
    ),
    case("defer", "module graph", SRC, {"a.js": 'import defer * as x from "./b.js"', "b.js": importing("./c.js")}),
    case(
        "source", "module graph", SRC, {"a.js": 'import source x from "./b.wasm"', "b.wasm": js("", "application/wasm")}
    ),
    case(
        "source-name",
        "module graph",
        SRC,
        {
            "a.js": 'import source from "./b.js"; import defer from "./c.js"',
            "b.js": "export default 1",
            "c.js": "export default 1",
        },
    ),
    case("wasm", "module graph", SRC, {"a.js": 'import * as x from "./b.wasm"', "b.wasm": js("", "application/wasm")}),
    case(
        "string-names",
        "module graph",
        SRC,
        {"a.js": 'import {"a b" as x} from "./b.js"; export {x as "c d"}', "b.js": 'let a; export {a as "a b"}'},
    ),
    # inline
    case("inline", "script module inline", inline(importing("./a.js")), CHAIN),
    case("inline-bare", "script module inline", inline(importing("./c.js", "bare"))),
    case(
        "inline-after-base",
        "script module inline",
        "<base href=x/>" + inline(importing("./a.js")),
        {"x/a.js": importing("./b.js")},
    ),
    case(
        "inline-before-base",
        "script module inline",
        inline(importing("./a.js")) + "<base href=x/>",
        {"x/a.js": importing("./b.js")},
    ),
    case("inline-error", "script module inline", inline(importing("./a.js") + "(")),
    case("inline-and-src", "script module inline", "<script type=module src=a.js>import './x.js'</script>", CHAIN),
    case("inline-empty-src", "script module inline", "<script type=module src>import './x.js'</script>"),
    case("inline-in-body", "script module inline", "<p>x</p>" + inline(importing("./a.js")), CHAIN),
    case("inline-comment-markup", "script module inline", inline(importing("./a.js") + "\n<!-- x\n")),
    case("inline-async", "script module inline", inline(importing("./a.js"), "async"), CHAIN),
    case(
        "inline-credentials",
        "script module inline",
        inline(importing("@a.js"), "crossorigin=use-credentials"),
        ALLOWING,
    ),
    case(
        "inline-anonymous",
        "script module inline",
        inline(importing("@a.js"), "crossorigin"),
        {"@a.js": importing("./b.js")},
    ),
    case("inline-referrer", "script module inline", inline(importing("./a.js"), "referrerpolicy=no-referrer"), CHAIN),
    case("inline-priority", "script module inline", inline(importing("./a.js"), "fetchpriority=high"), CHAIN),
    case("inline-unclosed", "script module inline", "<script type=module>import './a.js'"),
    case("in-template", "script module inline", "<template>" + SRC + inline(importing("./x.js")) + "</template>"),
    case("in-noscript", "script module inline", "<noscript>" + SRC + "</noscript>"),
    case(
        "in-svg-cdata",
        "script module inline",
        "<svg><script type=module><![CDATA[import './a.js'; 1 < 2 && 3]]></script></svg>",
        CHAIN,
    ),
    case(
        "in-svg-references",
        "script module inline",
        "<svg><script type=module>import &quot;./a.js&quot;</script></svg>",
        CHAIN,
    ),
    case(
        "in-svg-element",
        "script module inline",
        "<svg><script type=module>import './a.js'; <g>import './x.js'</g></script></svg>",
        CHAIN,
    ),
    case(
        "in-svg-two",
        "script module inline",
        "<svg><script type=module>import './a.js'</script><script type=module>import './d.js'</script></svg>",
        CHAIN,
    ),
    case(
        "in-svg-map",
        "script module inline",
        '<svg><script type=importmap>{"imports":{"a":"./a.js"}}</script></svg>' + inline("import 'a'"),
        CHAIN,
    ),
    case(
        "data-src",
        "module graph",
        "<script type=module src='data:text/javascript,import \"https://a.test/a.js\"'></script>",
        CHAIN,
    ),
    case(
        "data-relative",
        "module graph",
        "<script type=module src='data:text/javascript,import \"./a.js\"'></script>",
        CHAIN,
    ),
    case(
        "data-json",
        "module graph",
        "<script type=module src='data:application/json,{}'></script>"
        + inline("import x from 'data:application/json,{}' with {type: 'json'}; import './a.js'"),
        CHAIN,
    ),
    case(
        "data-in-data",
        "module graph",
        inline(
            "import 'data:text/javascript,import%20%22data:text/javascript,import%2520%2522https://a.test/a.js%2522%22'"
        ),
        CHAIN,
    ),
    case(
        "data-base64",
        "module graph",
        inline("import 'data:text/javascript;base64,ZXhwb3J0IGxldCB4'; import './a.js'"),
        CHAIN,
    ),
    case("data-no-type", "module graph", inline("import 'data:,import \"https://a.test/a.js\"'"), CHAIN),
    case(
        "data-mapped",
        "module graph",
        mapped('{"imports":{"m":"data:text/javascript,import%20%22https://a.test/a.js%22"}}') + inline("import 'm'"),
        CHAIN,
    ),
    case(
        "data-policy",
        "module graph",
        inline("import 'data:text/javascript,import \"https://a.test/a.js\"'", "nonce=x"),
        CHAIN,
        fields=(("content-security-policy", "script-src 'nonce-x' 'self'"),),
    ),
    case(
        "data-preload",
        "module graph",
        "<link rel=modulepreload href='data:text/javascript,import \"https://a.test/a.js\"'>",
        CHAIN,
    ),
    case("in-svg", "script module inline", "<svg><script type=module href=a.js></script></svg>", CHAIN),
    case(
        "in-svg-inline",
        "script module inline",
        "<svg><script type=module>import './a.js'</script></svg>",
        CHAIN,
    ),
    # the script element
    case("nomodule", "script type", "<script nomodule src=x.js></script>" + SRC),
    case("nomodule-module", "script type", "<script type=module nomodule src=a.js></script>"),
    case("nomodule-inline", "script type", inline(importing("./a.js"), "nomodule")),
    case("classic-with-import", "script type", "<script src=c.js></script>", {"c.js": importing("./x.js")}),
    case(
        "type-case",
        "script type",
        "<script type=MODULE src=a.js></script><script type=' module ' src=b.js></script>",
        CHAIN,
    ),
    case("type-charset", "script type", "<script type='text/javascript; charset=utf-8' src=x.js></script>"),
    case(
        "type-jscript",
        "script type",
        "<script type=text/jscript src=x.js></script><script type=text/ecmascript src=y.js></script>",
    ),
    case("type-empty-string", "script type", "<script type='' src=x.js></script><script language=x src=y.js></script>"),
    case(
        "type-spaces",
        "script type",
        "<script type=' text/javascript ' src=x.js></script><script type=' ' src=y.js></script>",
    ),
    case(
        "language",
        "script type",
        "<script language=javascript src=x.js></script><script language=javascript1.2 src=y.js></script>",
    ),
    case(
        "language-empty",
        "script type",
        "<script language='' src=x.js></script><script type=text/plain language=javascript src=y.js></script>",
    ),
    case(
        "type-json",
        "script type",
        "<script type=application/json src=x.js></script><script type=speculationrules src=y.js></script>",
    ),
    case(
        "crossorigin",
        "script module attributes",
        "<script type=module crossorigin src=@a.js></script>",
        {"@a.js": importing("./b.js")},
    ),
    case(
        "credentials",
        "script module attributes",
        "<script type=module crossorigin=use-credentials src=@a.js></script>",
        ALLOWING,
    ),
    case("cross-origin", "module graph", "<script type=module src=@a.js></script>", {"@a.js": importing("./b.js")}),
    case(
        "referrer",
        "script module attributes",
        "<script type=module referrerpolicy=no-referrer src=a.js></script>",
        CHAIN,
    ),
    case(
        "module-referrer",
        "module graph",
        SRC,
        {**CHAIN, "a.js": js(importing("./b.js"), fields=(("referrer-policy", "no-referrer"),))},
    ),
    case(
        "priority-high", "script module attributes", "<script type=module fetchpriority=high src=a.js></script>", CHAIN
    ),
    case("priority-low", "script module attributes", "<script type=module fetchpriority=low src=a.js></script>", CHAIN),
    case("async", "script module attributes", "<script type=module async src=a.js></script>", CHAIN),
    case("blocking", "script module attributes", "<script type=module blocking=render src=a.js></script>", CHAIN),
    case("body", "module graph", "<p>x</p>" + SRC, CHAIN),
    case(
        "integrity-wrong",
        "script module attributes",
        f"<script type=module integrity={WRONG} src=a.js></script>",
        CHAIN,
    ),
)
