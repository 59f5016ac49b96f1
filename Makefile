# Everything that is done with this tree is spelled here once. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ARCH := $(shell uname -m)
STATIC := $(ARCH)-unknown-linux-gnu
CACHE ?= $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/perennial
DENY_VERSION := 0.20.2
DENY := $(CACHE)/cargo-deny-$(DENY_VERSION)/bin/cargo-deny
FUZZ_VERSION := 0.13.2
FUZZ := $(CACHE)/cargo-fuzz-$(FUZZ_VERSION)/bin/cargo-fuzz
FUZZ_TARGETS := pem certificate key kubeconfig manifest journal log

# A continuous-integration checkout is new each time: what it compiles is kept outside it.
ifdef CI
export CARGO_TARGET_DIR ?= $(CACHE)/target
# What only helps who changes one line and builds again would fill the disk there.
export CARGO_INCREMENTAL ?= 0
endif
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
export PERENNIAL_BINARY := $(abspath $(TARGET_DIR)/$(STATIC)/release/perennial)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: prepare static ## a real cluster, its certificates expire, the fault is shown, repaired and proven
	cargo run --quiet -p perennial --features stories --example demo

.PHONY: test
test: prepare lint unit issued static stories ## everything that must hold: format, lints, licences, units, crash matrix, stories
	@echo "make test: all of it passed"

.PHONY: lint
lint: $(DENY) ## formatting, clippy, licences, bans, sources
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	test -z "$$(gofmt -l lab/modules)"
	cargo clippy --workspace --all-targets --features perennial/stories -- -D warnings
	$(DENY) --log-level error check bans licenses sources

.PHONY: unit
unit: ## unit tests, golden screens, the crash matrix, our readers against Go's
	cargo test --workspace --exclude perennial-lab
	cargo test -p perennial-lab --lib --test oracle

.PHONY: issued
issued: ## every kind of certificate with every kind of key, renewed: Go, kubeadm, openssl and the linters judge
	cargo test -p perennial --features stories --test issued -- --nocapture

.PHONY: static
static: ## the one static binary
	cargo static -p perennial

.PHONY: stories
stories: static ## the end-to-end stories on real clusters (root)
	cargo test -p perennial --features stories --test stories -- --test-threads=1

.PHONY: test-all
test-all: test ## what does not fit into `make test`: the lab's own tests
	cargo test -p perennial-lab -- --include-ignored --test-threads=1

CORPUS ?= ../shared/corpora/limbo-208.json.xz
.PHONY: conformance
conformance: ## chain verdicts against Go's on CORPUS, a file in x509-limbo's format
	@test -f "$(CORPUS)" || { echo "no corpus at $(CORPUS): give one with CORPUS=…" >&2; exit 1; }
	CORPUS="$(CORPUS)" cargo test -p perennial-lab --test oracle chains_of_a_corpus -- --nocapture

TARGETS ?= $(FUZZ_TARGETS)
TIME ?= 60
.PHONY: fuzz
fuzz: $(FUZZ) ## the fuzz targets, TIME seconds each (60); TARGETS="pem key" for some of them; wants a nightly compiler
	cargo run --quiet --manifest-path fuzz/Cargo.toml --bin seeds -- fuzz/corpus
	cd fuzz && RUSTUP_TOOLCHAIN=nightly $(FUZZ) build
	for target in $(TARGETS); do (cd fuzz && RUSTUP_TOOLCHAIN=nightly $(FUZZ) run $$target -- \
		-max_total_time=$(TIME) -timeout=5 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1) || exit 1; done

.PHONY: bench
bench: prepare static ## the numbers, beside today's way, in one run
	cargo build --release -p perennial-pki --example issue_ten
	cargo bench -p perennial --features stories --bench numbers

.PHONY: lab
lab: prepare ## the lab's command: target/debug/perennial-lab
	cargo build -p perennial-lab
	@echo "$(TARGET_DIR)/debug/perennial-lab --help"

.PHONY: dist
dist: static ## dist/perennial, its checksum, completions, manual pages, systemd units
	mkdir -p dist
	install -m 0755 $(PERENNIAL_BINARY) dist/perennial
	cd dist && sha256sum perennial > perennial.sha256
	@$(MAKE) around
	@ls -l dist/perennial

FROM ?= dist/perennial
.PHONY: around
around: ## what goes beside the binary FROM (dist/perennial): completions, manual pages, systemd units
	rm -rf dist/completions dist/man dist/systemd
	mkdir -p dist/completions
	$(FROM) completion bash > dist/completions/perennial.bash
	$(FROM) completion zsh > dist/completions/_perennial
	$(FROM) completion fish > dist/completions/perennial.fish
	$(FROM) completion elvish > dist/completions/perennial.elv
	$(FROM) completion powershell > dist/completions/perennial.ps1
	$(FROM) completion kubectl > dist/completions/kubectl_complete-perennial
	chmod 0755 dist/completions/kubectl_complete-perennial
	$(FROM) man dist/man
	cp -r packaging/systemd dist/systemd

.PHONY: prepare
prepare: ## installs what is missing (root; asks first)
	@scripts/prepare

$(DENY):
	@echo "building cargo-deny $(DENY_VERSION) once (a few minutes), kept in $(CACHE)"
	CARGO_TARGET_DIR=$(CACHE)/build cargo install --quiet --locked cargo-deny --version $(DENY_VERSION) --root $(CACHE)/cargo-deny-$(DENY_VERSION)
	rm -rf $(CACHE)/build

$(FUZZ):
	@echo "building cargo-fuzz $(FUZZ_VERSION) once, kept in $(CACHE)"
	CARGO_TARGET_DIR=$(CACHE)/build-fuzz cargo install --quiet --locked cargo-fuzz --version $(FUZZ_VERSION) --root $(CACHE)/cargo-fuzz-$(FUZZ_VERSION)
	rm -rf $(CACHE)/build-fuzz

.PHONY: clean
clean: ## removes what was built here (the lab's cache stays)
	cargo clean
	rm -rf dist
