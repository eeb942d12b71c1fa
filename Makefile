# Everything a person types. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON ?= python3
TOGETHER ?= 2
PYTEST_ARGS ?=
PHONE_PORT ?= 8002
FOR_SLOW := prometheus docker-compose
API_URL ?= http://127.0.0.1:8000
WECHAT_URL ?= http://127.0.0.1:8001
export PYTHON

.PHONY: help
help: ## List what can be typed
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: venv ## Start everything: PORT=8000, FRESH=1 begins anew, DATABASE_URL=… and REDIS_URL=… use your own
	@exec $(BIN)/python -m deploy.run --end-with-parent

.PHONY: phone
phone: ## The mini-program on a page the size of a phone, beside `make run`: PHONE_PORT=8002
	@deploy/run/client.sh
	@cd miniprogram && node tools/build.mjs && node tools/wxrun/pack.mjs
	@exec node miniprogram/tools/wxrun/serve.mjs $(PHONE_PORT) $(API_URL) $(WECHAT_URL)

.PHONY: wxci
wxci: ## WeChat's own compiler over the built mini-program, without key or network (npm fetches 280 MB for it)
	@deploy/run/client.sh
	@cd miniprogram && node tools/build.mjs
	@npm ci --prefix miniprogram/tools/wxci --ignore-scripts --no-audit --no-fund --silent
	@timeout 300 node miniprogram/tools/wxci/check.cjs miniprogram

.PHONY: story
story: venv ## Play the story in a stack of its own, or against STORY_URL=…
	@exec $(BIN)/python -m tests.stories.play

.PHONY: check
check: dev ## Lint, types, import contracts, architecture tests: seconds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/architecture

.PHONY: test
test: dev packages ## Every test but the slow ones, on SQLite and MariaDB
	$(BIN)/pytest -n $(TOGETHER) -m "not slow" --durations=25 --durations-min=5 $(PYTEST_ARGS)

.PHONY: coverage
coverage: dev packages ## The same, counting the branches that no test takes; the result goes to docs/runs.md
	@deploy/run/recorded.sh coverage $(BIN)/pytest -q -n $(TOGETHER) -m "not slow" \
		--cov --cov-report=term:skip-covered --cov-fail-under=90 $(PYTEST_ARGS)

.PHONY: test-long
test-long: dev packages ## The slow tests too; the result goes to docs/runs.md
	@deploy/run/system-packages.sh $(FOR_SLOW)
	@deploy/run/recorded.sh test-long $(BIN)/pytest -m "slow and not ha" $(PYTEST_ARGS)

.PHONY: faults
faults: dev packages ## What must survive: killed programs, cut networks; the result goes to docs/runs.md
	@deploy/run/recorded.sh faults $(BIN)/pytest tests/faults $(PYTEST_ARGS)

.PHONY: ha
ha: dev packages ## Kill each part of a county on several machines under load (Galera, Sentinel, HAProxy); ten minutes
	@deploy/run/system-packages.sh haproxy
	@deploy/run/recorded.sh ha $(BIN)/pytest -q -p no:randomly -m ha tests/ha $(PYTEST_ARGS)

.PHONY: soak
soak: dev packages ## Half load for MINUTES=30: does time, memory, or what is held grow? The result goes to docs/runs.md
	@deploy/run/recorded.sh "soak $(or $(MINUTES),30)" $(BIN)/python -m tests.soak

.PHONY: audit
audit: ## Ask the public lists whether a hole is known in any pinned package; needs the network
	@deploy/run/audit.sh

.PHONY: accept
accept: dev packages ## Which test shows which promise: ISSUE=story for one issue
	@deploy/run/system-packages.sh $(if $(filter-out scale,$(ISSUE)),,haproxy $(FOR_SLOW))
	@TOGETHER=$(TOGETHER) exec $(BIN)/python -m tests.accept $(ISSUE)

.PHONY: bench
bench: dev packages ## Measure: ONLY=part,part for some; the result goes to docs/runs.md
	@deploy/run/recorded.sh "bench $(ONLY)" $(BIN)/python -m bench

.PHONY: bench-page
bench-page: dev ## Write docs/benchmarks.md from what was measured last: FROM=… puts another results.json in
	@exec $(BIN)/python -m bench.page $(FROM)

.PHONY: instructions
instructions: dev packages ## Count the instructions of the three hottest requests (callgrind); RECORD=1 keeps them
	@deploy/run/recorded.sh instructions $(BIN)/python -m bench.instructions

.PHONY: drill
drill: dev packages ## Lose a county of a million cases (CASES=…) and restore it, KINDS="mariadb sqlite"; into docs/runs.md
	@deploy/run/recorded.sh "drill $(CASES) $(KINDS)" $(BIN)/python -m tests.operations.drill

.PHONY: doctor
doctor: venv ## Check every setting and say what is wrong and what to do
	@exec $(BIN)/python -m deploy.run.within flask --app wsgi doctor

.PHONY: fmt
fmt: dev ## Format and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: clean
clean: ## Remove caches and the virtual environment; the data in var/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: venv dev packages
venv:
	@deploy/run/venv.sh requirements.txt
dev:
	@deploy/run/venv.sh requirements.txt requirements-dev.txt
packages:
	@deploy/run/system-packages.sh
	@deploy/run/client.sh
