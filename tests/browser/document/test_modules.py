"""Module graphs in the machine: what is requested, when, once, and said of what is not. Each rule was asked of Chromium
156 as a page of ``end_to_end/chromium/module_pages.py``."""

from __future__ import annotations

import base64
import hashlib

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.modules.scanner import ModuleScanner
from fetcher.record.page_load import PageLoad
from fetcher.terms import Destination, Fields, InitiatorKind
from tests.support.playbook import HTML, Playbook

JS: Fields = (("content-type", "text/javascript"), ("cache-control", "max-age=600"))
SRC = "<script type=module src=/a.js></script>"


class Page(Playbook):
    """A playbook whose document and modules are given as text."""

    def __init__(self, html: str, policy: str = "", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.opens()
        self.head(0, fields=(*HTML, ("content-security-policy", policy)) if policy else HTML)
        scanner = HtmlScanner()
        self.finds(*scanner.feed(html.encode()), *scanner.close())

    def module(self, name: str, text: str, fields: Fields = JS, status: int = 200) -> list[str]:
        """All of a module comes; gives the URLs that this queues."""
        fetch = next(each.id for each in reversed(self.browser.state.fetches) if each.url.path == f"/{name}")
        before = len(self.browser.state.fetches)
        said = self.head(fetch, status, fields)
        if f"scan {fetch} module" in said:
            self.finds(*scanned(text), fetch=fetch)
            self.drains(fetch)
        self.ends(fetch)
        return [each.url.path.removeprefix("/") for each in self.browser.state.fetches[before:]]

    @property
    def asked(self) -> list[str]:
        return [each.url.path.removeprefix("/") for each in self.browser.state.fetches[1:]]

    def record(self) -> PageLoad:
        return self.recorder.load()

    def reasons(self) -> list[str]:
        return [each.reason for each in self.record().discoveries if each.outcome == "no-request"]


def scanned(text: str) -> list[Candidate]:
    scanner = ModuleScanner()
    scanner.feed(text.encode())
    return scanner.close()


def test_a_graph_is_followed_once() -> None:
    """Imports are requested when their module is there, each URL once, cycles end."""
    page = Page(SRC)
    assert page.asked == ["a.js"]
    assert page.module("a.js", 'import "./b.js"; export * from "./c.js"') == ["b.js", "c.js"]
    assert page.module("b.js", 'import "./a.js"; import "./c.js"; import "./b.js"') == []
    assert page.module("c.js", 'import "./d.js"') == ["d.js"]
    page.module("d.js", "")
    page.drains()
    assert page.ends(0)[-1] == "finish loaded"


def test_where_an_import_stands() -> None:
    """The initiator is the module, with line and byte offset of the specifier; the referrer is its URL."""
    page = Page(SRC)
    page.module("a.js", '// é\nimport "./b.js"')
    page.module("b.js", "")
    request = page.record().requests[2]
    assert request.initiator.kind is InitiatorKind.MODULE_GRAPH
    assert (request.initiator.request, request.initiator.line, request.initiator.offset) == (1, 2, 13)
    assert dict(request.fields)["referer"] == "https://a.test/a.js"
    found = page.record().discoveries[-1]
    assert (found.source, found.request, found.candidate.url) == (1, 2, "./b.js")


def test_types() -> None:
    """json, css and text have destinations of their own; what they hold is not looked into."""
    page = Page(SRC)
    text = "".join(
        f'import a{i} from "./x{i}" with {{type: "{kind}"}};' for i, kind in enumerate(("json", "css", "text"))
    )
    assert page.module("a.js", text) == ["x0", "x1", "x2"]
    assert [each.destination for each in page.browser.state.fetches[2:]] == [
        Destination.JSON, Destination.STYLE, Destination.TEXT,
    ]  # fmt: skip
    assert page.head(3, fields=(("content-type", "text/css"),)) == []


def test_all_or_nothing() -> None:
    """One specifier that leads nowhere, one unknown attribute, one error: none of the module's imports is requested."""
    for bad in ('import "bare"', 'import "./c.js" with {type: "bytes"}', 'import "./c.js" with {kind: "x"}', "(", "`"):
        page = Page(SRC)
        assert page.module("a.js", f'import "./b.js"; {bad}') == []
        assert all(page.reasons())


def test_what_is_no_module() -> None:
    """Another status or type than a JavaScript module's ends the graph there."""
    html, plain = ((("content-type", kind),) for kind in ("text/html", "text/plain"))
    for fields, status in [(JS, 404), (JS, 304), ((), 200), (html, 200), (plain, 200)]:
        assert Page(SRC).module("a.js", 'import "./b.js"', fields, status) == []
    for kind in ("text/javascript; charset=x", "application/x-javascript", "TEXT/ECMASCRIPT"):
        assert Page(SRC).module("a.js", 'import "./b.js"', (("content-type", kind),)) == ["b.js"]


def test_what_only_running_code_asks_for_is_told() -> None:
    page = Page(SRC)
    assert page.module("a.js", 'import("./b.js"); import.meta.resolve("./c.js")') == []
    assert page.reasons() == [
        "import() is for running code to ask for: scripts do not run", "import.meta.resolve() requests nothing",
    ]  # fmt: skip


def test_inline() -> None:
    """An inline module's imports are requested at its end tag, against the document's base; unclosed, never."""
    page = Page(
        "<script type=module>import './a.js'</script><base href=/x/><script type=module>import './b.js'</script>"
    )
    assert page.asked == ["a.js", "x/b.js"]
    assert dict(page.sent(2))["referer"] == "https://a.test/x/"
    assert Page("<script type=module>import './a.js'").asked == []
    assert Page("<script type=module>import './a.js'; import 'bare'</script>" + SRC.replace("a.js", "c.js")).asked == [
        "c.js"
    ]
    assert Page("<template><script type=module>import './a.js'</script></template>").asked == []
    assert Page("<script>import './a.js'</script><script type=module src>import './b.js'</script>").asked == []


def test_import_maps() -> None:
    """A map counts from where it stands, and is told with its text."""
    page = Page('<script type=importmap>{"imports": {"x": "./b.js"}}</script><script type=module>import \'x\'</script>')
    assert page.asked == ["b.js"]
    assert page.record().discoveries[0].candidate.attribute("text") == '{"imports": {"x": "./b.js"}}'
    late = Page('<script type=module>import \'x\'</script><script type=importmap>{"imports": {"x": "./b.js"}}</script>')
    assert late.asked == []
    broken = Page("<script type=importmap>{</script>" + SRC)
    assert broken.reasons()[0] == "an import map that is none: not JSON"


def test_a_modulepreload_alone_is_not_looked_into() -> None:
    """What it imports is asked for once an element or an import uses it."""
    assert Page("<link rel=modulepreload href=/a.js>").module("a.js", 'import "./b.js"') == []
    both = Page("<link rel=modulepreload href=/a.js>" + SRC)
    assert both.asked == ["a.js"]
    assert both.module("a.js", 'import "./b.js"') == ["b.js"]


def test_a_hinted_module_is_scanned_once_claimed() -> None:
    page = Playbook()
    page.opens()
    page.interim("</a.js>; rel=modulepreload")
    page.head(1, fields=JS)
    page.head(0)
    said = page.finds(Candidate(CandidateKind.MODULE_SCRIPT, "/a.js", "script", (("type", "module"),), 1, 0))
    assert said == ["found module-script claimed-preload 1", "scan 1 module"]


def test_credentials_and_referrer_policy_go_on() -> None:
    """crossorigin and referrerpolicy of the script are those of all it imports; a module's own policy field wins."""
    page = Page("<script type=module crossorigin=use-credentials referrerpolicy=no-referrer src=/a.js></script>")
    page.module("a.js", 'import "./b.js"')
    assert page.browser.state.fetches[2].credentials == "include"
    assert "referer" not in dict(page.sent(2))
    page = Page(SRC)
    page.module("a.js", 'import "./b.js"', (*JS, ("referrer-policy", "no-referrer")))
    assert "referer" not in dict(page.sent(2))
    assert page.module("b.js", 'import "./c.js"') == ["c.js"]
    assert "referer" not in dict(page.sent(3))


def test_integrity_of_the_map_is_forwarded() -> None:
    text = '{"integrity": {"/a.js": "sha256-a", "/b.js": "sha256-b"}}'
    page = Page(f"<script type=importmap>{text}</script>{SRC}")
    page.module("a.js", 'import "./b.js"')
    named = [each.candidate.attribute("integrity") for each in page.record().discoveries]
    assert named == [None, "sha256-a", "sha256-b"]


def test_the_limit_of_discoveries_ends_a_graph() -> None:
    from fetcher.terms import Limits

    page = Page(SRC, limits=Limits(discoveries=3))
    assert page.module("a.js", 'import "./b.js"; import "./c.js"; import "./d.js"') == ["b.js", "c.js"]
    assert page.record().discoveries[-1].outcome == "refused"


def test_a_cycle_of_many_modules_ends() -> None:
    """Eight hundred modules, each importing the next and all the first."""
    page = Page(SRC.replace("a.js", "0"))
    for number in range(800):
        page.module(str(number), f'import "./{(number + 1) % 800}"; import "./0"')
    assert len(page.asked) == 800


def test_policies_of_inline_modules_and_maps() -> None:
    """An inline module or map that the policy forbids is none; a nonce, and its script's digest, allow it, and what it
    imports has the nonce too."""
    html = "<script type=module nonce=n>import './a.js'</script>"
    assert Page(html, "script-src https://a.test").asked == []
    assert Page(html, "script-src 'sha256-ZaXs8tLfLMeSFFBFl87GWO1ZXqJxFjbiGFaFKoK15ow=' https://a.test").asked == []
    page = Page(html, "script-src 'nonce-n'")
    assert page.module("a.js", 'import "./b.js"') == ["b.js"]
    digest = base64.b64encode(hashlib.sha256(b"import './a.js'").digest()).decode()
    assert Page(html.replace(" nonce=n", ""), f"script-src 'sha256-{digest}' https://a.test").asked == ["a.js"]
    text = '<script type=importmap>{"imports": {"./a.js": "./b.js"}}</script>'
    assert Page(text + "<script type=module src=/c.js></script>", "script-src https://a.test").module(
        "c.js", 'import "./a.js"'
    ) == ["a.js"]
    told = Page(text + html, "script-src 'nonce-n'").record().discoveries
    assert [each.candidate.kind.value for each in told] == ["import-map", "inline-script", "module-import"]
    assert [each.candidate.attribute("digests") for each in told] == [None, None, None]


def test_a_graph_ends_with_its_first_failure() -> None:
    """What the rest imports is asked for no more, unless another graph that stands has it."""
    page = Page(SRC)
    page.module("a.js", 'import "./b.js"; import "./c.js"')
    page.module("b.js", "", status=404)
    assert page.module("c.js", 'import "./d.js"') == []
    page = Page(SRC + "<script type=module>import './c.js'</script>")
    page.module("a.js", 'import "./b.js"; import "./c.js"')
    page.module("b.js", "", status=404)
    assert page.module("c.js", 'import "./d.js"') == ["d.js"]
