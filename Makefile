# What one does in this repository, by name.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup lab check test test-nix test-rust bench bench-evaluation bench-secrets demo tour clean

LAB := tests/lab/lab
SCRIPTS := $(addprefix tests/lab/,lab setup selftest demo tour example keeper-init host-init operator-init) $(wildcard tests/lab/*.sh tests/lab/bin/*) .ci/run nix/tests/run

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing, on Debian as root; elsewhere say what it is
	@tests/lab/setup

lab: setup ## bring up the lab: real hosts on this machine, an operator to reach them from
	@$(LAB) up

check: ## formatting and lints
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings
	@if command -v shellcheck >/dev/null; then shellcheck $(SCRIPTS); \
	elif [ -n "$${CI-}" ]; then echo 'shellcheck is missing' >&2; exit 1; \
	else echo 'skipped: the lints of the shell scripts, for want of shellcheck' >&2; fi

test: setup check test-nix test-rust ## everything that CI runs; the lab's tests are skipped where it can't start, but fail in CI

test-nix: ## the Nix library's tests, in the lab if it starts, else by the machine's own Nix
	@if $(LAB) up; then $(LAB) exec operator nix/tests/run; \
	elif [ -n "$${CI-}" ]; then exit 1; \
	elif command -v nix >/dev/null; then nix/tests/run; \
	else echo 'skipped: the tests of the Nix library, for want of a Nix' >&2; fi

test-rust: ## the tests of the program, the lab's among them
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo test --locked --quiet --doc; \
		cargo nextest run --locked --no-fail-fast; \
	else cargo test --locked --no-fail-fast; fi

bench: ## measure what the console promises, beside its limits and its peers
	cargo bench --locked --bench console

bench-evaluation: lab ## measure what evaluating fleets costs, beside plain Nix
	cargo bench --locked --bench evaluation

bench-secrets: setup ## measure a plan over 500 secrets, beside decrypting them by the age command line
	cargo bench --locked --bench secrets

demo: lab ## open the console on the example fleet, whose hosts are the lab's
	cargo build --locked
	@tests/lab/demo

tour: lab ## show the command line's main job on the example fleet: hosts, a value, plan, deploy, status
	cargo build --locked
	@tests/lab/tour

clean: ## end the lab and delete what was built; `tests/lab/lab wipe` deletes its cached base root too
	$(LAB) down
	cargo clean
