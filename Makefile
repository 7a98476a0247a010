# What people run by hand; `make help` lists it. Needs Swift 6.3, git, make, and root or sudo for missing packages.

SWIFT ?= swift
CONFIG ?= conf/quickstart.yaml
PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=

# Every import must be declared in Package.swift: this is what keeps the layers apart.
CHECKED := --explicit-target-dependency-import-check error
# A release binary carries Swift's libraries, so that it runs on machines without the toolchain.
# Exclusive access is checked at run time in the tests' builds; the checks are a fifth of a hit's own instructions.
RELEASE := --configuration release --product larder --static-swift-stdlib $(CHECKED) \
	-Xswiftc -enforce-exclusivity=unchecked

# One target after the other: hundreds of tests with servers and clients at once would wait for each other's processors.
SUITES := HTTPMessageTests CodingTests HTTPCachingTests RuntimeTests SettingsTests StoreTests OriginsTests FleetTests ProxyTests LarderKitTests AdminTests ScenarioTests
each-suite = @for suite in $(SUITES); do echo "== $$suite" && $(1) --filter "^$$suite\\." || exit 1; done

# How long each parser is fuzzed.
FUZZ_SECONDS ?= 60

PICTURES := var/pictures
PICTURE_COUNT := 3200
SCRIPTS := scripts/install-packages scripts/fuzz scripts/lint-waits .ci/run .ci/sanitizers

.PHONY: help build run test check lint format sanitize fuzz pictures bench miss-ratios show-binary show-suites install clean

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: ## Installs missing packages and builds the release binary
	@scripts/install-packages build
	$(SWIFT) build $(RELEASE)

run: build ## Builds larder and serves the sample pictures of conf/quickstart.yaml
	exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder" serve --config $(CONFIG)

pictures: ## Makes the pictures that the system test serves
	@scripts/make-pictures $(PICTURES) $(PICTURE_COUNT)

test: ## Installs missing packages and runs all tests
	@scripts/install-packages build test
	@$(MAKE) --no-print-directory pictures
	$(SWIFT) build --build-tests $(CHECKED)
	$(call each-suite,$(SWIFT) test --skip-build)
	Tests/SystemTests/run
	Tests/SystemTests/outages
	Tests/SystemTests/origins
	Tests/SystemTests/faults
	Tests/SystemTests/kills

check: lint test sanitize ## Everything that must pass before a change is merged

lint: ## Checks formatting, scripts, and what documents say of files, functions, clauses and decisions
	@scripts/install-packages check
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests Fuzzing
	scripts/lint-unsafe
	scripts/lint-waits
	! grep -rnE '\bMutex[(<]' Sources Tests --include='*.swift' | grep -v Sources/Runtime/Threads/Lock.swift
	scripts/check-conformance
	scripts/check-decisions
	scripts/check-paths
	scripts/check-walks
	shellcheck $(SCRIPTS)

format: ## Formats all Swift files
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Fuzzing

fuzz: ## Fuzzes each parser for FUZZ_SECONDS (60)
	@scripts/install-packages build
	scripts/fuzz $(FUZZ_SECONDS)

sanitize: ## Runs the tests under the thread and the address sanitizer
	.ci/sanitizers

bench: build ## Measures larder beside its peers and counts its instructions
	@scripts/install-packages bench
	LARDER="$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder" Benchmarks/run
	LARDER="$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder" Benchmarks/instructions

miss-ratios: build ## Measures larder's eviction beside reference policies
	LARDER="$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder" Benchmarks/miss-ratios

show-suites: # Which suites there are, for scripts
	@echo $(SUITES)

show-binary: # Where the release binary is, for scripts
	@echo "$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder"

install: build ## Installs under DESTDIR and PREFIX; an existing configuration is kept
	install -D -m 755 "$$($(SWIFT) build $(RELEASE) --show-bin-path)/larder" $(DESTDIR)$(PREFIX)/bin/larder
	install -d -m 755 $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/bin/larder|$(PREFIX)/bin/larder|' systemd/larder.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/larder.service
	install -D -m 644 systemd/sysusers.d/larder.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/larder.conf
	install -D -m 644 systemd/tmpfiles.d/larder.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/larder.conf
	@test -e $(DESTDIR)$(SYSCONFDIR)/larder/larder.yaml || \
		install -D -m 644 conf/larder.yaml $(DESTDIR)$(SYSCONFDIR)/larder/larder.yaml

clean: ## Removes all that was built, made or stored here
	rm -rf .build .build-thread .build-address .build-fuzz .cache var
