"""The rules of early hints that findings and verdicts cite as "EH 3.2": each in a sentence or two, to be read offline.

They say what a browser does with a 103 and its links: "Chromium" is what Chromium 156 was seen or read to do, "Firefox"
what Firefox 153 was, Safari what its sources say. A test holds that whatever this package cites has its sentence here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fetcher.errors import UsageError

ABOUT = (
    "EH are fetcher's numbered rules of 103 Early Hints, put together from RFC 8297, HTML, Fetch and the sources and "
    "observed behaviour of browsers; `fetcher audit --explain 3` prints all of section 3."
)

SECTIONS = {
    "1": "Interim responses on the wire",
    "2": "Parsing Link",
    "3": "What survives in a 103",
    "4": "Acting on a 103",
    "5": "The request made for a hint",
    "6": "Policies in the 103",
    "7": "Redirects",
    "8": "Link on the final response and in markup",
    "9": "Reuse of a preload, and double fetches",
    "10": "Security and privacy",
    "11": "Preconnect",
    "12": "Firefox and Safari",
    "13": "What Chromium did where sources leave room",
}

RULES = {
    "1.1": "A status from 100 to 199 is interim: its fields are read, and the final response follows on the same "
    "exchange. It is never taken for the response itself.",
    "1.2": "Several interim responses may come before the final one, in any mix, without having been asked for.",
    "1.3": "An interim response has no content and no trailers; Content-Length or Transfer-Encoding in it change "
    "nothing about where the next message begins.",
    "1.4": "A 101 that nobody asked for is an error: over HTTP/1.1 the connection is closed, over HTTP/2 and 3 the "
    "response is malformed.",
    "1.5": "A 100 that nobody waits for is skipped, and a final status may come in its place.",
    "1.6": "Over HTTP/1.1 an interim head ends at its empty line; the connection is free for the next request only "
    "once the final response's content is complete.",
    "1.7": "Over HTTP/2 an interim response is one header block without END_STREAM; with END_STREAM it is malformed.",
    "1.8": "Over HTTP/3 header blocks of interim responses come before the final one's; content before that one is "
    "malformed.",
    "1.9": "A line break or zero byte in a field of a 103 makes the whole response malformed over HTTP/2 and 3.",
    "1.10": "Fields of an interim response are never merged into the final one's.",
    "1.11": "There are two first-byte times, that of the first interim response and that of the final head; both are "
    "told, and neither is called time to first byte alone.",
    "1.12": "Chromium may lose a 103 that is sent at once after the request on a path without delay; some 30 ms later "
    "it never did.",
    "2.1": "All Link lines of a response are joined with commas, in their order, and read once.",
    "2.2": "Links are parted at commas that stand neither in double quotes nor between < and >.",
    "2.3": "A link begins with <target>; one that does not, or whose > is missing, is dropped alone.",
    "2.4": "After the target comes nothing or a semicolon and parameters; anything else drops the link.",
    "2.5": "A parameter is name or name=value; an = without a value, or without a name, drops the link.",
    "2.6": "A parameter's name is a token without *, ' and %; another name, such as title*, drops the link.",
    "2.7": "A value that begins with a double quote must end with one and have none bare inside, or the link is "
    "dropped.",
    "2.8": "Of a parameter that stands there twice the first counts.",
    "2.9": "A link that cannot be read is dropped alone and the others stand, as in Chromium; RFC 8288's own algorithm "
    "stops there.",
    "2.10": "A target is resolved against the URL of the response that has the field, never against <base>; one that "
    "makes no URL is dropped.",
    "2.11": "A link with an anchor for another resource must not act; in a 103 Chromium drops every link with anchor; "
    "Firefox acts where the anchor is the target itself, and on a preconnect with any.",
    "3.1": "In a 103 Chromium takes rel=preload, modulepreload, preconnect and dns-prefetch, one alone; any other rel, "
    "several at once, or none drops the link.",
    "3.2": "In a 103 Chromium takes the parameters rel, as, crossorigin, type, fetchpriority and integrity; any other "
    "(nopush, media, imagesrcset, nonce, referrerpolicy, title ...) drops the whole link.",
    "3.3": "In a 103 Chromium takes as=font, image, script, style and fetch; any other value drops the link.",
    "3.4": "integrity in a 103 is accepted and not checked when the hint arrives; that of the element is, on use.",
    "3.5": "crossorigin in a 103 is bare, anonymous or use-credentials; anything else, an empty text too, drops the "
    "link.",
    "3.6": "type in a 103 must be a type/subtype of a registered kind, or Chromium drops the link; whether the browser "
    "supports it is not asked there.",
    "3.7": "fetchpriority is high, low or auto; anything else counts as auto.",
    "3.8": "HTML lets as, crossorigin, integrity and type act in a 103 and leaves media and imagesrcset for the "
    "document, so that such a link still asks for its target; Chromium drops it (EH 3.2). Firefox asks, but not for a "
    "picture with imagesrcset, and throws the answer away where type or media do not fit its document.",
    "4.1": "Hints act only for the navigation of the page itself: not in frames, and not of subresources.",
    "4.2": "Only the first 103 of a navigation acts, even where it has no Link; later ones are ignored. Firefox "
    "counts those that have a Link field.",
    "4.3": "A preload without a usable as does nothing; a modulepreload without as is a script's.",
    "4.4": "Chromium and Safari act on a 103 over HTTP/2 and HTTP/3 and ignore one over HTTP/1.1; Firefox acts over "
    "each, on a secure page.",
    "4.5": "preload, modulepreload and preconnect act; dns-prefetch is read and ignored, other relations never act.",
    "4.6": "Links are handled in their order and their requests start at once, side by side.",
    "4.7": "A target must be http or https; Firefox asks for trustworthy (https) ones only.",
    "4.8": "Chromium makes one request for each URL: a second link for it is skipped, whatever its as or crossorigin. "
    "In Firefox it waits for the first one's cache entry, and asks only where that does not serve.",
    "4.9": "A hint for something that is fresh in the HTTP cache makes no request.",
    "4.10": "The final status does not matter: hints before a 404 or 500 have acted.",
    "5.1": "Without crossorigin a hint is asked for with mode no-cors and credentials; with crossorigin with CORS, and "
    "with credentials to the own origin only unless it says use-credentials; modulepreload always with CORS.",
    "5.2": "A hint is asked for with GET, for the origin that hinted; cookies go as its credentials say.",
    "5.3": "Sec-Fetch-Dest, -Mode and -Site are those of the hint; Chromium sends no Sec-CH-UA with hinted requests.",
    "5.4": "The Accept of a hinted request is that of its as, as the browser words it. Firefox adds X-Moz: early hint.",
    "5.5": "A hinted request's priority is that of its as with its fetchpriority, as for the element itself; Firefox "
    "says no Priority with it.",
    "5.6": "Referer follows the Referrer-Policy of the 103; that of the final response comes too late. In Firefox the "
    "link's referrerpolicy goes first, a list is no policy, and another site is told an origin at most.",
    "6.1": "Content-Security-Policy in the 103 alone governs its hints, by the directive of each as; in Firefox "
    "'strict-dynamic' lets every hinted script through.",
    "6.2": "Without a policy in the 103 the request is made even where the final policy forbids it, and the page may "
    "then not use it.",
    "6.3": "A report-only policy in the 103 blocks the hint in Chromium, though by CSP it must not.",
    "6.4": "CORP and COEP decide on responses: a COEP in the 103 applies to what it hints.",
    "6.5": "X-Frame-Options and other fields of a 103 have no effect.",
    "7.1": "A redirect within the origin keeps the hints; a 103 of its target is the second one and is ignored.",
    "7.2": "A redirect to another origin throws hints and what they fetched away; a 103 from there is the first one.",
    "7.3": "Chromium does not follow a redirect of a hinted resource until the page uses it; Fetch follows at once.",
    "8.1": "The links of the 103 come first, then those of the final response, then those of the markup.",
    "8.2": "On the final response unknown parameters are no fault, and media, imagesrcset, integrity and nonce act: a "
    "link that is dropped in a 103 may act there.",
    "8.3": "On the final response links without media and imagesrcset act at once, the others once the viewport is "
    "known.",
    "8.4": "On the final response as is image, script, style, track, font or fetch; another value asks for nothing.",
    "8.5": "On the final response media must match and type be supported for that as, or nothing is asked for.",
    "8.6": "imagesrcset and imagesizes choose what is asked for in place of the target, by viewport and density.",
    "8.7": "integrity of a preload counts for scripts, styles and fonts.",
    "8.8": "rel=stylesheet in a Link field does nothing in Chromium; Firefox loads it.",
    "9.1": "By HTML a preload serves a request of the same URL, destination, mode and credentials, and integrity where "
    "the request has one; it serves once.",
    "9.2": "In Chromium a preload of the document serves by URL and type, then integrity, mode and credentials.",
    "9.3": "In Chromium what a 103 brought is in the HTTP cache only: it serves where the response may be stored and "
    "is fresh, whatever as or crossorigin; else it is downloaded again.",
    "9.4": "Both are told of each hint: whether HTML's key matches, and whether Chromium's cache serves.",
    "9.5": "Why something is downloaded twice: crossorigin or credentials differ, as is wrong, the URL, version or "
    "integrity differs, it may not be stored, Vary names a field that differs, a redirect, or a frame of another site.",
    "9.6": "Chromium warns of a preload that nothing has used three seconds after the load event.",
    "9.7": "Resource Timing calls what a 103 started early-hints.",
    "10.1": "On an https page an http: target is mixed content: Firefox asks for nothing; Chromium asks in cleartext, "
    "which fetcher never does.",
    "10.2": "A public page that hints at a local or private address is blocked before the request.",
    "10.3": "Cache and connections are kept apart by the site of the page, so that a frame of another site has its "
    "own.",
    "10.4": "Over HTTP/1.1 an old proxy may take a 103 for the final response and give its answer to somebody else; "
    "hence EH 4.4.",
    "10.5": "Throwing hints away on a redirect to another origin keeps one origin from spending another's credentials.",
    "10.6": "Set-Cookie in a 103 is not stored.",
    "11.1": "A preconnect opens one connection for its origin: with credentials, or with crossorigin without; requests "
    "of the other kind do not use it. Firefox opens ten at a time for a 103 and leaves the others out.",
    "11.2": "A preconnect looks up, connects and shakes hands, and sends no request.",
    "11.3": "A preconnect to the page's own origin over HTTP/2 or 3 has nothing to open.",
    "11.4": "By HTML a preconnect goes without credentials only where crossorigin is anonymous and the origin another "
    "one; Chromium looks at crossorigin alone.",
    "12.1": "Firefox acts on the first 103 of the page with a Link field, whose grammar is its own and lenient; font "
    "and fetch hints need crossorigin, a modulepreload may be a worker's, its own store hands a hint to the page "
    "whatever the cache says, its cache keeps apart what another origin was asked for without credentials, and what "
    "nothing claims is cancelled after a while.",
    "12.2": "Safari acts on rel=preconnect only: https, over HTTP/2 and 3, of the first 103.",
    "13.1": "HTML and Chromium part company over unknown parameters, type, media, the key of reuse, no-store, "
    "redirects and report-only policies: each verdict names whose it is.",
    "13.2": "An empty target means the page's own URL, and Chromium asked for that a second time.",
    "13.3": "A < that is never closed swallows the text up to the next >, and Chromium asks for that odd URL.",
    "13.4": "Hints before a PDF are asked for.",
    "13.5": "A zero byte in a field of a 103 over HTTP/2 made Chromium ask three times and load nothing.",
    "13.6": "A preconnect and a script from that origin made two connections in Chromium in the end; the total is not "
    "compared.",
    "13.7": "Fifty hints in one 103 were all asked for before the final head.",
    "13.8": "Hints of one 103 leave by priority: style, script, font, important images, then the rest.",
    "13.9": "On the final response nopush, media, imagesrcset, an unsupported type and as=track or video behave as "
    "section 8 says.",
    "13.10": "Not seen in runs: HTTP/3, look-ups for dns-prefetch, and Safari.",
}

_CITED = re.compile(r"\bEH (\d+\.\d+)((?:(?:, | and |-)\d+\.\d+)*)")
_NUMBER = re.compile(r"\d+\.\d+")
_ASKED = re.compile(r"(?:EH\s*)?(\d{1,2}(?:\.\d{1,2})?)", re.IGNORECASE)


def cited(*texts: str) -> tuple[str, ...]:
    """The numbers of the rules that ``texts`` name, each once, in their order in this file."""
    found = {number for text in texts for match in _CITED.finditer(text) for number in _NUMBER.findall(match.group())}
    return tuple(number for number in RULES if number in found)


def is_asked(text: str) -> bool:
    """Whether ``text`` means a rule or section of early hints: "3.2", "EH 3.2", "3"."""
    return _ASKED.fullmatch(text.strip()) is not None


def section(text: str) -> Iterable[tuple[str, str]]:
    """(number, sentence) of the rule, or of every rule of the section, that ``text`` names. Raises UsageError."""
    match = _ASKED.fullmatch(text.strip())
    number = match.group(1) if match is not None else text
    if number in SECTIONS:
        return [(name, said) for name, said in RULES.items() if name.partition(".")[0] == number]
    if number not in RULES:
        raise UsageError(f"there is no rule EH {number}; sections 1 to {len(SECTIONS)}: --explain 3 prints one")
    return [(number, RULES[number])]
