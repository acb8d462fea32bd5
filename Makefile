# Python 3.11+ (with venv) and make are all that must be there before.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT

.PHONY: help run test test-full clients lint bench lighthouse lock sbom

help:
	@echo "make run    run Userward on this machine (PORT=8000)"
	@echo "make test   every test, against real servers and a real browser"
	@echo "make test-full  what takes minutes: everybody asks everything"
	@echo "make clients  a typed TypeScript client of the API does the main job (npm fetches packages)"
	@echo "make lint   style, security, import directions, rules of our own, migrations, API schema, production settings"
	@echo "make bench  the measurements of docs/performance.md"
	@echo "make lighthouse  the figures of docs/lighthouse.md (needs Node)"
	@echo "make sbom   list what is shipped, in CycloneDX: build/sbom.json"
	@echo "make lock   pin what requirements*.in ask for; pins stay (newer ones: ARGS=--upgrade)"

run: .venv/stamp
	@$(BIN)/python manage.py up --stop-with-parent

test: .venv/stamp-dev
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

# No limit of time for a single test: these take long.
test-full: .venv/stamp-dev
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -n 2 --dist loadgroup -m full -o faulthandler_timeout=0 $(ARGS)

clients: .venv/stamp-dev
	$(BIN)/pytest tests/clients/typescript/check.py

lint: .venv/stamp-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/python -m tests.rules
	$(BIN)/python -m tests.production build_font
	$(BIN)/python -m tests.production makemigrations --check --dry-run
	$(BIN)/python -m tests.production spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/python -m tests.production check --deploy --fail-level WARNING

bench: .venv/stamp-dev
	$(BIN)/python -m tests.benchmarks

lighthouse: .venv/stamp-dev
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.browser.lighthouse

# The same bytes for the same pins: no time and no serial number in it.
sbom: .venv/stamp-dev
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o build/sbom.json requirements.txt

lock: .venv/stamp-dev
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet $(ARGS) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet $(ARGS) requirements-dev.in -o requirements-dev.txt

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Userward needs Python 3.11 or newer: make PYTHON=…")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv || echo "uv can't be had; pip takes its place"
	@touch $@

.venv/stamp: requirements.txt | .venv/made
	@echo "Installing what runs Userward …"
	@$(call install,-r requirements.txt)
	@touch $@

.venv/stamp-dev: requirements.txt requirements-dev.txt | .venv/made
	@echo "Installing what runs and tests Userward …"
	@$(call install,-r requirements.txt -r requirements-dev.txt)
	@touch $@ .venv/stamp

# uv takes seconds, pip half a minute; pip also knows registries that are set in its own files.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes $(1) 2>.venv/uv.log \
	|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes $(1)
