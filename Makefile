# The commands of the house; `make` alone explains them. Every target first makes .venv ready by itself.

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint fmt proto proto-baseline golden histories soak bench lock again

BIN := .venv/bin
READY := .venv/ready

# Programs from the lock (temporal, buf, protoc-gen-mypy) are found by whoever starts them; set-up itself looks outside.
OUTSIDE_PATH := $(PATH)
export PATH := $(CURDIR)/$(BIN):$(PATH)
# `duifu` starts a thousand times in a test run: what is compiled once is kept, whatever the machine's habit is.
unexport PYTHONDONTWRITEBYTECODE

define HELP
Duifu administers public compute-power programmes. All you need is Python 3.11 with pip, and make.

  make run      see it live: Temporal, its Web UI, the ledger and a worker on this machine
  make demo     see a voucher claimed and redeemed, then stop
  make test     everything CI runs: make check, then every test
  make soak     kills and outages for as long as it takes
  make bench    measures our cases beside bare Temporal ones, our appends beside bare inserts
  make check    style, types, arrows between rooms, house rules, published language; seconds

After you changed ...
  Python or proto files      make fmt              formats both
  a .proto file              make proto            generates its Python; then make proto-baseline
  the vocabulary for good    make proto-baseline   records it; refuses what would make old events unreadable
  what is stored             make golden           rewrites the list of stored events; read the diff before you commit it
  the process on purpose     make histories        records the workflows' histories anew; old ones must still replay
  dependencies               make lock             renews requirements.lock; UPGRADE=1 takes newer releases

The first call makes .venv from requirements.lock; later calls redo that only after the lock or pyproject.toml changed.
Start reading at README.md, then docs/adr/.
endef
export HELP

again:

help:
	@printf '%s\n' "$$HELP"

run: $(READY)
	@echo "Starting Duifu. Ctrl-C stops it."
	@exec $(BIN)/duifu demo --stay

demo: $(READY)
	@echo "Playing the demonstration."
	@exec $(BIN)/duifu demo

test: lint
	@echo "Tests"
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: lint
	@echo "House rules and published language"
	@$(BIN)/pytest -q tests/test_house.py tests/test_proto.py

# What needs no test run. The house rules and the published language are tests, so `make test` meets them there.
lint: $(READY)
	@echo "Style";                 $(BIN)/ruff check --quiet .
	@echo "Format";                $(BIN)/ruff format --quiet --check . || { echo "make fmt mends this."; exit 1; }
	@echo "Types";                 $(BIN)/mypy .
	@echo "Arrows between rooms";  $(BIN)/lint-imports --no-logo

fmt: $(READY)
	@echo "Formatting Python and proto"
	@$(BIN)/ruff check --quiet --select I --fix .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/buf format --write

proto: $(READY)
	@echo "Generating Python from proto/duifu/v1"
	@$(BIN)/python -m grpc_tools.protoc -Iproto --python_out=proto --mypy_out=quiet:proto proto/duifu/v1/*.proto

proto-baseline: $(READY)
	@echo "Recording the vocabulary in proto/baseline.binpb"
	@[ -n "$(BREAK)" ] || [ ! -f proto/baseline.binpb ] || $(BIN)/buf breaking --against proto/baseline.binpb || { \
	  echo "This would make stored events unreadable. If none was ever stored: make proto-baseline BREAK=1"; exit 1; }
	@$(BIN)/buf build --exclude-source-info --output proto/baseline.binpb

golden: $(READY)
	@echo "Rewriting the list of stored events and the table of refusals: read the diff"
	@$(BIN)/python -m tests.ledger.stored_events --write
	@RENEW_GOLDEN=1 $(BIN)/pytest -q -k golden

histories: $(READY)
	@echo "Recording one history for each path"
	@$(BIN)/python -m tests.replay.record

soak: $(READY)
	@echo "Long runs: kills and outages, many rounds"
	@$(BIN)/pytest -m soak --timeout=3600

bench: $(READY)
	@echo "Measuring, side by side; see bench/README.md"
	@$(BIN)/python -m bench.five_decisions
	@$(BIN)/python -m bench.ledger_append

lock: $(READY)
	@echo "Renewing requirements.lock"
	@CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet $(if $(UPGRADE),--upgrade) \
	  --generate-hashes --allow-unsafe --strip-extras --extra dev --build-deps-for editable \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	  --output-file requirements.lock pyproject.toml

# The environment's own pip comes from the lock: a machine without ensurepip (Debian) will do.
# A .venv whose Python has been removed from the machine is made anew.
$(READY): requirements.lock pyproject.toml $(if $(realpath $(BIN)/python),,again)
	@set -e; PATH="$(OUTSIDE_PATH)"; \
	is_311='import sys; sys.exit(sys.version_info[:2] != (3, 11))'; \
	python=; for name in python3.11 python3; do \
	  if "$$name" -c "$$is_311" 2>/dev/null; then python=$$name; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "Duifu needs Python 3.11; neither python3.11 nor python3 is one. Install it and call make again."; exit 1; }; \
	"$$python" -m pip --version >/dev/null 2>&1 || { echo "$$python has no pip. Install pip for it and call make again."; exit 1; }; \
	$(BIN)/python -c "$$is_311" 2>/dev/null || { \
	  echo "Making .venv with $$("$$python" --version)"; "$$python" -m venv --clear --without-pip .venv; }; \
	echo "Installing $$(grep -c == requirements.lock) packages from requirements.lock, checked by hash"; \
	"$$python" -m pip -qq --disable-pip-version-check --python $(BIN)/python install --require-hashes -r requirements.lock; \
	echo "Installing Duifu itself, editable"; \
	$(BIN)/python -m pip -qq --disable-pip-version-check install --no-deps --no-build-isolation --editable .; \
	touch $@
