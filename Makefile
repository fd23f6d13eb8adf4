# The commands of Marquee. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help run test chaos build watch bench bench-peer bench-implicit bench-interactions scale-demo lighthouse clean

# Options for `marquee serve`: make run ARGS='--workers 2 --model-delay 3s'
ARGS ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: ## Install what is missing, fetch films, train, build, serve on http://127.0.0.1:3000
	@scripts/run $(ARGS)

test: ## Formatting, lints, documentation, unit and integration tests, browser tests
	@scripts/test

chaos: ## Break workers and Redis under load, and check that nothing is lost (5 minutes)
	@scripts/chaos

build: ## Build for release: target/release/marquee and its site, target/site
	@scripts/build

watch: ## Build, serve, and build again whenever a source file changes
	@scripts/watch

bench: ## Measure the server's hot paths
	@scripts/bench

bench-peer: ## The same job in Flask + Celery + Redis beside ours, in one run
	@scripts/bench-peer

bench-implicit: ## iALS as the Python library implicit trains it and as Marquee does, in one run
	@scripts/bench-implicit

bench-interactions: ## From a press to the next paint, in a browser slowed four times
	@scripts/bench-interactions

scale-demo: ## Two web servers and one to three workers on one Redis, under load
	@scripts/scale-demo

lighthouse: ## Lighthouse's scores for the pages; --help of scripts/lighthouse says what it needs
	@scripts/lighthouse

clean: ## Remove what was built (the data directory stays)
	@scripts/clean
