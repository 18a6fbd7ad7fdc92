"""HTTP engines and content decoding: bytes in, events out. No I/O, no clock: the time is a parameter.

``events`` is the one vocabulary, ``engine`` the contract, ``http1`` and ``http2`` keep it, ``coding`` undoes
Content-Encoding. May import errors and terms; jh2 only in http2 (HPACK), brotli and zstd only in coding.
"""
