# Sequence Lab. README has the same commands for Windows.
#   make run      start the lab on 127.0.0.1:8501; PORT=8600 make run takes another port
#   make test     lint, format and all tests
#   make bench    measure this machine
# Each makes .venv first, and installs requirements.txt into it whenever that file has changed.

PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: run test bench

run: $(INSTALLED)
	@$(BIN)/python -m dashboard --port $(PORT)

test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -m "not browser and not alone" -n 2 --dist loadfile
	$(BIN)/python -m pytest -m "browser or alone"

bench: $(INSTALLED)
	@$(BIN)/python -m tests.benchmarks

# The stamp is made last, so that an installation that was cut short is done again.
$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sequence Lab needs Python 3.11 or newer, $(PYTHON) is %d.%d: name another one, as in PYTHON=python3.12 make run" % sys.version_info[:2])'
	@echo "Installing requirements.txt into .venv; the first time this takes a few minutes"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
