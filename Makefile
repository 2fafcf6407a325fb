# Every target works on a fresh Debian or Ubuntu with Python 3.11 to 3.13 and make; see `make help`.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format docs bench lock clean services
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Passed on to the program behind a target: make demo ARGS="--seconds 30"
ARGS ?=
# Much of testing is waiting for clocks and servers: two at a time, whole files together.
JOBS ?= 2

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv, install the locked packages, build the web app (nothing to do takes a second)
	@tools/setup

demo: setup ## run a drawn site of four cameras and open the page (ARGS="--seconds 30 --no-browser")
	@$(BIN)/vedette demo $(ARGS)

test: services lint ## everything that must pass: checks, web app tests, Python tests (ARGS="-k name")
	@tools/ui test
	@$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

lint: setup ## ruff, mypy, import-linter, TypeScript
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check . | tail -n 30; echo "mend: make format"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }
	@tools/ui lint

format: setup ## let ruff write the code in house style
	@$(BIN)/ruff check --quiet --fix --exit-zero .
	@$(BIN)/ruff format .

docs: setup ## write docs/ref/ anew from plugins, settings and routes
	@$(BIN)/python tools/reference.py write

bench: setup ## milliseconds per frame and stage against the budgets (ARGS="detector")
	@$(BIN)/vedette bench $(ARGS)

services: ## the programs that tests talk to: Chromium, PostgreSQL, Redis, Mosquitto, fonts
	@tools/services

lock: setup ## remake requirements.lock (UPGRADE=1 for the newest versions)
	@tools/lock $(if $(UPGRADE),--upgrade)

clean: ## remove what was built, .venv and node_modules included
	@rm -rf .venv build dist ui/node_modules src/vedette/web/dist
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
