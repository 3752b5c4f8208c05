# Every command of the project. `make help` prints the lines that begin with a target and "##".
#
# ARGS is passed through:   make demo ARGS="--once --seed 1 --json"
# PYTHON picks the Python:  make setup PYTHON=python3.12

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PACKAGES := cashless merchants providers webhooks
SOURCES := $(PACKAGES) tests $(wildcard bench)

# Debian's PostgreSQL 15: the tests that need a database are run on it too, when it is there.
POSTGRES_15 ?= /usr/lib/postgresql/15/bin

# The environment is made again when a pin changed, when it does not run, or when the folder moved.
ifneq ($(shell $(BIN)/python -c '' 2>/dev/null && cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: setup demo serve test check bench help

help: ## print this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## make the environment in .venv (at once when nothing changed)

demo: $(STAMP) ## an invented market with live payments; pages open at the printed address
	@$(BIN)/cashless demo $(ARGS)

serve: $(STAMP) ## the server, its settle process and its database
	@$(BIN)/cashless serve $(ARGS)

test: $(STAMP) ## all tests, and the database tests on PostgreSQL 15 as well
	@status=0; \
	if [ -x "$(POSTGRES_15)/postgres" ]; then \
		echo "== Database tests on PostgreSQL 15"; \
		$(BIN)/python -m pytest -q -n 4 --dist worksteal -m "database and not whole" --postgres-bin="$(POSTGRES_15)" $(ARGS); \
		status=$$?; \
		if [ $$status = 5 ] && [ -n "$(ARGS)" ]; then status=0; fi; \
	elif [ "$$CI" = true ]; then \
		echo "PostgreSQL 15 is missing: apt-get install postgresql-15 (looked in $(POSTGRES_15))." >&2; \
		status=1; \
	else \
		echo "PostgreSQL 15 is not in $(POSTGRES_15): its second run of the database tests is left out."; \
	fi; \
	echo "== All tests"; \
	$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS) || status=$$?; \
	exit $$status

check: $(STAMP) ## format, lint, types, contracts, house and docs
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_docs.py

bench: $(STAMP) ## speed next to pgbench, in one run
	@$(BIN)/python -m bench $(ARGS)

# Finds a Python that is new enough, then installs exactly what constraints.txt names.
$(STAMP): pyproject.toml constraints.txt
	@python=; old=; \
	for candidate in "$(PYTHON)" python3 python3.13 python3.12 python3.11; do \
		version=$$($$candidate -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
		if ! $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then old="$$old $$version"; continue; fi; \
		python=$$candidate; break; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed; found:$${old:- none}. Debian, Ubuntu: apt-get install python3 python3-venv" >&2; \
		echo "Another one can be named: make setup PYTHON=python3.12" >&2; \
		exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python ($$version) cannot make an environment: apt-get install python3-venv (or python$$version-venv)" >&2; \
		exit 1; \
	fi; \
	home=$$(cat $(STAMP) 2>/dev/null || echo "$(CURDIR)"); \
	if [ "$$home" != "$(CURDIR)" ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		rm -rf $(VENV) && $$python -m venv $(VENV) || exit 1; \
	fi
	@echo "Installing what constraints.txt names into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@printf '%s\n' "$(CURDIR)" > $@
