"""What a document asks for and where: incremental HTML and CSS scanners that give raw candidates, no decisions.

No I/O. May import fields, urls and terms; selectolax only in whole_document,
webencodings only in encodings.
"""
