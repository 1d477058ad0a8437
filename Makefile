# CareBridge. `make` alone names what there is. A machine needs git, make, and python3 with venv or pip.
.DEFAULT_GOAL := help
.PHONY: help demo test proof check bench ready
.SUFFIXES:

# uv from the PATH, else one of our own.
UV := $(shell command -v uv 2>/dev/null || echo .local/uv/bin/uv)
PYTHON := .venv/bin/python
PYTEST = chromium="$$($(PYTHON) -m carebridge.lib.chromium)" && \
	CAREBRIDGE_CHROMIUM="$$chromium" $(PYTHON) -m pytest -n 2
export UV_PROJECT_ENVIRONMENT := .venv

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: ready ## serve a practice on http://localhost:8000  (BUNDLE=file SKIP=list,… PORT=number DATA=folder)
	@exec $(PYTHON) manage.py demo $(if $(BUNDLE),--bundle '$(BUNDLE)') $(if $(SKIP),--skip '$(SKIP)') \
		$(if $(PORT),--port '$(PORT)') $(if $(DATA),--data '$(DATA)')

test: ready ## the whole suite, on real servers, in a browser too  (ARGS=for pytest)
	@$(PYTHON) -m carebridge.lib.messages
	@$(PYTEST) $(ARGS)

proof: ready ## the long proofs at full volume  (ARGS=for pytest)
	@$(PYTHON) -m carebridge.lib.messages
	@CAREBRIDGE_PROOF=1; export CAREBRIDGE_PROOF; $(PYTEST) -m proof $(ARGS)

check: ready ## lint, format, types, migrations, imports, templates, translations
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	.venv/bin/lint-imports
	$(PYTHON) -m djlint --lint --quiet templates
	$(PYTHON) -m carebridge.lib.messages --check

bench: ready ## timings
	@$(PYTHON) -m carebridge.lib.messages
	@$(PYTHON) -m tests.bench $(ARGS)

ready: $(UV)
	@$(UV) sync --frozen --quiet

# Whether python3 brings venv or pip differs from one machine to the next; one of them is enough.
.local/uv/bin/uv:
	@command -v python3 >/dev/null || \
		{ echo 'python3 is missing. Debian: apt-get install python3 python3-venv' >&2; exit 1; }
	@mkdir -p -m 700 .local && rm -rf .local/uv
	@echo 'Installing uv into .local/uv …'
	@if python3 -m venv .local/uv >/dev/null 2>&1; then \
		.local/uv/bin/python -m pip install --quiet --disable-pip-version-check uv; \
	elif rm -rf .local/uv && python3 -m pip --version >/dev/null 2>&1; then \
		python3 -m pip install --quiet --disable-pip-version-check --target .local/uv uv; \
	else \
		echo 'python3 has neither venv nor pip. Debian: apt-get install python3-venv' >&2; exit 1; \
	fi
