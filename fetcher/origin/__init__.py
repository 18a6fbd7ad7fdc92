"""A local origin that sends what a script says, over HTTP/1.1 and HTTP/2: behind serve, the demo and the tests.

May import wire, record, fields, urls, clock, errors and terms; trustme only in certificates, jh2 only in http2.
"""
