"""Scripts in SVG: text with references and CDATA sections, wherever the bytes are cut."""

from __future__ import annotations

import pytest

from fetcher.discovery.candidates import Candidate, CandidateKind
from fetcher.discovery.html import HtmlScanner
from fetcher.discovery.html.inline_script import LARGEST

CASES = [
    ("<svg><script type=module>import './a.js'</script></svg>", ["./a.js"]),
    ("<svg><script type=module>import &quot;./a.js&quot;; 1 < 2</script></svg>", ["./a.js"]),
    ("<svg><script type=module><![CDATA[import './a&amp;.js'; a && b < c]]></script></svg>", ["./a&amp;.js"]),
    ("<svg><script type=module>import './a.js'; <g>import './x.js'</g><g/></script></svg>", ["./a.js"]),
    (
        "<svg><script type=module>import './a.js'</svg><script type=module>import './b.js'</script>",
        ["./a.js", "./b.js"],
    ),
    ("<svg><script type=module href=h.js>import './x.js'</script></svg>", []),
    ("<svg><script>import './x.js'</script></svg>", []),
    ("<template><svg><script type=module>import './x.js'</script></svg></template>", []),
    ("<math><script type=module>import './x.js'</script></math>", []),
    ("<svg><script type=module>import './x.js'", []),
]


def imports(parts: list[bytes]) -> list[Candidate]:
    scanner = HtmlScanner()
    found = [candidate for part in parts for candidate in scanner.feed(part)] + scanner.close()
    return [each for each in found if each.kind is CandidateKind.MODULE_IMPORT]


@pytest.mark.parametrize(("html", "urls"), CASES)
def test_what_they_import(html: str, urls: list[str]) -> None:
    data = html.encode()
    whole = imports([data])
    assert [each.url for each in whole] == urls
    for cut in range(len(data)):
        assert imports([data[:cut], data[cut:]]) == whole
    assert imports([data[at : at + 1] for at in range(len(data))]) == whole


def test_one_without_end_is_not_kept() -> None:
    scanner = HtmlScanner()
    scanner.feed(b"<svg><script type=module>")
    for _ in range(LARGEST // 100_000 + 2):
        scanner.feed(b"import './a.js';" * 6_250)
    found = scanner.feed(b"</script></svg><img src=a>")
    assert [each.kind for each in found] == [CandidateKind.IMAGE]
    assert scanner.overflows == 1
