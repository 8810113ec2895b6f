# Sequence Lab. README has the same commands for Windows.
#   make run      start the lab on 127.0.0.1:8501; PORT=8600 make run takes another port
#   make class    start the lab for a class in this network: prints its address, a code to join by, and the instructor's link
#   make test     lint, format, types of the scripts and all tests
#   make bench    measure this machine
# Each makes .venv first. `make run` and `make class` install requirements.txt into it, the others requirements-dev.txt, too, in the versions of
# constraints.txt; they do it again whenever one of these files has changed. Where wheels lie in the folder `wheels`, as in a kit
# (docs/offline.md), requirements.txt is installed from there, without a network.

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
INSTALLED := .venv/installed
TESTS_INSTALLED := .venv/installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
FROM_KIT := $(if $(wildcard wheels/*.whl), --no-index --find-links wheels)

.PHONY: run class test bench

run: $(INSTALLED)
	@$(BIN)/python -m dashboard --port $(PORT)

class: $(INSTALLED)
	@$(BIN)/python -m dashboard --class --port $(PORT)

test: $(TESTS_INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/oxlint --deny-warnings
	$(BIN)/deno fmt --check
	$(BIN)/deno check dashboard/kit
	$(BIN)/python -m pytest -m "not browser and not alone" -n 2 --dist loadfile
	$(BIN)/python -m pytest -m "browser and not alone" -n 2 --dist loadfile
	$(BIN)/python -m pytest -m alone

bench: $(TESTS_INSTALLED)
	@$(BIN)/python -m tests.benchmarks

# A stamp is made last, so that an installation that was cut short is done again. An old pip is no reason to stop.
$(INSTALLED): requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sequence Lab needs Python 3.11 or newer, $(PYTHON) is %d.%d: name another one, as in PYTHON=python3.12 make run" % sys.version_info[:2])'
	@echo "Installing requirements.txt into .venv; the first time this takes a few minutes"
	@$(PYTHON) -m venv .venv
	@$(PIP)$(FROM_KIT) --upgrade --retries 1 pip > .venv/pip.log 2>&1 || true
	@$(PIP)$(FROM_KIT) -r requirements.txt -c constraints.txt || { test -z "$(FROM_KIT)" || cat wheels/FOR.txt >&2; exit 1; }
	@touch $@

$(TESTS_INSTALLED): requirements-dev.txt $(INSTALLED)
	@echo "Installing requirements-dev.txt into .venv"
	@$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@
