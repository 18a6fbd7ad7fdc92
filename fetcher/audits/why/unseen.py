"""What no load from outside can show, said as such: causes that a person must look for elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from fetcher.audits.page import Page
from fetcher.audits.why.values import State, Step, StepName
from fetcher.terms import ProfileName


def unseen(page: Page, profile: ProfileName, steps: tuple[Step, ...]) -> Iterator[str]:
    """The causes that fit how far the hint came, a clause each."""
    state = {step.name: step.state for step in steps}
    if state[StepName.WIRE] is not State.PASSED:
        if page.tells_of_interims:
            yield (
                "whether the server withholds the 103 from this visitor: it may look at the user agent, cookies, "
                "Sec-Fetch-Mode or the HTTP version (fetcher audit --probe asks as others do)"
            )
            yield "whether something on the way (a CDN, a load balancer, a proxy, a virus scanner) takes the 103 out"
            yield "whether the edge had learnt the page's hints yet: many send them from the second request on"
        else:
            yield "whether a 103 came: the program that wrote this file leaves them out (fetcher load keeps them)"
        return
    if state[StepName.POLICY] is State.PASSED:
        yield "whether a visitor's HTTP cache has it fresh already: then nothing is requested, and rightly (EH 4.9)"
        yield "whether a visitor's browser has Early Hints switched off, or a proxy that speaks HTTP/1.1 only"
        yield "whether a service worker of the site answers the navigation in the visitor's browser"
        if profile in (ProfileName.CHROMIUM, ProfileName.EAGER) and page.load.in_chromium is None:
            yield "whether Chromium overlooked the 103: it loses some that come at once after the request (EH 1.12)"
    if state[StepName.USE] is State.UNKNOWN and page.hides_uses:
        yield "whether a script uses it: scripts did not run"
