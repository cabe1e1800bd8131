# Each target makes its own .venv when there is none; nothing but Python >= 3.11, git and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-nightly lint fmt docs site bench dist clean
.DEFAULT_GOAL := test

$(VENV)/.run: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jsms-sync needs Python 3.11 or newer; set PYTHON=python3.x" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(BIN)/pip install --quiet --group dev
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/python examples/demo.py

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term $(ARGS)
	$(BIN)/python tests/coverage_floor.py

test-nightly: $(VENV)/.docs
	@$(BIN)/pip install --quiet --group nightly
	$(BIN)/python -m pytest -n 2 --dist worksteal -m nightly $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tests/unit/generated_docs.py
	$(BIN)/python tests/unit/translated_docs.py

$(VENV)/.docs: $(VENV)/.dev
	@$(BIN)/pip install --quiet --group docs
	@touch $@

site: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

# What draws is kept apart: beside it deepdiff would import its numpy, and all that is measured would take longer.
$(VENV)/.drawing: $(VENV)/.dev
	@rm -rf $(VENV)/drawing
	@$(BIN)/pip install --quiet --target $(VENV)/drawing.new --upgrade --no-warn-conflicts --group bench
	@mv $(VENV)/drawing.new $(VENV)/drawing
	@touch $@

bench: $(VENV)/.dev $(if $(ARGS),,$(VENV)/.drawing)
	$(BIN)/python -m benchmarks $(ARGS)

# Files are as old as the last commit, so that everybody gets the same bytes.
dist: $(VENV)/.dev
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build
	@sha256sum dist/*

clean:
	rm -rf $(VENV) .site .jsms-sync dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
