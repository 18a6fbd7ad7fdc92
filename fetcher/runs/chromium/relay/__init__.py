"""The relay between a Chromium and the servers of ``compare --in chromium``.

``relay`` listens and connects, ``near`` is the browser's end of a tunnel, ``pump`` carries bytes, ``passage`` keeps
what passed, ``dressing`` says what requests get on the way. May import what the room may.
"""
