"""Random pages in a real Chromium and in fetcher, to find what the corpus does not hold (see ``__main__``)."""
