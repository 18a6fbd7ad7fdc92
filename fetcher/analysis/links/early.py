"""The links of the navigation's 103s, judged for every profile (EH 2-4, 6, 10-12).

The link's own fault is named first, since mending the others would not help it; then what the 103 as a whole lacks;
then whether an earlier link asked for the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from fetcher.analysis.links.mending import mended
from fetcher.analysis.links.values import JudgedLink, LinkSource, Stretch, Verdict
from fetcher.browser.hints.policy import counts, judge_early_hints
from fetcher.browser.hints.reading import Asked, Dropped, Early, Read, Refusal, place
from fetcher.browser.profiles import DRIVING
from fetcher.record.page_load import Hint, InterimResponse, PageLoad
from fetcher.terms import HttpVersion, ProfileName, field_values
from fetcher.urls import resolve

MOST_MENDED = 100
"""Refused links of one 103 that are mended for each profile: further ones have their verdict and no text."""


def verdicts(load: PageLoad) -> tuple[JudgedLink, ...]:
    """Every link of every 103 of the navigation, in the order they came."""
    seen = dict.fromkeys(ProfileName, 0)
    found: list[JudgedLink] = []
    for interim in early_hints_of(load):
        found += _of_one(load, interim, seen)
        for name, profile in DRIVING.items():
            seen[name] += counts(interim.fields, profile)
    return tuple(found)


def early_hints_of(load: PageLoad) -> tuple[InterimResponse, ...]:
    """The 103s of the navigation; those before a redirect to another origin have no effect left (EH 7.2)."""
    counted: list[InterimResponse] = []
    for number, request in enumerate(load.navigations):
        if number and _origin(load, load.navigations[number - 1]) != _origin(load, request):
            counted.clear()
        counted += [one for one in load.interim if one.request == request and one.status == 103]
    return tuple(counted)


def _origin(load: PageLoad, request: int) -> str | None:
    url = resolve(load.requests[request].url)
    return url.origin if url else None


def protocol_of(load: PageLoad, request: int) -> HttpVersion | None:
    """What a request went over, None where the record does not say."""
    one = load.requests[request]
    connection = load.connections[one.connection] if one.connection is not None else None
    if connection is not None and connection.protocol is not None:
        return connection.protocol
    return HttpVersion.HTTP_1_1 if (one.version or "").upper().startswith("HTTP/1") else None


def _of_one(load: PageLoad, interim: InterimResponse, seen: Mapping[ProfileName, int]) -> Iterator[JudgedLink]:
    request = load.requests[interim.request]
    base = resolve(request.url)
    if base is None:
        return
    connection = load.connections[request.connection] if request.connection is not None else None
    early = Early(base, interim.fields, connection.address if connection else None)
    protocol = protocol_of(load, interim.request)
    generous_reading = ProfileName.FIREFOX if load.profile is ProfileName.FIREFOX else ProfileName.STANDARD
    members = DRIVING[generous_reading].read(early)
    reads = {name: _by_member(profile.read(early), members) for name, profile in DRIVING.items()}
    whole = {name: judge_early_hints(seen[name], protocol, profile) for name, profile in DRIVING.items()}
    asked: dict[ProfileName, set[object]] = {name: set() for name in ProfileName}
    recorded = [hint for hint in load.hints if hint.interim == interim.id]
    fixes = dict.fromkeys(ProfileName, MOST_MENDED)
    lines = list(field_values(interim.fields, "link"))
    starts = list(accumulate((len(line) + 2 for line in lines[:-1]), initial=0))
    heads = _heads(interim.raw, lines)
    for number, generous in enumerate(members):
        link = generous.link
        raw = _raw(generous)
        yield JudgedLink(
            source=LinkSource.EARLY_HINT,
            interim=interim.id,
            request=interim.request,
            place=_placed(place(generous), len(raw), starts, heads),
            raw=raw,
            href=link.target if link else "",
            url=generous.url.href if generous.url is not None else None,
            rel=link.param("rel") if link else None,
            destination=None if generous.rel == "preconnect" else generous.destination,
            verdicts=tuple(
                _settled(name, reads[name][number], whole[name], asked[name], fixes, raw, early) for name in ProfileName
            ),
            hint=_recorded(recorded, raw),
        )


def _by_member(reads: Sequence[Read], members: Sequence[Read]) -> list[Read]:
    """``reads`` in the order of ``members``, one each. Firefox cuts a field otherwise than the rest (EH 12.1): of what
    is found where a member stands, what acts is told of, else the first; where nothing is, that."""
    if [(place(one), _raw(one)) for one in reads] == [(place(one), _raw(one)) for one in members]:
        return list(reads)
    found: list[Read] = []
    reads = sorted(reads, key=place)
    places = [place(one) for one in reads]
    for member in members:
        start = place(member)
        inside = reads[bisect_left(places, start) : bisect_left(places, start + len(_raw(member)))]
        acts = [one for one in inside if isinstance(one, Asked)]
        nothing = Refusal("EH 2.2", "it is read as a part of the link before it; mend that one's brackets or quotes")
        one = [*acts, *inside, Dropped(None, _raw(member), start, nothing)][0]
        unread = isinstance(one, Dropped) and one.link is None and isinstance(member, Dropped) and member.link is None
        found.append(member if unread else one)  # in the words that tell the others' too
    return found


def _raw(read: Read) -> str:
    return read.raw if isinstance(read, Dropped) else read.link.raw


def _settled(
    name: ProfileName,
    read: Read,
    whole: Refusal | None,
    asked: set[object],
    fixes: dict[ProfileName, int],
    raw: str,
    early: Early,
) -> Verdict:
    if isinstance(read, Dropped):
        fix = None
        if fixes[name]:
            fixes[name] -= 1
            fix = mended(raw, DRIVING[name].read, early)
        return Verdict(name, False, read.refusal.rule, read.refusal.reason, fix)
    if whole is not None:
        return Verdict(name, False, whole.rule, whole.reason)
    return _acting(name, read, asked)


def _acting(name: ProfileName, read: Asked, asked: set[object]) -> Verdict:
    if read.key is None:
        return Verdict(name, True, "EH 11.1", "a connection is opened")
    if read.key in asked:
        return Verdict(name, False, "EH 4.8", "an earlier link of this 103 asks for the same; leave one out")
    asked.add(read.key)
    return Verdict(name, True, "EH 4.6", "requested at once")


def _recorded(hints: list[Hint], raw: str) -> int | None:
    """The record's first entry with this text that no link has taken yet."""
    for index, hint in enumerate(hints):
        if hint.raw == raw:
            return hints.pop(index).id
    return None


# -- where its bytes are


def _placed(offset: int, length: int, starts: Sequence[int], heads: Sequence[int | None]) -> Stretch:
    """``starts``: where each line begins in the joined field."""
    if not heads:
        return Stretch(offset, length, 0, offset)
    number = bisect_right(starts, offset) - 1
    column = offset - starts[number]
    head = heads[number]
    return Stretch(offset, length, number, column, None if head is None else head + column)


def _heads(raw: str | None, lines: Sequence[str]) -> list[int | None]:
    """Where each Link line's value begins in the head's bytes, None where it does not stand there as read."""
    found: list[int | None] = []
    at, lowered = 0, (raw or "").lower()
    for line in lines:
        name = lowered.find("\nlink:", at)
        value = (raw or "").find(line, name + len("\nlink:")) if name >= 0 else -1
        gap = (raw or "")[name + len("\nlink:") : value] if value >= 0 else "?"
        found.append(value if value >= 0 and not gap.strip(" \t") else None)
        at = value + len(line) if found[-1] is not None else at
    return found
