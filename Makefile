# Every command of the house. A machine needs only Python >= 3.11 with pip and venv, and make.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: help run setup test lint bench demo pictures lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: setup ## Set up once, then serve the demonstration on 127.0.0.1 and print the address
	@exec $(VENV) -m web.serve

setup: ## Create .venv, install, fetch the front end, compile the kernels, build the demonstration
	@$(PYTHON) tools/set_up.py

test: ## Everything CI runs: linters, types, import laws, tests (a browser and PostgreSQL included)
	@$(PYTHON) tools/set_up.py --development
	@$(VENV) -m tools.find_browser
	@$(VENV) -m tools.find_postgres
	@$(MAKE) --no-print-directory lint
	@PYTHONDONTWRITEBYTECODE= $(VENV) -m pytest -n 2 --dist loadfile # which keeps what it compiles, for all it starts

lint: ## ruff, mypy and the five import laws
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@.venv/bin/lint-imports

bench: ## Measure against the references, as ratios, and write benchmarks/README.md
	@$(PYTHON) tools/set_up.py --development
	@$(VENV) -m benchmarks

demo: setup ## Write the demonstration's incidents again
	@$(VENV) -m geo_zhengzhi demo --overwrite

pictures: ## Photograph every page in both languages and both sizes into build/pictures
	@$(PYTHON) tools/set_up.py --development
	@$(VENV) -m tools.find_browser
	@$(VENV) -m tools.take_pictures

lock: ## Pin requirements*.txt anew from requirements*.in
	@$(PYTHON) tools/lock.py

clean: ## Remove what set-up made
	rm -rf .venv .cache build web/node_modules web/static/vendor
