# Parvis: `make demo` to try it, `make test` to check it, `make help` for the rest.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PORT ?= 8000
DEMO_HOME := var/demo

.DEFAULT_GOAL := help
.PHONY: help demo test test-long coverage check bench bench-long lock messages screenshots clean tools-for-tests

help: ## Say what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.base $(DEMO_HOME)/.ready ## Install everything and open the demonstration on port 8000
	@PARVIS_HOME=$(DEMO_HOME) $(BIN)/parvis serve --port $(PORT)

test: $(VENV)/.dev tools-for-tests ## Run every test on SQLite, then on PostgreSQL
	@$(BIN)/python tools/run_tests.py

test-long: $(VENV)/.dev tools-for-tests ## The same with the long tests in full size (hours)
	@$(BIN)/python tools/run_tests.py --long

coverage: $(VENV)/.dev tools-for-tests ## Name the lines that no test reaches, browsers and kills aside
	@$(BIN)/python tools/run_tests.py --coverage

check: $(VENV)/.dev tools-for-tests ## Formatting, lint, types, layers, templates, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint src
	$(BIN)/mypy
	@$(BIN)/python tools/check_project.py

bench: $(VENV)/.dev tools-for-tests ## Measure what the product promises to be fast
	@$(BIN)/python -m bench

bench-long: $(VENV)/.dev tools-for-tests ## Measure the boards with 1, 10 and 50 million answers (hours, 25 GB of disk)
	@$(BIN)/python -m bench --long

lock: $(VENV)/.uv ## Resolve the dependencies again and write their hashes
	$(UV) pip compile -q --upgrade --no-header --no-annotate --generate-hashes \
		--python-version 3.11 pyproject.toml -o requirements/base.txt
	$(UV) pip compile -q --upgrade --no-header --no-annotate --generate-hashes \
		--python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt

messages: $(VENV)/.dev tools-for-tests ## Gather the texts to translate into the English catalogue
	@$(BIN)/python tools/translations.py gather

screenshots: $(VENV)/.dev tools-for-tests ## Photograph the main pages for the README
	@$(BIN)/python tools/screenshots.py

clean: ## Remove what make installed and the demonstration's data
	rm -rf $(VENV) var build src/*.egg-info

# --- What the commands stand on ----------------------------------------------------------------

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Parvis demande Python 3.11 ou plus récent."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Il manque le paquet python3-venv : apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.base: requirements/base.txt pyproject.toml $(VENV)/.uv
	@echo "Installation des bibliothèques…"
	@$(UV) pip install --quiet --require-hashes -r requirements/base.txt
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@echo "Installation des bibliothèques et des outils de test…"
	@$(UV) pip install --quiet --require-hashes -r requirements/dev.txt
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@ $(VENV)/.base

TRANSLATIONS := $(wildcard src/parvis/locale/*/LC_MESSAGES/*.po)
MIGRATIONS := $(wildcard src/parvis/*/migrations/*.py)

$(DEMO_HOME)/.ready: $(VENV)/.base $(TRANSLATIONS) $(MIGRATIONS)
	@$(BIN)/python tools/translations.py compile
	@PARVIS_HOME=$(DEMO_HOME) $(BIN)/parvis demo --no-serve
	@touch $@

tools-for-tests:
	@sh tools/install_test_tools.sh
