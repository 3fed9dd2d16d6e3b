# Two commands matter: `make run` and `make test`. Each installs what it needs.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable

.PHONY: help install run test lint format bench bench-search words screens scan sbom lock clean

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/ready: $(BIN)/python pyproject.toml requirements.lock
	$(INSTALL) .
	@touch $@

.venv/ready-dev: .venv/ready
	$(INSTALL) '.[dev]'
	@touch $@

install: .venv/ready  ## the forum and what it needs, into .venv

run: .venv/ready  ## the forum with its sample community at http://127.0.0.1:8000
	@$(BIN)/forum sample --if-empty
	@$(BIN)/forum serve

# Whole files go to each of the three processes, of which one mostly waits, because the tests of a file share servers; the longest files
# first, as tests/conftest.py orders them, so that at the end no process waits long for the others.
# Bytecode is kept whatever the shell says: the tests start many servers, and each would compile the forum anew.
test: .venv/ready-dev  ## the whole suite (ARGS='-k name' for a part)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: .venv/ready-dev  ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/ready-dev  ## the code in its standard form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/ready-dev  ## speed as ratios against a bare answer of the same bytes
	@$(BIN)/python -m tests.bench $(ARGS)

bench-search: .venv/ready-dev  ## how well the search finds, and how quickly (ARGS='--posts 1000000')
	@$(BIN)/python -m tests.bench.relevance $(ARGS)

words: .venv/ready-dev  ## the catalogues of translations have every text (ARGS='threads mail' for some areas)
	@PYTHONPATH=tests $(BIN)/python -m words $(ARGS)

screens: .venv/ready-dev  ## pictures of the main pages, in docs/screens
	@PYTHONPATH=tests $(BIN)/python -m screens

scan: .venv/ready-dev  ## wapiti and sqlmap over the sample community, signed out and in (half an hour)
	@test -x .scan/bin/wapiti || ($(PYTHON) -m venv .scan && .scan/bin/pip install --quiet --disable-pip-version-check wapiti3 sqlmap)
	@$(BIN)/python -m tests.security.scan $(ARGS)

sbom: .venv/ready-dev  ## what a release is made of, as CycloneDX, in dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o dist/sbom.json

lock: .venv/ready-dev  ## the versions that everybody installs
	@$(BIN)/pip freeze --exclude-editable --disable-pip-version-check > requirements.lock

clean:  ## nothing but the sources (the forum's data in var/ stays)
	rm -rf .venv .scan build dist artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
