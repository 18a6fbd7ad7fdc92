"""The command line: one file per command, ``app`` above them, ``options`` and what else they share beside them;
``auditing`` is what ``fetcher audit`` reads and writes. Heavy imports live inside commands.

May import any room below it; typer nowhere else.
"""
