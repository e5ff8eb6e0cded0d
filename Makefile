# The few commands of this project; `make help` lists them. Settings are SECTORS_* variables, see .env.example;
# SOURCE, INBOX, DATA_DIR, CONFIDENTIAL_DIR, DEFINITIONS_DIR, SINCE, SCOPE, AS_OF and EXPORTS can be given to make itself,
# as in make run SOURCE=files INBOX=some.zip
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

export DAGSTER_HOME := $(CURDIR)
ifdef SOURCE
export SECTORS_SOURCE := $(SOURCE)
endif
ifdef INBOX
export SECTORS_INBOX := $(INBOX)
endif
ifdef DATA_DIR
export SECTORS_DATA_DIR := $(DATA_DIR)
endif
ifdef CONFIDENTIAL_DIR
export SECTORS_CONFIDENTIAL_DIR := $(CONFIDENTIAL_DIR)
endif
ifdef DEFINITIONS_DIR
export SECTORS_DEFINITIONS_DIR := $(DEFINITIONS_DIR)
endif
ifdef SINCE
export SECTORS_SINCE := $(SINCE)
endif
ifdef SCOPE
export SECTORS_SCOPE := $(SCOPE)
endif
ifdef EXPORTS
export SECTORS_EXPORTS := $(EXPORTS)
endif
ifdef AS_OF
export SECTORS_AS_OF := $(AS_OF)
endif

.DEFAULT_GOAL := help
.PHONY: help run plan status ui test faults lint check lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed ## make every table and show the result (SOURCE=files INBOX=file or folder for real data)
	@$(BIN)/sectors run

plan: $(VENV)/installed ## show what a run would ask BLS for, and why; asks for nothing (SINCE=2001 for older years)
	@$(BIN)/sectors plan

status: $(VENV)/installed ## show the result of the last published warehouse
	@$(BIN)/sectors status

ui: $(VENV)/installed ## open Dagster on this project: http://localhost:3000
	@$(BIN)/dg dev

test: $(VENV)/installed-dev ## run the whole test suite, on all cores
	@$(BIN)/pytest --numprocesses auto

faults: $(VENV)/installed-dev ## try every fault of a publisher; print the table and keep it in docs/capture_faults.md
	@$(BIN)/pytest -q tests/integration/faults --write-docs

lint: $(VENV)/installed-dev ## ruff and the type checker
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

check: $(VENV)/installed ## check that Dagster can load the project
	@$(BIN)/dg check toml && $(BIN)/dg check defs

lock: ## write requirements.lock and requirements-dev.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the environment; data stays
	rm -rf $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml
	@echo "Creating the environment in $(VENV) (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
