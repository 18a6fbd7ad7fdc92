"""PageLoad, the narrow waist: frozen values, the recorder that folds the machine's log, lossless versioned JSON.

No I/O but reading and writing the file it is given. May import browser's events and commands, discovery (values),
fields, urls, errors and terms.
"""
