"""Lists of URLs and configurations: what they say, and a sentence with the line for what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fetcher.analysis import Expectations
from fetcher.audits.budget import rules_of
from fetcher.errors import UsageError
from fetcher.runs.targets import Target, read_config, read_urls

CONFIG = """\
[audit]
runs = 3
fail-on = "warning"
rules = ["mine.py"]

[budget]
hints = 6

[[page]]
template = "home"
url = "https://shop.test/"

[[page]]
url = "https://shop.test/product/42"
device = "mobile"
headers = { x-team = "${TEAM}" }
expect = { hints = 2, hint = "/styles/*", delivery = "80%", text = "</html>" }
"""


def test_a_list_of_urls() -> None:
    """A URL a line, its template after it; comments, empty lines and repetitions do not count."""
    text = "# shop\nhttps://shop.test/p/1  product\n\nHTTPS://SHOP.test:443/p/1\n  https://shop.test/\n"
    assert read_urls(text, "urls.txt") == (
        Target("https://shop.test/p/1", "product", "urls.txt", 2),
        Target("https://shop.test/", None, "urls.txt", 5),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://shop.test/\nshop.test\n", "urls.txt, line 2: "),
        ("# nothing\n", "urls.txt has no URL; write one a line"),
    ],
)
def test_lists_that_are_wrong(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_urls(text, "urls.txt")
    assert str(caught.value).startswith(told)


def test_a_configuration() -> None:
    """Its pages with the line of each URL, settings and budget."""
    found = read_config(CONFIG, "fetcher.toml")
    assert found.pages == (
        Target("https://shop.test/", "home", "fetcher.toml", 11),
        Target(
            "https://shop.test/product/42", None, "fetcher.toml", 14, "mobile", ("x-team: ${TEAM}",),
            Expectations(2, ("/styles/*",), 0.8, "</html>"),
        ),
    )  # fmt: skip
    assert dict(found.settings) == {"runs": 3, "fail-on": "warning", "rules": ["mine.py"]}
    assert dict(found.budget) == {"hints": 6}


def test_an_expected_status() -> None:
    (one,) = read_config("[[page]]\nurl = 'https://a.test/none'\nexpect = { status = 404 }", "fetcher.toml").pages
    assert one.expected == Expectations(status=404)


def test_discoveries_are_named_from_the_folder_of_the_configuration() -> None:
    text = "[[page]]\nurl = 'https://a.test/'\ndiscoveries = "
    (one,) = read_config(text + "'app.json'", "site/fetcher.toml").pages
    assert one.discoveries == (str(Path("site/app.json")),)
    (two,) = read_config(text + "['app.json', 'b.har']", "fetcher.toml").pages
    assert two.discoveries == ("app.json", "b.har")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[page]\n", "fetcher.toml: "),
        ("[pages]\n", "fetcher.toml has 'pages', which is no table of it"),
        ("[audit]\nrun = 3", "[audit] has no 'run'"),
        ("[audit]\nruns = '3'", "runs of [audit] is a whole number, not '3'"),
        ("[audit]\nruns = true", "runs of [audit] is a whole number, not True"),
        ("[audit]\nrules = [3]", "rules of [audit] is a list of texts"),
        ("[page]\nurl = 'https://a.test/'", "a page is written [[page]], with two brackets"),
        ("\n[[page]]\ntemplate = 'x'", "line 2: a page has no url"),
        ("[[page]]\nurl = 'a.test'", "line 2: "),
        ("[[page]]\nurl = 3", "line 2: url of a page is a text, not 3"),
        ("[[page]]\nurl = 'https://a.test/'\ncolour = 1", "a page has no 'colour'"),
        ("[[page]]\nurl = 'https://a.test/'\ndevice = 'watch'", "device is mobile or desktop, not 'watch'"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { status = '404' }", "status of expect is a number, not '404'"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { status = 99 }", "line 2: --expect-status (status) is a final"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { hint = [1] }", "hint, delivery and text of expect are texts"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { hint = 5 }", "hint, delivery and text of expect are texts"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { delivery = false }", "delivery and text of expect are texts"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { text = 0 }", "hint, delivery and text of expect are texts"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { delivery = '0.8' }", "line 2: '0.8' is not a share"),
        ("[[page]]\nurl = 'https://a.test/'\nexpect = { links = 1 }", "expect has no 'links'"),
        ("[[page]]\nurl = 'https://a.test/'\ndiscoveries = 3", "discoveries of a page is a text or a list, not 3"),
        ("[[page]]\nurl = 'https://a.test/'\ndiscoveries = [3]", "discoveries is a file's name, or a list of those"),
        ("audit = 3", "[audit] is a table"),
        ("audit = " + "1" * 5_000, "fetcher.toml: a number in it is too long"),
        ("audit = " + "[" * 5_000, "fetcher.toml: its arrays are nested too deeply"),
    ],
)
def test_configurations_that_are_wrong(text: str, told: str) -> None:
    """One sentence."""
    with pytest.raises(UsageError) as caught:
        read_config(text, "fetcher.toml")
    assert told in str(caught.value)


def test_the_configuration_of_the_readme() -> None:
    """It can be read, and says what it shows."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```", readme, re.M | re.S)
    found = read_config(block, "fetcher.toml")
    assert [page.template for page in found.pages] == [None, None, "product"]
    assert len(rules_of(found.budget, "fetcher.toml")) == 3
