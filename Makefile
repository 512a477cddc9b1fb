# Two commands for newcomers, each from a fresh clone: `make conformance` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: conformance test test-slow test-all test-pythons lint dist setup setup-dev labgrid clean docs site

conformance: .venv/ready
	$(BIN)/looprig run --matrix

# Tests mostly wait for boards: more of them at once than there are processors.
WORKERS ?= 4

test: .venv/ready-dev
	@$(MAKE) --no-print-directory labgrid || echo "labgrid cannot be had: its tests are skipped"
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m 'not slow'

# What must run but is slow.
test-slow: .venv/ready-dev
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m slow

test-all: test test-slow

# On each Python that README names and this machine has; PYTHONS=3.13 asks for one.
test-pythons:
	.ci/pythons $(PYTHONS)

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/shellcheck .ci/run .ci/pythons .ci/action.sh .ci/pull-request.sh
	$(BIN)/zizmor --offline --quiet .github action.yml pull-request

# Wheel and sdist; the same content gives the same bytes (packing/one_name.py).
dist: .venv/ready-dev
	rm -rf dist
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*

# The site, into site/: a warning is an error (mkdocs.yml). In an environment of its own, for its
# tools are nobody else's.
docs: .venv/docs/ready
	.venv/docs/bin/mkdocs build

# The public matrix, into site/matrix/, of the bundles in results/: docs/site.md.
site: .venv/ready
	$(BIN)/looprig site --store results --out site/matrix

.venv/docs/ready: pyproject.toml | $(BIN)/python
	$(PYTHON) -m venv .venv/docs
	.venv/docs/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	touch $@

setup: .venv/ready
setup-dev: .venv/ready-dev
labgrid: .venv/labgrid/ready

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) \
	  and "looprig needs Python 3.11 to 3.14; name one with make PYTHON=…")'
	$(PYTHON) -m venv .venv || { echo "python3 has no venv; on Debian: apt install python3-venv"; \
	  rm -rf .venv; exit 1; }

# Where Python may write no bytecode (PYTHONDONTWRITEBYTECODE, as in containers) each command would
# compile the rig anew. Overlays are a board's source, not ours to compile.
COMPILE := $(BIN)/python -m compileall -q -x 'fixtures/faults|unix_lib' rig reports fixtures

# The stamps make a second call set nothing up again; editing either file sets up anew.
.venv/ready: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(COMPILE)
	touch $@

.venv/ready-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(COMPILE)
	touch .venv/ready $@

# An environment of its own: labgrid's pyserial-labgrid and pyserial overwrite each other's files.
.venv/labgrid/ready: | .venv/ready-dev
	$(PYTHON) -m venv .venv/labgrid
	.venv/labgrid/bin/python -m pip install --quiet --disable-pip-version-check labgrid==26.0.1
	touch $@

clean:
	rm -rf .venv .venv-3.* .mypy_cache .ruff_cache .pytest_cache .looprig dist site
