# Thin on purpose: each target is a command or two that also work by hand. Needs only make, a shell, and Python with venv.

PYTHON ?= python3
# Three workers for the two cores that we promise for: often one waits for a service, a server or the drill.
WORKERS ?= 3
SCENARIO ?= scenarios/tho-xuan.yaml
# Not from the environment, where other programs mean other things by it.
PORT = 8080

# What Python has compiled is kept, whatever the environment says: the tests start some hundred programs.
export PYTHONDONTWRITEBYTECODE :=

BIN := .venv/bin
LOG := .venv/setup.log
# Written last, each in its turn: a half-made .venv has no stamp and is made again.
LOCKED := .venv/locked.stamp
READY := .venv/ready.stamp
TESTABLE := .venv/testable.stamp

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run stack test check test-all validation bench words mutants lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r target says; do printf '%-14s %s\n' "$$target" "$$says"; done

# Without a shell between make and the command, Ctrl-C and SIGTERM reach it directly: nothing is orphaned.
run: $(READY) ## the peak-week prediction, then the live service with a simulated centre, until Ctrl-C
	@$(BIN)/peakweek-monitor demo $(SCENARIO) --port $(PORT) --check
	@$(BIN)/peakweek run $(SCENARIO)
	@$(BIN)/peakweek-monitor demo $(SCENARIO) --port $(PORT) --browser

stack: $(READY) ## the live service with Prometheus, Alertmanager and (where installed) Grafana around it, until Ctrl-C
	@$(BIN)/peakweek-monitor stack $(SCENARIO) --port $(PORT)

test: $(TESTABLE) ## every test, at most 10 minutes
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: $(TESTABLE) ## the walls only, in a minute or two: lint, format, types, imports, sizes, links
	@$(BIN)/python -m pytest -n $(WORKERS) tests/repo

test-all: $(TESTABLE) ## every test, with many more random examples
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=all

validation: $(TESTABLE) ## write the tables of docs/validation.md anew, after a change that is meant to move them
	@$(BIN)/python tests/theory/tables.py --write

bench: $(READY) ## how fast it is beside other simulators, into docs/benchmarks.md (some minutes)
	@rm -rf .venv-bench && $(PYTHON) -m venv .venv-bench
	$(call quietly,Installing Peakweek and the other simulators into .venv-bench ...,.venv-bench/bin/python -m pip install -e .)
	@for peer in ciw salabim cimba; do .venv-bench/bin/python -m pip install -q $$peer || echo "$$peer cannot be installed here." >&2; done
	@.venv-bench/bin/python -m tests.bench.bench --write
	@.venv-bench/bin/python -m tests.bench.store --write

words: $(TESTABLE) ## bring the catalogues of sim/language up to what the files say, after a message was changed
	@$(BIN)/python tests/language/renew.py

mutants: $(TESTABLE) ## break the model in named ways, one at a time: does some test notice? (an hour)
	@$(BIN)/python tests/mutation/mutate.py

clean: ## remove everything that make has made
	@rm -rf .venv .venv-bench .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache build dist

# $(call quietly,what is being done,command): the output goes to a log, whose end is shown only when the command fails.
define quietly
@echo "$(1)"
@$(2) >>$(LOG) 2>&1 || { tail -n 15 $(LOG) >&2; echo "That failed; $(LOG) has the whole output. The next make starts it afresh." >&2; exit 1; }
endef

# Two stages in one .venv: who only wants to see it run need not wait for the tools of the tests.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Peakweek needs Python 3.11 or newer with venv; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." >&2; \
	  echo "Install it (Debian: sudo apt-get install python3 python3-venv), or name another: make PYTHON=python3.12 ..." >&2; \
	  exit 1; }
	@rm -rf .venv && mkdir .venv
	$(call quietly,Making .venv ...,$(PYTHON) -m venv .venv)
	$(call quietly,Installing the locked dependencies into .venv (once; about half a minute) ...,$(BIN)/python -m pip install --require-hashes -r requirements.lock)
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	$(call quietly,Installing Peakweek itself into .venv ...,$(BIN)/python -m pip install --no-deps --no-build-isolation -e .)
	$(call quietly,Compiling the engine (once; about a minute) ...,$(BIN)/peakweek run scenarios/four-staff.yaml --plan as-usual --replications 1 --format csv)
	@touch $@

$(TESTABLE): $(READY) requirements-test.lock
	$(call quietly,Installing the tools of the tests into .venv (once; about half a minute) ...,$(BIN)/python -m pip install --require-hashes -r requirements-test.lock)
	@touch $@

# The lock must say what to install, not where this machine gets it: local folders of packages are left out of it.
# Versions that still fit are kept; `make lock UV_FLAGS=--upgrade` takes the newest.
UV_COMPILE = env -u PIP_FIND_LINKS -u UV_FIND_LINKS .lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UV_FLAGS) pyproject.toml

lock: ## write requirements.lock and requirements-test.lock anew from pyproject.toml
	@rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	@env -u PIP_FIND_LINKS .lock-venv/bin/python -m pip install -qq uv
	@$(UV_COMPILE) --extra build --output-file requirements.lock
	@$(UV_COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock
	@rm -rf .lock-venv
