# make setup   a virtual environment in .venv with everything the tests need, compiled and warm
# make demo    the shipped case, end to end
# make test    everything that must be green before a change lands
# make bench   the benchmark table of this machine
# make gate    no piece of work costs much more than recorded, beside a fixed one
# make nightly the long checks
# make docs    the pages that are made from the code

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test lint nightly bench gate docs clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "openiads needs Python 3.11 or newer; set PYTHON=python3.12 or similar")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m compileall -q src
	$(BIN)/openiads warmup
	touch $@

demo: setup
	$(BIN)/openiads demo

lint: setup
	$(BIN)/ruff check src tests tools benchmarks examples
	$(BIN)/ruff format --check src tests tools benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint
	$(BIN)/python -m pytest

nightly: setup
	$(BIN)/python -m pytest -m nightly

bench: setup
	$(BIN)/python benchmarks/run.py

gate: setup
	$(BIN)/python benchmarks/gate.py

docs: setup
	for page in records_page tables_page cli_page measures_page purposes_table schema verification_page validation_page claims_page fuzz_page benchmarks_page; do $(BIN)/python tools/make_$$page.py || exit 1; done

clean:
	rm -rf $(VENV) build dist runs
