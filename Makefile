# The house's commands; `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help run test parts fmt bench soak openapi

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build the program and start it (http://localhost:8000, data in ./data)
	cargo run --release --locked

test: ## All that must pass: what is missing is installed, then format, lints, tests
	@scripts/step parts scripts/install-test-parts
	@scripts/step format cargo fmt --all --check
	@scripts/step lints cargo clippy --workspace --all-targets --locked -- -D warnings
	@scripts/step tests cargo test --workspace --locked

parts: ## Install the programs that the tests start (PostgreSQL, Redis, nginx, Chromium)
	@scripts/install-test-parts

fmt: ## Format the code
	cargo fmt --all

bench: ## Measure what bench/ measures
	@scripts/run-benches run

soak: ## Run what bench/ runs for long
	@scripts/run-benches soak

openapi: ## Write openapi.json anew from the code
	cargo run --quiet --locked -- openapi > openapi.json.new
	mv openapi.json.new openapi.json
