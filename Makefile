# Every command of the project. `make help` lists them; README.md gives the plain pip equivalents.

PYTHON  ?= python3
PORT    ?= 8501
ADDRESS ?= 127.0.0.1
# More options for pip, for instance an index that has the CPU build of torch.
PIP_ARGS ?=

VENV := .venv
BIN  := $(VENV)/bin
NODE_BIN := node_modules/.bin
# A person at a terminal sees the downloads; a log does not fill with them.
QUIET := $(shell test -t 2 || echo --quiet)
PIP  := $(BIN)/python -m pip install $(QUIET) --disable-pip-version-check --use-pep517 $(PIP_ARGS)

# A stamp is newer than the requirements it was made from, so a second `make` installs nothing.
RUN_STAMP := $(VENV)/installed-run
DEV_STAMP := $(VENV)/installed-dev

.DEFAULT_GOAL := help
EXPERIMENTS := segmentation shared balance bias-rate node-limit top-disabled fewer-active

.PHONY: help run test check types bench screenshots architecture wheels runs recording clean browser node

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## install what is missing and open the app (PORT=8501, ADDRESS=127.0.0.1)
	@$(BIN)/python -m streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

test: $(DEV_STAMP) node browser ## install what the tests need, Node, a Chromium and a Chinese font included, and run all
	node --test --test-reporter=spec $(wildcard tests/js/*.test.js)
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/pages
	$(BIN)/python -m pytest tests/browser

check: $(DEV_STAMP) node ## format, lint and types, of Python and JavaScript, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(NODE_BIN)/prettier --check --log-level warn eslint.config.js 'moe_demo/ui/**/*.{js,css}' 'tests/{js,browser}/*.js'
	$(NODE_BIN)/eslint .
	$(NODE_BIN)/tsc

bench: $(DEV_STAMP) browser ## measure layer, trace, app and watching beside their peers (python -m benchmarks accuracy needs --data)
	@for name in layer trace app watchers; do echo "== $$name"; $(BIN)/python -m benchmarks $$name || exit 1; done

types: $(DEV_STAMP) ## write the types of the pictures' data for their JavaScript, from ui/*/data.py
	$(BIN)/python -m scripts.picture_types

screenshots: $(DEV_STAMP) browser ## take the pictures of docs/images again
	$(BIN)/python -m scripts.screenshots

architecture: $(DEV_STAMP) ## draw docs/images/architecture.svg again, from the import rules
	$(BIN)/python -m scripts.architecture

wheels: ## gather the app and all it needs in the folder wheels, for a machine without a network
	@PIP_ARGS="$(PIP_ARGS)" bash scripts/wheels.sh wheels $(PYTHON)

runs: $(RUN_STAMP) ## train the bundled runs again, and find their example headlines
	$(BIN)/python -m moe_demo.releases.bundle
	$(BIN)/python -m moe_demo.releases.make_examples

recording: $(RUN_STAMP) ## make the recordings that pages show again
	$(BIN)/python -m moe_demo.releases.make_recording
	$(BIN)/python -m moe_demo.releases.make_sentence_balance
	$(BIN)/python -m moe_demo.releases.make_seeds
	$(BIN)/python -m moe_demo.releases.make_gate_effects
	$(BIN)/python -m moe_demo.releases.make_dense
	$(BIN)/python -m moe_demo.releases.make_generations
	$(BIN)/python -m moe_demo.releases.make_device_losses
	for name in $(EXPERIMENTS); do rm -f moe_demo/recordings/experiments/$$name.json; \
		$(BIN)/python -m moe_demo experiment $$name --out moe_demo/recordings/experiments/$$name.json || exit 1; done

clean: ## remove the virtual environment, the Node packages and every cache; runs/ is kept
	rm -rf $(VENV) node_modules .cache .pytest_cache .mypy_cache .ruff_cache tests/browser/artifacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser:
	@bash scripts/install_browser.sh

node:
	@bash scripts/install_node.sh

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# torch in a call of its own and first: nothing that follows can bring another build of it.
$(RUN_STAMP): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the app's requirements (the first time takes about a minute)"
	@$(PIP) "$$(grep -m 1 '^torch==' requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@echo "Installing what tests and checks need"
	@$(PIP) -r requirements-dev.txt
	@touch $@
