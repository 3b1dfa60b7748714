# make compare  the first figure, from nothing
# make test     lint, types, tests

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: compare test clean

compare: $(VENV)/.installed
	$(BIN)/xaesthetic compare --attr depth_of_field

test: $(VENV)/.installed-test $(VENV)/.installed-caffe
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(PIP) --editable ".[test]"
	touch $@

# Caffe, which some tests compare with
$(VENV)/.installed-caffe: docker/caffe/requirements.txt $(VENV)/.installed-test
	$(BIN)/python tests/support/install_caffe.py $(VENV)/caffe
	touch $@

# for .ci/run: a clean environment that holds the wheel WHEEL and nothing of this checkout
$(VENV)/.wheel:
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(WHEEL)
	touch $@

clean:
	rm -rf $(VENV) build dist
