# POSIX make and sh. Needs CPython 3.11 or later and nothing else; `make PYTHON=python3.12 run` chooses one.
.POSIX:

EXAMPLE = selinexor-npm1-aml
WORKERS = 2
BENCH =
PY = .venv/bin/python
PIP = $(PY) -m pip install -qq --disable-pip-version-check

# An environment remembers the folder that it was made in: a copied one would still run the code of the original.
HERE = test "`cat .venv/folder`" = "`pwd -P`" || { echo ".venv was made for another folder: run 'make clean' first." >&2; exit 2; }
help:
	@echo "make run       install, run the example and say where its report is"
	@echo "make test      install, then lint, types, doctests and tests (what .ci/run runs)"
	@echo "make lint      ruff and pyright only"
	@echo "make docs      check the documentation's links and code"
	@echo "make bench     time the import, the command line, the example, and the engines beside each other (BENCH=--quick)"
	@echo "make validate  the slow comparisons with published results"
	@echo "make train     make the weights of the export-signal scores anew from ../shared/data/nes (about five minutes)"
	@echo "make clean     remove .venv and the caches; results in out/ stay"

run: .venv/installed
	@$(HERE)
	$(PY) -m exportin run examples/$(EXAMPLE).yaml --out out/$(EXAMPLE)
	@test -f out/$(EXAMPLE)/report.html
	@echo "The report is out/$(EXAMPLE)/report.html"

# All three run, so that one call shows everything that is wrong; pytest is last, so that its closing line ends the output.
test: .venv/developed
	@$(HERE)
	@failed=; \
	$(PY) -m ruff check . || failed="$$failed ruff"; \
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright --pythonpath $(PY) || failed="$$failed pyright"; \
	test -z "$$failed" || echo "failed:$$failed (see above)"; \
	$(PY) -m pytest -n $(WORKERS) || failed="$$failed pytest"; \
	test -z "$$failed"

lint: .venv/developed
	@$(HERE)
	$(PY) -m ruff check .
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(PY) -m pyright --pythonpath $(PY)

docs: .venv/developed
	@$(HERE)
	@test -f docs/check.py || { echo "docs/check.py is not there: nothing was checked." >&2; exit 2; }
	$(PY) docs/check.py

bench: .venv/referenced
	@$(HERE)
	$(PY) benchmarks/bench.py $(BENCH)

validate: .venv/developed
	@$(HERE)
	@ls validation/test_*.py >/dev/null 2>&1 || { echo "validation/ holds no test_*.py: nothing was validated." >&2; exit 2; }
	$(PY) -m pytest validation

train: .venv/developed
	@$(HERE)
	OMP_NUM_THREADS=1 $(PY) training/nes_train.py
	OMP_NUM_THREADS=1 $(PY) training/nes_cargo.py

serve:
	@echo "The web service does not exist yet; use 'exportin run' and open its report.html." >&2; exit 2

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/folder:
	@for python in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
		python=; \
	done; \
	test -n "$$python" || { echo "$${PYTHON:-python3} is not CPython 3.11 or later. On Debian: apt install python3 python3-venv" >&2; exit 2; }; \
	if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		"$$python" -m venv .venv; \
	elif "$$python" -c 'import pip, venv' 2>/dev/null; then \
		"$$python" -m venv --without-pip .venv; \
		"$$python" -m pip --python $(PY) install -qq --disable-pip-version-check pip; \
	else \
		echo "$$python cannot make an environment. On Debian: apt install python3-venv" >&2; exit 2; \
	fi
	@pwd -P > .venv/folder

# Where there is no C compiler, the compiler extra brings one.
.venv/installed: pyproject.toml .venv/folder
	@if command -v cc >/dev/null 2>&1; then what=.; else what='.[compiler]'; fi; \
	echo "Installing $$what into .venv; the first time takes a few minutes."; \
	$(PIP) -e "$$what"
	@touch .venv/installed

.venv/developed: pyproject.toml .venv/folder
	@if command -v cc >/dev/null 2>&1; then what='.[dev]'; else what='.[dev,compiler]'; fi; \
	echo "Installing $$what into .venv; the first time takes a few minutes."; \
	$(PIP) -e "$$what"
	@touch .venv/installed .venv/developed

# The engines that the kernel is compared with; AMICI lives elsewhere (see benchmarks/README.md).
.venv/referenced: .venv/installed
	@echo "Installing the reference engines into .venv."; \
	$(PIP) -e '.[reference]'
	@touch .venv/installed .venv/referenced

.PHONY: help run test lint docs bench validate train serve clean
