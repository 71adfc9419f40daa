# Everything that has to be set up is set up here; nothing but Python 3.11 and make is needed.
# The environment is made once: a stamp file says for which pyproject.toml and requirements.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
PIP := $(RUN)/python -m pip install --quiet --disable-pip-version-check
# What is installed is what was tried: every file's hash is in requirements/, and pip checks it.
INSTALL := $(PIP) --no-deps --require-hashes -r
SECONDS := 30
REAL_PLAN ?= ../shared/plans/dxf/wrld_office_floor.dxf

.PHONY: demo real test slow notebooks postgresql cluster browser lint fuzz bench pictures lock clean
.DELETE_ON_ERROR:

# Exit code 1 of the command says that the layout breaks a hard rule: the demo shows it all the same.
demo: $(VENV)/ready
	$(RUN)/branch-layout optimize floorplans/standard_hall/study.toml \
		--time-limit $(SECONDS) --out out/standard_hall || test $$? -eq 1

real: $(VENV)/ready
	BRANCH_REAL_PLAN=$(REAL_PLAN) $(RUN)/branch-layout optimize \
		floorplans/real_office/study.toml --time-limit $(SECONDS) --out out/real_office || test $$? -eq 1

# The rules once more in one process, where their last test sees the answers of all of them.
test: $(VENV)/tests
	$(RUN)/python -m pytest -q -n 0 tests/rules
	$(RUN)/python -m pytest -n 2 -m "not slow and not browser"

slow: $(VENV)/tests
	$(RUN)/python -m pytest -n 2 -m slow

# Every notebook from its first cell to its last, with a few seconds for each search.
notebooks: $(VENV)/tests
	BRANCH_SECONDS=3 $(RUN)/python -m pytest -n 2 tests/notebooks

# Debian's PostgreSQL; the tests start a server of their own, and stop it.
postgresql:
	ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || \
		{ apt-get update -q && apt-get install -q -y --no-install-recommends postgresql; }

# Jobs on servers that fail: Dask workers killed, the database crashed, disks that fill.
cluster: $(VENV)/tests postgresql
	CI=true $(RUN)/python -m pytest -n 2 -m slow tests/jobs

# Debian's Chromium opens the reports; no browser is downloaded.
browser: $(VENV)/browser
	$(RUN)/python -m pytest -m browser tests/browser

lint: $(VENV)/tests
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy

# Every reader, coverage-guided, in turns; goes on where the last run ended (out/fuzz). RUNS for each;
# UNTIL=06:00 stops at that time of day (UTC).
RUNS := 1000000
UNTIL :=
READERS :=
fuzz: $(VENV)/fuzz
	BRANCH_EXAMPLES=250 $(RUN)/python -m pytest -q tests/hostile/test_reader_properties.py
	$(RUN)/python fuzz/series.py --runs $(RUNS) $(if $(UNTIL),--until $(UNTIL)) $(READERS)

bench: $(VENV)/bench
	$(RUN)/python benchmarks/walk_paths.py --growth
	$(RUN)/python benchmarks/crossing.py
	$(RUN)/python benchmarks/search_speed.py
	$(RUN)/python benchmarks/gaps.py
	$(RUN)/python benchmarks/qaplib.py
	$(RUN)/python benchmarks/queue_log.py
	$(RUN)/python benchmarks/search_peers.py
	$(RUN)/python benchmarks/pareto.py
	$(RUN)/python benchmarks/jobs.py --write

pictures: $(VENV)/ready
	$(RUN)/python docs/graphs/draw.py

$(VENV)/ready: pyproject.toml requirements/ready.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the packages into $(VENV); this takes a minute or two, once"
	$(INSTALL) requirements/ready.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@echo "compiling the kernels, once"
	$(RUN)/python -c 'from optimizer.place.warm_up import warm_up; warm_up()'
	touch $@

$(VENV)/tests: $(VENV)/ready requirements/tests.txt
	$(INSTALL) requirements/tests.txt
	touch $@

$(VENV)/browser: $(VENV)/tests
	{ command -v chromium && command -v pdftotext; } > /dev/null || \
		{ apt-get update -q && apt-get install -q -y --no-install-recommends chromium poppler-utils; }
	$(INSTALL) requirements/browser.txt
	touch $@

$(VENV)/fuzz: $(VENV)/tests
	$(INSTALL) requirements/fuzz.txt || echo "NOT FUZZED: atheris has no wheel for this Python"
	touch $@

$(VENV)/bench: $(VENV)/tests
	$(INSTALL) requirements/bench.txt
	$(INSTALL) requirements/peers.txt
	touch $@

# New versions of everything, from a fresh environment; look at the difference before keeping it.
LOCK := $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
	--no-header
SOURCES := pyproject.toml requirements/build.in
HASHED := --generate-hashes -c constraints.txt
TESTS := $(foreach group,data test lint ifc cluster notebook simulate,--extra $(group))
lock:
	rm -rf $(VENV)-lock
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet uv
	$(LOCK) $(SOURCES) --all-extras --upgrade -o constraints.txt
	$(LOCK) $(SOURCES) $(HASHED) --extra data -o requirements/ready.txt
	$(LOCK) $(SOURCES) $(HASHED) $(TESTS) -o requirements/tests.txt
	$(LOCK) $(SOURCES) $(HASHED) --extra browser -o requirements/browser.txt
	$(LOCK) $(SOURCES) $(HASHED) --extra bench -o requirements/bench.txt
	$(LOCK) $(SOURCES) $(HASHED) --extra fuzz -o requirements/fuzz.txt
	$(LOCK) requirements/peers.in --generate-hashes --no-deps -o requirements/peers.txt
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) out
