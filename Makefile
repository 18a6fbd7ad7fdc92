# What a developer does here, one line each. A bare machine needs only make and Python 3.11 or newer:
# the first use makes .venv, and a changed pyproject.toml renews it.
PYTHON ?= python3
NEW_ENOUGH = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
FOUND = $(firstword $(foreach name,$(PYTHON) python3.13 python3.12 python3.11,$(shell $(name) -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $(name))))
BIN = .venv/bin
READY = .venv/ready
# Tests side by side, one more than two cores have, for some wait; 0 runs them one after the other.
WORKERS ?= 3
CODE = fetcher tests samples
# Many tests start a Python of their own; without bytecode each of them, and each worker, compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check format format-check lint types interop chromium firefox bench bench-load waterfall serve clean
.DEFAULT_GOAL := test

demo: $(READY)  ## load a page with hints and without, over HTTP/1.1 and HTTP/2, and show the difference
	$(BIN)/python samples/demo.py

test: $(READY)  ## everything that needs no other server and no browser
	$(BIN)/pytest -q -n $(WORKERS) -m "not interop and not chromium and not firefox"

check: format-check lint types test  ## all that a change must pass (the layer test is one of the tests)

format: $(READY)
	$(BIN)/ruff format $(CODE)

format-check: $(READY)
	$(BIN)/ruff format --check $(CODE)

lint: $(READY)
	$(BIN)/ruff check $(CODE)

types: $(READY)
	$(BIN)/mypy

interop: $(READY)  ## real servers and a real Chromium, those that this machine has
	$(BIN)/pytest -q -m "interop or chromium"

chromium: $(READY)  ## the corpus in a real Chromium and in fetcher: one line per difference and a total
	$(BIN)/python -m tests.end_to_end.chromium.corpus

firefox: $(READY)  ## every case with a 103 in a real Firefox, on a network of its own, beside what fetcher says of it
	$(BIN)/python -m tests.end_to_end.firefox.corpus

bench: $(READY)
	$(BIN)/python -m tests.benchmarks.run

bench-load: $(READY)  ## a page of 40 files over loopback and two emulated links, beside the least it could take and Chromium
	$(BIN)/python -m tests.benchmarks.load.run

waterfall: $(READY)  ## the picture in the README, of a load that is made now
	$(BIN)/python samples/waterfall.py

serve: $(READY)  ## the sample site, which sends 103s
	$(BIN)/fetcher serve

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml
	@test -n "$(FOUND)" || { echo "make: needs Python 3.11 or newer with venv (Debian: apt install python3 python3-venv), or say make PYTHON=/path/to/python" >&2; exit 1; }
	$(FOUND) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $(READY)
