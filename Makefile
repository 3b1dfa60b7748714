PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOWEST := $(VENV)-lowest
EXPORTERS := $(VENV)-exporters
# two files of tests at a time, each on one core
TOGETHER := --numprocesses=2 --dist=loadfile
# slow ones often wait for browsers, servers and other processes
WAITING := --numprocesses=3 --dist=loadfile
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
TORCH_FREE := --hypothesis-profile=quick -m "not torch and not browser and not caffe and not slow" \
  tests/annotate tests/core tests/data tests/metrics tests/run tests/figures tests/evaluation tests/reports

.DEFAULT_GOAL := help
.PHONY: help install compare environments lint quick test tests exporters lowest matrix docs benchmarks hooks clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

compare: $(VENV)/.installed ## the first figure, from nothing
	$(BIN)/xaesthetic compare --attr depth_of_field

install: $(VENV)/.installed-all ## the project with all its extras, in .venv

# one waits for the network or a disk where another computes: --jobs=3
environments: $(VENV)/.installed-test $(VENV)/.installed-caffe $(LOWEST)/.installed $(EXPORTERS)/.installed

lint: $(VENV)/.installed-test ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

quick: lint ## lint, types and the tests that are not slow
	$(PYTEST) -m "not slow" $(TOGETHER) --hypothesis-profile=quick

test: lint tests ## lint, types and all tests, with the branches that they cover

tests: $(VENV)/.installed-test $(VENV)/.installed-caffe ## all tests, with the branches that they cover
	$(PYTEST) -m "not slow" $(TOGETHER) --cov --cov-report=term:skip-covered
	$(PYTEST) -m slow $(WAITING)

exporters: $(EXPORTERS)/.installed ## the exporters, against the packages that read what they write; the network that finds subjects
	OMP_NUM_THREADS=1 $(EXPORTERS)/bin/python -m pytest $(TOGETHER) tests/exporting tests/exporters tests/data/test_subjects.py

lowest: $(LOWEST)/.installed ## the half without torch, with the lowest versions of what it needs
	OMP_NUM_THREADS=1 $(LOWEST)/bin/python -m pytest -o filterwarnings=default $(TOGETHER) $(TORCH_FREE)

matrix: ## the half without torch on other Pythons, those that are here
	bash .ci/matrix $(TORCH_FREE)

docs: $(VENV)/.installed-docs ## the documentation as a site, site/index.html; executes the notebooks
	NO_MKDOCS_2_WARNING=1 OMP_NUM_THREADS=1 $(BIN)/mkdocs build

benchmarks: $(VENV)/.installed-bench ## docs/benchmarks.md: what it costs, beside its peers (about an hour)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/summary.py

hooks: $(VENV)/.installed-test ## have git run lint and types before each commit
	$(BIN)/pre-commit install

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-all: $(VENV)/.installed
	$(PIP) --editable ".[all]"
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable ".[test]"
	touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(PIP) --editable ".[docs]"
	touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	$(PIP) --editable ".[bench,ray]"
	touch $@

# Caffe, which some tests compare with
$(VENV)/.installed-caffe: docker/caffe/requirements.txt $(VENV)/.installed-test
	$(BIN)/python tests/support/install_caffe.py $(VENV)/caffe
	touch $@

# in an environment of its own over .venv, whose versions of numpy, pandas and torch stay as they are
$(EXPORTERS)/.installed: $(VENV)/.installed-test constraints-exporters.txt
	$(PYTHON) -m venv $(EXPORTERS)
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" > \
	  "$$($(EXPORTERS)/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/base.pth"
	$(EXPORTERS)/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement constraints-exporters.txt --editable .
	touch $@

# without torch, so that these tests also show that their half needs none
$(LOWEST)/.installed: pyproject.toml constraints.txt constraints-lowest.txt
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --requirement constraints-lowest.txt \
	  $$(grep -E '^(beartype|execnet|httpx|httpx2|hypothesis|pycocotools|pytest|pytest-xdist)==' constraints.txt)
	$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# for .ci/run: a clean environment that holds the wheel WHEEL and nothing of this checkout; torch and what it brings, five
# gigabytes, are links to those in the environment TORCH
$(VENV)/.wheel:
	$(PYTHON) -m venv $(VENV)
	cd $(TORCH)/lib/python*/site-packages && realpath torch torch[-gv]* functorch triton triton-* nvidia* cuda* | \
	  xargs ln -s -t $(VENV)/lib/python*/site-packages
	$(PIP) $(WHEEL)
	touch $@

clean: ## remove the virtual environments and what was built
	rm -rf $(VENV) $(LOWEST) $(EXPORTERS) build dist site
	rm -rf .venv-matrix-*
