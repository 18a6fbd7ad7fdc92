"""The browser without I/O and without a clock: told what happened, answers with what to do.

``handle(event) -> list[Command]`` (``machine``) is all of it; ``load`` carries the commands out on a real network.
What a 103 does is in ``hints``, what a document asks for in ``document`` and what it is drawn with in ``styles``, what
is refused in ``policies``, how a request is made and dressed in ``requests``, which connection takes it in
``connections``, what is remembered in ``storage``. May import discovery, fields, urls, errors and terms; nothing
third-party.
"""
