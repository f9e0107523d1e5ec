# The commands of the project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(PATH):/usr/sbin:/sbin

SECONDS_PER_TARGET ?= 30
ROUNDS ?= 5000
prefix ?= /usr/local

# $(call build,PRESET[,ARGUMENTS]): configures once quietly, builds; a failure shows what failed.
define build
mkdir -p build && { cmake --preset $(1) >build/$(1).log 2>&1 || { cat build/$(1).log >&2; exit 1; }; } && cmake --build --preset $(1) $(2) -- --quiet
endef

.PHONY: help deps build release test unit databases e2e differential check format demo bench fuzz soak asan tsan clang docs install clean

help: ## Lists the commands
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Builds Glint and shows the whole path: a real image from the origin through an edge, cold, warm, offline
	@deploy/install-deps.sh build demo
	@$(MAKE) --no-print-directory release
	@deploy/demo/run.sh

test: ## Repository checks, unit tests, and end-to-end tests with real clients and services
	@deploy/install-deps.sh build check test
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory databases
	@$(MAKE) --no-print-directory e2e

deps: ## Installs the Debian packages for building, checking, testing and the demo
	@deploy/install-deps.sh build check test demo

build: ## Builds everything with debug symbols and tests (build/dev)
	@deploy/install-deps.sh build
	@$(call build,dev)

release: ## Builds what is installed and measured (build/release)
	@deploy/install-deps.sh build
	@$(call build,release)

unit: build ## Unit tests alone
	@tests/unit.sh dev

databases: build ## Unit tests of the origin on real PostgreSQL and MariaDB servers
	@deploy/install-deps.sh test
	@tests/databases.py

e2e: build ## End-to-end tests alone (GLINT_BUILD=build/asan for other binaries, TESTS="startup_test …" for some)
	@deploy/install-deps.sh test
	@tests/e2e/run.sh $(TESTS)

differential: build ## Compares glint-origin with the real Glance, request by request (SCRIPTS="list patch" for some)
	@deploy/install-deps.sh test
	@tests/differential/run.sh $(SCRIPTS)

check: ## Repository checks: format, layers, includes, sizes, headers, words
	@deploy/install-deps.sh build check
	@tests/checks/run.sh

format: ## Formats all C++ sources
	@deploy/install-deps.sh check
	@git ls-files -z '*.cc' '*.h' | xargs -0 -r clang-format -i

asan: ## Builds with AddressSanitizer and UndefinedBehaviorSanitizer and runs the unit tests
	@deploy/install-deps.sh build
	@$(call build,asan)
	@tests/unit.sh asan

tsan: ## Builds with ThreadSanitizer and runs the unit tests of net, cache and proxy
	@deploy/install-deps.sh build
	@$(call build,tsan,--target glint_net_tests glint_cache_tests glint_proxy_tests)
	@tests/unit.sh tsan -R '^unit\.(net|cache|proxy)$$'

clang: ## Builds the programs with the second compiler and its thread-safety analysis
	@deploy/install-deps.sh build fuzz
	@$(call build,clang,--target glint-origin glint-edge glintctl)

docs: build ## Writes the generated pages of docs/ (metrics, configuration) from their tables
	@build/dev/ctl/glint_docs docs

fuzz: ## Runs each fuzz target (SECONDS_PER_TARGET=30)
	@deploy/install-deps.sh build fuzz
	@$(call build,fuzz,--target glint_fuzz_targets)
	@tests/fuzz/run.sh $(SECONDS_PER_TARGET)

soak: release ## Kills and restarts an edge under load, many times (ROUNDS=5000)
	@deploy/install-deps.sh test
	@GLINT_BUILD=build/release GLINT_KILL_ROUNDS=$(ROUNDS) tests/e2e/run.sh edge_kill_test

bench: release ## Compares the edge with nginx and Varnish, and uploads with Glance, in one run
	@deploy/install-deps.sh bench
	@bench/run.sh

install: release ## Installs the programs (prefix=/usr/local, DESTDIR=)
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(prefix)"

clean: ## Removes all build folders
	@rm -rf build
