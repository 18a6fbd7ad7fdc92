"""The import lexer: tables of one-line modules, every cut, hostile inputs, and what a JavaScript parser finds."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_javascript
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.discovery.modules import lexer
from fetcher.discovery.modules.declarations import Import, ImportKind, Unreadable, string_value
from fetcher.discovery.modules.lexer import ImportLexer

STATIC = (ImportKind.IMPORT, ImportKind.EXPORT)


def imports_of(text: bytes) -> list[Import]:
    """Those of a whole module. Raises Unreadable."""
    lexer = ImportLexer(20_000)
    lexer.feed(text)
    return lexer.close()


def told(text: str | bytes) -> list[str] | str:
    """Each import as "specifier", dynamic ones as "(specifier", attributes after it; or why it cannot be read."""
    data = text.encode() if isinstance(text, str) else text
    try:
        return [_told(each) for each in imports_of(data)]
    except Unreadable as error:
        return str(error)


def _told(each: Import) -> str:
    attributes = "".join(f" {key}={value}" for key, value in each.attributes)
    return ("" if each.kind in STATIC else "(") + (each.specifier or "") + attributes


READ = [
    ("", []),
    ('import "a"', ["a"]),
    ("import 'a'", ["a"]),
    ('import"a";import"b"', ["a", "b"]),
    ('import "a"\nimport "b"', ["a", "b"]),
    ('import a from "a"', ["a"]),
    ('import a, {b} from "a"', ["a"]),
    ('import a, * as b from "a"', ["a"]),
    ('import * as a from "a"', ["a"]),
    ('import*as a from"a"', ["a"]),
    ('import{a}from"a"', ["a"]),
    ('import {} from "a"', ["a"]),
    ('import {a as b, c,} from "a"', ["a"]),
    ('import {default as a} from "a"', ["a"]),
    ('import {"a b" as c} from "a"', ["a"]),
    ('import {a /* } */ , // }\n b} from "a"', ["a"]),
    ('import from from "a"', ["a"]),
    ('import source from "a"', ["a"]),
    ('import defer from "a"', ["a"]),
    ('import defer, {a} from "a"', ["a"]),
    ('import as from "a"', ["a"]),
    ('import {from} from "a"', ["a"]),
    ('import $ from "a"', ["a"]),
    ('import \\u0061 from "a"', ["a"]),
    ('import é from "a"', ["a"]),
    ('import/**/a/**/from/**/"a"', ["a"]),
    ('import // x\n "a"', ["a"]),
    ('import "a" with {type: "json"}', ["a type=json"]),
    ('import "a" with {"type": "json",}', ["a type=json"]),
    ('import a from "a" with {type: \'css\', b: "c"}', ["a type=css b=c"]),
    ('import "a" with {}', ["a"]),
    ('export * from "a" with {type: "json"}', ["a type=json"]),
    ('export * from "a"', ["a"]),
    ('export*from"a"', ["a"]),
    ('export * as b from "a"', ["a"]),
    ('export * as "b c" from "a"', ["a"]),
    ('export {a, b as c} from "a"', ["a"]),
    ('export {a}; "x"', []),
    ("export {a}\nfrom\n'a'", ["a"]),
    ('export const from = "a"', []),
    ("export default function () {}", []),
    ('import("a")', ["(a"]),
    ("import(a)", ["("]),
    ('import("a", {with: {type: "json"}})', ["(a"]),
    ('import.meta.url; import.meta["x"]', []),
    ('import.meta.resolve("a")', ["(a"]),
    ("import.meta.resolve(a)", ["("]),
    ('a.import("b"); a?.import("b"); a . import("b")', []),
    ('[...import("a")]', ["(a"]),
    ('({import: 1, import() {}, "import": 2})', []),
    ('class A { import = 1; import; static import\n"x" }', []),
    ("class A { #import = 1; m() { return this.#import } }", []),
    ('reimport("a"); $import("a"); import_("a"); ximport`a`', []),
    ('"import \'a\'"; \'import "a"\'; `import "a"`', []),
    ('// import "a"\n/* import "b" */ import "c"', ["c"]),
    ('#!/usr/bin/env node "\nimport "a"', ["a"]),
    ('\ufeffimport "a"', ["a"]),
    ('\ufeff#!x "\nimport "a"', ["a"]),
    ('`${import("a")}`', ["(a"]),
    ('`${`${import("a")} import "b"`} import "c"`; import "d"', ["(a", "d"]),
    ('`\\`${a}\\${import "b"`; import "c"', ["c"]),
    ('`$`; `$$`; `$a{`; import "a"', ["a"]),
    ('`${{a: `}`}.a}`; import "a"', ["a"]),
    ('"\\"; import \'a\'"; import "b"', ["b"]),
    ('"\\\n"; import "b"', ["b"]),
    ('"\\\r\n"; import "b"', ["b"]),
    ('"\u2028"; import "b"', ["b"]),
    ('// x\u2028import "a"', ["a"]),
    ('// x\rimport "a"', ["a"]),
    ('/"/; import "a"', ["a"]),
    ('a = /"/; import "a"', ["a"]),
    ('a = b / c; d = "/"; import "a"', ["a"]),
    ('a / b / c; import "a"', ["a"]),
    ('(a) / b / "x"; import "a"', ["a"]),
    ('a[0] / b / "x"; import "a"', ["a"]),
    ('"a" / 1 / "x"; import "a"', ["a"]),
    ('`a` / 1 / "x"; import "a"', ["a"]),
    ('1 / 2 / "x"; import "a"', ["a"]),
    ('1. / 2 / "x"; import "a"', ["a"]),
    ('.5 / 2 / "x"; import "a"', ["a"]),
    ('a++ / 2 / "x"; import "a"', ["a"]),
    ('/a/ / /"/; import "a"', ["a"]),
    ('/a/g / 2 / "x"; import "a"', ["a"]),
    ('if (a) /"/.test(b); import "a"', ["a"]),
    ('if (a(1)) /"/.test(b); import "a"', ["a"]),
    ('while (a) /"/.test(b); import "a"', ["a"]),
    ('if (a) /* x */ /"/.test(b); import "a"', ["a"]),
    ('a.if(b) / 2 / "x"; import "a"', ["a"]),
    ('function f() { return /"/ } import "a"', ["a"]),
    ('a.return / 2 / "x"; import "a"', ["a"]),
    ('// a.\nreturn_; x = () => { return /"/ }; import "a"', ["a"]),
    ('typeof /"/; void /"/; import "a"', ["a"]),
    ('[/"/, /\'/]; ({a: /"/}); f(/"/); import "a"', ["a"]),
    ('a ? /"/ : /\'/; !/"/; a && /"/; import "a"', ["a"]),
    ('{ a } /"/.test(b); import "a"', ["a"]),
    ('if (a) { b } /"/.test(b); import "a"', ["a"]),
    ('a = {} / 2 / "x"; import "a"', ["a"]),
    ('a = {b: {}} / 2 / "x"; import "a"', ["a"]),
    ('f({} / 2 / "x"); import "a"', ["a"]),
    ('[.../"/.exec(a)]; import "a"', ["a"]),
    ('x = /[/"]/; import "a"', ["a"]),
    ('x = /\\/"/; import "a"', ["a"]),
    ('x = /[\\]"]/v; import "a"', ["a"]),
    ('x = a\n/b/g; import "a"', ["a"]),
    ('x-->0; x --> 0; import "a"', ["a"]),
    ('x /* y */ --> 0; import "a"', ["a"]),
    ('"<!--"; `-->`; import "a"', ["a"]),
    ('import "\\x61\\u0062\\u{63}\\d\\\n\\0"', ["abcd\0"]),
    ('import "a"\u2029import "b"', ["a", "b"]),
    ('let x\n{ y }\nimport "a"', ["a"]),
    ('export function f() { return import("a") } import "b"', ["(a", "b"]),
    ("label: for (const a of b) { continue label }", []),
]  # fmt: skip

UNREADABLE = [
    ('import "a', "a string is not closed"),
    ('import "a"; "\n"', "a string is not closed"),
    ('import "a"; `', "a template is not closed"),
    ('import "a"; `${a', "a bracket or template is not closed"),
    ('import "a"; /*', "a comment is not closed"),
    ('import "a"; /', "a regular expression is not closed"),
    ('import "a"; x = /a\n/', "a regular expression is not closed"),
    ('import "a"; (', "a bracket or template is not closed"),
    ('import "a"; )', "a bracket closes none"),
    ('import "a"; (}', "brackets do not pair"),
    ('import "a"; `${)}`', "brackets do not pair"),
    ("<!-- x; import 'a'", "an HTML-like comment, which a module may not have"),
    ("a<!--b; import 'a'", "an HTML-like comment, which a module may not have"),
    ("--> x; import 'a'", "an HTML-like comment, which a module may not have"),
    ("a\n --> x\nimport 'a'", "an HTML-like comment, which a module may not have"),
    ("a /*\n*/ --> x\nimport 'a'", "an HTML-like comment, which a module may not have"),
    ("import", "an import declaration that is none"),
    ("import a", "an import declaration that is none"),
    ('import a "b"', "an import declaration that is none"),
    ('import a, b from "c"', "an import declaration that is none"),
    ('import {a} "b"', "an import declaration that is none"),
    ("import `a`", "an import declaration that is none"),
    ('import "a" import "b"', "an import declaration that does not end"),
    ('import "a" assert {type: "json"}', "an import declaration that does not end"),
    ('import "a" with {type}', "import attributes that are none"),
    ('import "a" with {type: json}', "import attributes that are none"),
    ('import "a" with {type: "json", type: "css"}', "the import attribute 'type' twice"),
    ('{ import a from "b" }', "an import declaration that is not at the top level"),
    ('if (x) { import "b" }', "an import declaration that is not at the top level"),
    ('import defer * as a from "b"', "an import in a phase, which Chromium 156 does not know"),
    ('import source a from "b"', "an import in a phase, which Chromium 156 does not know"),
    ("export * x; 'from'", "an export declaration that is none"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_a_module_imports(text: str, expected: list[str]) -> None:
    """Strings, templates, comments, regular expressions and divisions told apart, each form of a declaration read."""
    assert told(text) == expected


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_what_a_browser_would_not_parse(text: str, reason: str) -> None:
    """Where it says why, none of the module's imports is requested."""
    assert told(text) == reason


@pytest.mark.parametrize("text", [text for text, _ in (READ + UNREADABLE)[::3]])
def test_every_cut(text: str) -> None:
    """Cut in two anywhere, and into single bytes, the same comes out, offsets included."""
    data = text.encode()
    whole = _outcome([data])
    for cut in range(len(data) + 1):
        assert _outcome([data[:cut], data[cut:]]) == whole
    assert _outcome([data[i : i + 1] for i in range(len(data))]) == whole


def _outcome(pieces: list[bytes]) -> object:
    one = ImportLexer()
    for piece in pieces:
        one.feed(piece)
    try:
        return one.close()
    except Unreadable as error:
        return str(error)


def test_offsets_are_those_of_the_specifier() -> None:
    """Of the opening quote, in bytes; of the word import where there is none."""
    text = 'import é from "a"; import(b)'.encode()
    assert [text[each.offset :][:3] for each in imports_of(text)] == [b'"a"', b"imp"]


# -- beside a parser

_LANGUAGE = tree_sitter.Language(tree_sitter_javascript.language())
_PARSER = tree_sitter.Parser(_LANGUAGE)
_NAMED = tree_sitter.Query(
    _LANGUAGE, "[(import_statement) (export_statement) (call_expression function: (import))] @found"
)


def parsed(data: bytes) -> list[str] | None:
    """The same as ``told``, of tree-sitter's tree; None when that is none."""
    tree = _PARSER.parse(data)
    if tree.root_node.has_error:
        return None
    found = []
    nodes = tree_sitter.QueryCursor(_NAMED).captures(tree.root_node).get("found", [])
    for node in sorted(nodes, key=lambda node: node.start_byte):
        if node.type == "call_expression":
            found.append("(")
        elif (source := node.child_by_field_name("source")) is not None:
            found.append(string_value(data[source.start_byte : source.end_byte]))
    return found


def without_dynamic_specifiers(data: bytes) -> list[str] | str:
    found = told(data)
    return found if isinstance(found, str) else ["(" if each.startswith("(") else each.split(" ")[0] for each in found]


ROOTS = ("/usr/lib/node_modules", "/usr/share/nodejs", "/usr/share/javascript")


def _real_files() -> list[Path]:
    """Some 40 files of installed packages: every seventh, so that many packages are among them."""
    found = (
        path
        for root in (*ROOTS, *(str(each) for each in Path(pytest.__file__).parents[1].glob("*/")))
        for suffix in ("*.mjs", "*.js")
        for path in sorted(Path(root).rglob(suffix))
    )
    small = [path for path in found if path.is_file() and path.stat().st_size < 200_000]
    return small[:: max(1, len(small) // 40)]


def test_real_files() -> None:
    """What installed packages import is what tree-sitter finds, file by file (scripts of node are read as modules)."""
    wrong = []
    for path in _real_files():
        data = path.read_bytes()
        expected = parsed(data)
        if expected is not None and without_dynamic_specifiers(data) != expected:
            wrong.append(f"{path}: {without_dynamic_specifiers(data)}, tree-sitter {expected}")
    assert not wrong, "\n".join(wrong)


ATOMS = st.sampled_from(
    ["a", "1", '"s"', "'import \"q\"'", "`t`", '/r"/', "/[/']/g", "(a)", "[a]", "f(/'/)", "{}", "import('d')", "a++",
     "x.import", "`${a}`", "`import 'q' ${`\"`}`", "(function () { return /'/ })", "(() => {})", "this",
     "(class { import = 1 })"]
)  # fmt: skip
BETWEEN = st.sampled_from([" / ", "/", " + ", ", ", " && ", " ? a : ", " /* ' */ - "])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, BETWEEN, inner).map("".join),
        inner.map(lambda e: f"({e})"),
        inner.map(lambda e: f"[{e}]"),
        inner.map(lambda e: f"`{{${{{e}}}`"),
        inner.map(lambda e: f"typeof {e}"),
        inner.map(lambda e: f"({{a: {e}}})"),
    ),
    max_leaves=6,
)  # fmt: skip
STATEMENTS = st.one_of(
    EXPRESSIONS.map(lambda e: f"x = {e};\n"),
    EXPRESSIONS.map(lambda e: f"if ({e}) /'/.test(a);\n"),
    EXPRESSIONS.map(lambda e: f"while (a) {{ y({e}) }}\n"),
    EXPRESSIONS.map(lambda e: f"function f() {{ return {e} }}\n"),
    st.sampled_from(
        ['import "m"\n', "import {a} from 'n';", "export * from 'o'\n", "// it's /* a comment\n", "/* ` \" */", ";",
         "export {b as c} from \"p\";\n", "let z = 1\n", "{ let y }\n", "/'/.test(a);\n"]
    ),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(STATEMENTS, max_size=8).map("".join))
def test_generated_programs(text: str) -> None:
    """Whatever of strings, templates, comments, regular expressions and divisions stands where; but nothing is
    divided by right after the brace of a function or class expression, which the lexer takes for a statement's."""
    expected = parsed(text.encode())
    if expected is not None:
        assert without_dynamic_specifiers(text.encode()) == expected


# -- what a hostile server sends

HOSTILE = {
    "templates in templates": (b"import(a);" + b"`${" * 60_000, "more than 50000 brackets are open"),
    "brackets": (b"import(a);" + b"(" * 60_000, "more than 50000 brackets are open"),
    "brackets with text": (b"import(a);" + b"(a" * 40_000, "a bracket or template is not closed"),
    "import upon import": (b"import " * 20_000, "an import declaration that is none"),
    "import meta": (b"import.meta;" * 15_000, None),
    "slashes": (b"import(a);" + b"a / " * 20_000 + b"b", None),
    "divisions after brackets": (b"import(a);" + b"(a)/" * 15_000 + b"b", None),
    "comments": (b"import(a)" + b"/**/" * 20_000, None),
    "line comments": (b"import(a);" + b"//\n" * 20_000, None),
    "quotes": (b"import(a);" + b"''" * 20_000, None),
    "an endless string": (b"import(a);" + b"'" + b"a" * 1_000_000, "a string is not closed"),
    "an endless template": (b"import(a);" + b"`" + b"$" * 1_000_000, "a template is not closed"),
    "an endless comment": (b"import(a);" + b"/*" + b"*" * 1_000_000, "a comment is not closed"),
    "names in one clause": (b"import {" + b"a," * 200_000 + b"} from 'b'", None),
    "words of all kinds": (b"<!- --x import_ exports " * 5_000, None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_modules_take_time_in_proportion(name: str) -> None:
    """In pieces of 16 kB, whatever they are: a megabyte of the worst (a slash every fourth byte) takes some 1.5 s of
    processor time, of what packages hold 0.03 s."""
    data, reason = HOSTILE[name]
    begun = time.process_time()
    one = ImportLexer()
    for start in range(0, len(data), 16_384):
        one.feed(data[start : start + 16_384])
    try:
        one.close()
        said = None
    except Unreadable as error:
        said = str(error)
    assert said == reason
    assert time.process_time() - begun < 2


def test_the_limit_of_imports() -> None:
    """More imports than are looked for are left out, and it says so."""
    one = ImportLexer(limit=10)
    one.feed(b'import "a";' * 100)
    assert len(one.close()) == 10
    assert one.is_cut
    assert lexer.DEPTH == 50_000
