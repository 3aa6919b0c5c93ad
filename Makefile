# make course [ALL=1] | make test | make test-browser | make lab | make handout | make reset | make notebooks: the environment is created, or brought up to date, first.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

PHOTOS ?= sample
BACKBONE ?=
IMAGE_SIZE ?=
SCALING ?=
WINDOW ?= 32
CLIP ?= sports_day
ALL ?=
SEED ?= 0
ARGS ?=
CHROMIUM ?= /usr/bin/chromium

.PHONY: course test test-browser lab handout reset notebooks lock
.DEFAULT_GOAL := course

# The core, notebooks 00 to 05; with ALL=1 every notebook.
course: $(VENV)/ready
	@$(RUN) -m lib course --photos "$(PHOTOS)" --window "$(WINDOW)" --clip "$(CLIP)" --seed "$(SEED)" \
	  $(if $(BACKBONE),--backbone "$(BACKBONE)") $(if $(IMAGE_SIZE),--image-size "$(IMAGE_SIZE)") $(if $(SCALING),--scaling="$(SCALING)") $(if $(ALL),--all)

test: $(VENV)/ready
	@$(RUN) -m ruff check --quiet && $(RUN) -m ruff format --check --quiet
	@$(RUN) -m mypy --no-error-summary
	@$(RUN) -m pytest -n 2

# The explorer in JupyterLab and on a page, driven in a real browser; screenshots are left in output/browser.
test-browser: $(VENV)/ready
	@test -x "$(CHROMIUM)" || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
	@test -x "$(CHROMIUM)" \
	  || { echo "There is no browser $(CHROMIUM): install Chromium, or name yours with make test-browser CHROMIUM=PATH"; exit 1; }
	@CHROMIUM="$(CHROMIUM)" $(RUN) -m pytest tests/browser

lab: $(VENV)/ready
	@$(RUN) -m lib lab $(if $(COPY),--copy "$(COPY)") $(if $(ARGS),-- $(ARGS))

# The notebooks without outputs and solutions, for a class.
handout: $(VENV)/ready
	@$(RUN) -m lib handout

# Back to a fresh clone; it tells what it would delete, and asks first.
reset: $(VENV)/ready
	@$(RUN) -m lib reset

# The one way to change the committed notebooks: edit, then run this.
notebooks: $(VENV)/ready
	@$(RUN) -m lib notebooks

# `setup` makes this file, last of all.
$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -m lib setup

# Pin every package again (needs uv); no address is written.
lock:
	uv pip compile --universal --generate-hashes --no-header --extra season --extra dev pyproject.toml -o requirements.txt
