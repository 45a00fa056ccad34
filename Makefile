# Musubi: every task is one target here. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 5000
MUSUBI_TEST_POSTGRES ?= postgresql+psycopg://postgres@127.0.0.1:5432/postgres
export MUSUBI_TEST_POSTGRES

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CODE := $(wildcard app.py community moderation trust search bench tools tests)
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/messages.po)
POT := var/messages.pot
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --group build

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- run ---

.PHONY: install
install: .venv/.command $(CATALOGUES:.po=.mo) ## the environment and the musubi command, nothing else
	@:

.PHONY: demo
demo: install ## a running demo community on http://localhost:5000 (PORT=...); keeps its data
	@exec $(BIN)/musubi demo --port $(PORT)

.PHONY: demo-reset
demo-reset: ## forget the demo community and its secrets (stop it first)
	rm -rf var/demo

# --- prove ---

.PHONY: test
test: install-dev ## all tests, on SQLite and PostgreSQL, with Chromium (ARGS=... for pytest)
	@$(BIN)/python -m tools.equipment
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

CHECKS := check-format check-lint check-types check-layers check-templates check-translations

.PHONY: check $(CHECKS)
check: install-dev ## format, lint, types, layers, templates, translations; all of them, even if one fails
	@$(MAKE) --keep-going $(CHECKS)

check-format:
	$(BIN)/ruff format --check $(CODE)
check-lint:
	$(BIN)/ruff check --quiet $(CODE)
check-types:
	$(BIN)/mypy $(CODE)
check-layers:
	$(BIN)/lint-imports --no-logo
check-templates:
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m tools.templates
check-translations:
	$(BIN)/python -m tools.translations

.PHONY: format
format: install-dev ## put the code into the house format
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)

.PHONY: soak
soak: install-dev ## the long tests: thousands of worlds, paired timings (an hour or so)
	@$(BIN)/python -m tools.equipment
	$(BIN)/pytest -m soak --timeout 14400 $(ARGS)
	$(BIN)/python -m tools.faults

.PHONY: bench-pages
bench-pages: install-dev ## page benchmark against the floor, prints JSON (needs PostgreSQL)
	@$(BIN)/python -m bench.pages $(ARGS)

.PHONY: bench-moderation
bench-moderation: install-dev ## the queue against the floor, and taking words out, prints JSON (needs PostgreSQL)
	@$(BIN)/python -m bench.moderation $(ARGS)

.PHONY: bench-live
bench-live: install-dev ## how soon open pages hear, on both kinds of site, prints JSON (needs PostgreSQL and Redis)
	@$(BIN)/python -m bench.live $(ARGS)

# --- keep ---

.PHONY: lock
lock: install-dev ## renew requirements/*.txt from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(PIP) install uv
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
	$${index:+export UV_DEFAULT_INDEX=$$index}; \
	$(LOCK) -o requirements/app.txt $(ARGS); \
	$(LOCK) --group dev -o requirements/dev.txt $(ARGS)

.PHONY: translations
translations: install-dev ## collect the texts of the code into the catalogues
	@mkdir -p $(dir $(POT))
	$(BIN)/pybabel --quiet extract -F babel.cfg -k lazy_gettext -k _l -k lazy_ngettext:1,2 -k lazy_pgettext:1c,2 --sort-by-file --no-location --omit-header -o $(POT) .
	$(BIN)/pybabel --quiet update -i $(POT) -d translations --no-fuzzy-matching --ignore-pot-creation-date
	$(BIN)/pybabel compile -d translations

.PHONY: install-dev
install-dev: .venv/.dev install
	@:

# Each file here marks a step as done, so that it is done again only when what it depends on has changed.

.venv/bin/python:
	@tools/make_venv

.venv/.app: requirements/app.txt | .venv/bin/python
	@echo "Installing what requirements/app.txt locks ..."
	@$(PIP) install --require-hashes --no-deps -r $<
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.app
	@echo "Installing what requirements/dev.txt locks ..."
	@$(PIP) install --require-hashes --no-deps -r $<
	@touch $@

.venv/.command: pyproject.toml .venv/.app
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

%.mo: %.po | .venv/.app
	@$(BIN)/pybabel --quiet compile -i $< -o $@
