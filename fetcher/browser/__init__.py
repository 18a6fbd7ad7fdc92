"""The browser without I/O and without a clock: told what happened, answers with what to do.

``handle(event) -> list[Command]`` is all of it; ``load`` carries the commands out on a real network. May import
discovery (values), fields, urls, errors and terms; nothing third-party.
"""
