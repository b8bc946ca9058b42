# Everything a newcomer needs: `make demo`, `make test`, `make bench`. The first call builds .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: help demo test lint types gates runners check bench cheaters honest lock clean

help:
	@echo "make demo [KEEP=dir]  watch a PRD become proven code on this machine"
	@echo "make test             linters, types and tests"
	@echo "make long             proofs, cheats, honest changes, whole runs with real jobs, and the longer stories"
	@echo "make runners          the same for test runners of other languages, and other people's projects"
	@echo "make bench            benchmarks, printed as ratios"
	@echo "make cheaters         every cheat through the real gates, as a matrix (docs/cheaters.md)"
	@echo "make honest           honest changes through the real gates, as a matrix (docs/honest.md)"
	@echo "make lock             renew requirements.lock"

$(READY): requirements.lock pyproject.toml
	@command -v git > /dev/null || { echo "git is missing: install it first"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Building $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

demo: $(READY)
	@$(BIN)/tdd demo $(if $(KEEP),--keep "$(KEEP)") $(DEMO)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)
	@$(BIN)/mypy

check: lint types

test: check
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m "not runners and not long" $(TESTS)

long: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m long $(TESTS)

runners: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m runners $(TESTS)

bench: $(READY)
	@PYTHONPATH=tests $(BIN)/python -m bench

cheaters: $(READY)
	@PYTHONPATH=app:action:tests $(BIN)/python -m bench.cheaters $(CASES)

honest: $(READY)
	@PYTHONPATH=app:action:tests $(BIN)/python -m bench.honest $(CASES)

lock: $(READY)
	@$(BIN)/uv pip compile --universal --all-extras --no-header --no-emit-index-url --generate-hashes --python-version 3.11 --quiet -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
