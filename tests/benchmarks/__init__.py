"""How fast, against whom: ``python -m tests.benchmarks.run`` (``make bench``). Loopback only; ends by itself."""
