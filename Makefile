# The two commands that matter are `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash

.PHONY: help run test unit faults bench train calibrate golden quality lint format types lock clean prepare-run prepare-dev \
  rules audit init offline-images

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: prepare-run ## start everything on this machine, play the demonstration corpus, show the shifts
	@.venv/bin/stancewatch demo

test: prepare-dev ## every test, on a real Kafka and a real Elasticsearch that it starts itself
	@.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

unit: prepare-dev ## the pure tests: seconds, no services
	@.venv/bin/python -m pytest tests/unit

faults: prepare-dev ## the long tests too: kills, servers away, clock steps; installs what they need
	@deploy/prepare.sh faults
	@STANCEWATCH_FAULTS_TABLE=benchmarks/results/faults.md .venv/bin/python -m pytest tests/faults -m "long or not long" --timeout 1800

bench: prepare-dev ## speed beside a raw loop, Quix Streams and Bytewax; writes benchmarks/results/pipeline.*
	@deploy/prepare.sh peers
	@.venv/bin/python -m benchmarks.pipeline $(BENCH)

golden: prepare-dev ## write the golden outputs anew; read the difference before you commit it
	@.venv/bin/python -m tests.golden

quality: prepare-dev ## the scores of the reader and the detector, with their floors
	@.venv/bin/python -m pytest tests/quality -s

train: ## teach the reader anew from ../shared/data and training/data; some six hours, and some gigabytes of libraries
	@deploy/prepare.sh train
	@.venv-train/bin/python -m training.train $(ARGS)

calibrate: ## after make train: how often a stance of a score is right, and what core.stance should hold
	@deploy/prepare.sh train
	@.venv-train/bin/python -m training.calibrate $(ARGS)

lint: prepare-dev ## ruff, format and the import contracts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports

format: prepare-dev ## mend what ruff can mend
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

types: prepare-dev ## mypy --strict on the package and the tests
	@.venv/bin/mypy

rules: prepare-dev ## the alert rules against promtool
	@cd deploy/prometheus && PATH="$(CURDIR)/.venv/bin:$$PATH" promtool test rules rules_test.yml

audit: prepare-dev ## known vulnerabilities of what the image carries; says so where nobody can be asked
	@.venv/bin/python -m tests.audit

init: prepare-run ## .env and secrets/ for docker compose
	@.venv/bin/stancewatch init

offline-images: prepare-run ## stand-ins for the images where no registry can be reached; root and Docker needed
	@deploy/offline/build.sh

lock: prepare-dev ## pin the dependencies anew
	@requirements/lock.sh --upgrade

clean: ## stop local services and remove what they wrote
	@if [ -x .venv/bin/stancewatch ]; then .venv/bin/stancewatch services down --erase; fi
	@rm -rf .stancewatch

prepare-run:
	@deploy/prepare.sh run

prepare-dev:
	@deploy/prepare.sh dev
