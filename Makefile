# Everything happens in .venv, which these commands make themselves.  They need python3 (3.11 or newer),
# make, and for the native parts a C++ compiler.  Stamps inside .venv keep the second call quick.

PYTHON ?= python3
VENV := .venv
BENCH := .venv-bench
PEERS ?= $(shell cat benchmarks/peers.txt)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find src -type f -not -path '*/__pycache__/*' -not -path '*.egg-info/*' -not -name '*.so' 2>/dev/null)
NATIVE := setup.py MANIFEST.in $(wildcard native/*)

.DEFAULT_GOAL := help
.PHONY: help run test test-quick thorough lint format docs pages oracles bench sanitize mutants clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run ## install into .venv, then a guided tour: derive, diagnose, train (no terminal: no pauses)
	@$(BIN)/python -m chalkgrad.app.tour

test: $(VENV)/.dev ## all tests (about ten minutes on two cores); oracles whose library is missing are skipped, saying so
	@echo "all tests: about ten minutes on two cores; make test-quick takes one"
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet

thorough: $(VENV)/.dev ## all tests with six times the examples and larger samples (an hour)
	CHALKGRAD_TESTS=thorough $(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet

test-quick: $(VENV)/.dev ## the tests that take no time: half of them, in about a minute
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet --quick

lint: $(VENV)/.dev ## ruff (lint and format) and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev ## rewrite the code the way `make lint` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.docs ## the documentation, its examples executed, into docs/_build
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build
	@echo "docs/_build/index.html"

pages: $(VENV)/.dev ## every kind of page in Chromium, on a phone, a desk and paper, and through axe-core (needs Node)
	$(BIN)/python -m tools.look_at_pages

oracles: $(VENV)/.oracles ## the oracle tests with PyTorch, JAX and scikit-learn installed (a large download); none may skip
	$(BIN)/python -m pytest --numprocesses auto --quiet --require-oracles tests/oracles

bench: $(BENCH)/.peers ## training steps against PyTorch, JAX and others (a large download, half an hour)
	$(BENCH)/bin/python -m benchmarks.bench_start
	$(BENCH)/bin/python -m benchmarks.bench_gradients
	$(BENCH)/bin/python -m benchmarks $(BENCH_OPTIONS)

sanitize: ## the native core under AddressSanitizer, UBSan and ThreadSanitizer (needs g++, some minutes)
	$(PYTHON) tools/sanitize.py

mutants: $(VENV)/.mutants ## plant 100 mistakes in the sources, one at a time: which do the tests not notice? (an hour)
	$(BIN)/python tools/mutants.py $(MUTANTS_OPTIONS)

clean: ## remove everything that these commands made
	rm -rf $(VENV) $(BENCH) build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf src/*.egg-info src/chalkgrad/*.so
	find src tests tools benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "chalkgrad needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is incomplete; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

# The development install is editable, so it serves `make run` as well.
$(VENV)/.run: $(VENV)/.made pyproject.toml $(NATIVE) $(SOURCES)
	@if [ ! -f $(VENV)/.dev ]; then \
	  echo "installing chalkgrad into $(VENV): a minute or two, once"; $(BIN)/python tools/install.py .; fi
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml $(NATIVE)
	@echo "installing chalkgrad and the development tools into $(VENV) ..."
	@CHALKGRAD_REQUIRE_NATIVE=1 $(PIP) install --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.dev
	@$(PIP) install --editable '.[docs]'
	@touch $@

$(VENV)/.mutants: $(VENV)/.dev
	@$(PIP) install --editable '.[mutants]'
	@touch $@

$(VENV)/.oracles: $(VENV)/.dev
	@$(PIP) install --editable '.[oracles]'
	@touch $@

# The peers are many and large; one that cannot be had is left out of the benchmarks.
$(BENCH)/.peers: benchmarks/peers.txt pyproject.toml $(SOURCES) $(NATIVE)
	@test -d $(BENCH) || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --disable-pip-version-check --quiet .
	@for peer in $(foreach peer,$(PEERS),'$(peer)'); do \
	  $(BENCH)/bin/python -m pip install --disable-pip-version-check --quiet "$$peer" || echo "left out: $$peer cannot be installed"; \
	done
	@touch $@
