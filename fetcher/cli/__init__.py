"""The command line: one file per command. Heavy imports live inside commands.

May import any room below it; typer nowhere else.
"""
