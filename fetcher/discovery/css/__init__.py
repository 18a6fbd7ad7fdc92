"""CSS: the streaming scanner (``scanner``) and the rules by which what it names is used.

Nothing is imported here: ``viewport`` takes single files of this folder, which take some of its own.
"""
