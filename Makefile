# Tidemark. `make help` explains every target; `make demo` and `make check` are the two to begin with.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export TIDEMARK_HOME ?= $(HOME)/.cache/tidemark
# CLUSTER=existing uses the cluster of your kubeconfig; anything else makes (or finds) the kind cluster `tidemark`.
export CLUSTER ?= kind
ifneq ($(CLUSTER),existing)
export KUBECONFIG := $(TIDEMARK_HOME)/kubeconfig
endif
export PATH := $(TIDEMARK_HOME)/bin:$(PATH)
MVN := mvn -B -q

.PHONY: help
help: ## show this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2} /^## /{print substr($$0, 4)}' $(MAKEFILE_LIST)

## -- see it
.PHONY: demo demo-down
demo: preflight deploy ## a cluster, a job, four kinds of death, and a record-by-record comparison (cold: up to 25 min)
	@demo/run

demo-down: cluster-down ## remove all that the demo made

## -- change it
.PHONY: fmt build test sim crds manifests chart
fmt: ## format the Java sources
	@$(MVN) spotless:apply

build: ## compile everything and lay out the images' contents, without tests
	@$(MVN) package -DskipTests
	@$(MVN) install -DskipTests -pl .,program
	@$(MVN) -f examples/program/pom.xml package

test: ## formatter, static analysis, unit, simulation and API-shape tests of every module
	@mvn -B verify

sim: ## replay the operator's simulation: make sim SEED=42
	@mvn -B -pl operator -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=SimulationTest -Dsim.seed=$(SEED)

crds: ## regenerate the CRD and the API reference from the Java types
	@$(MVN) -pl crds test -Dgolden.update=true

chart: tools ## lint the Helm chart and compare what it renders
	@helm/tests/run

manifests: tools ## render dist/tidemark.yaml for people who use kubectl alone
	@mkdir -p dist && helm/render > dist/tidemark.yaml && echo "dist/tidemark.yaml"

## -- run it
.PHONY: preflight tools cluster cluster-down images sbom infra deploy undeploy
preflight: ## say what this machine lacks
	@e2e/cluster/preflight

tools: ## kind, helm and kubectl into $TIDEMARK_HOME/bin
	@e2e/cluster/tools

cluster: tools ## a real kind cluster, with or without Docker
	@e2e/cluster/up

cluster-down: ## remove the cluster and whatever carries it
	@e2e/cluster/down

images: cluster build ## build the images and load them into the cluster
	@e2e/cluster/images

sbom: images ## what each image consists of, into dist/sbom/
	@e2e/cluster/sbom

infra: images ## MinIO, Kafka and PostgreSQL in the cluster
	@e2e/cluster/infra

deploy: infra ## install Tidemark with Helm
	@e2e/cluster/deploy

undeploy: ## remove Tidemark from the cluster; jobs go on
	@helm uninstall tidemark -n tidemark-system --wait

## -- prove it
.PHONY: check check-all test-store e2e chaos soak soak-short bench-recovery bench-outage bench-scale bench-throughput bench-state bench-restarts bench-backup bench-backup-size
check: preflight test chart test-store soak-short deploy e2e ## what CI runs: every fast test, then one real scenario per class of fault
	@echo "make check: all green"

e2e: ## the scenarios of the gate, on the cluster
	@e2e/run gate

check-all: deploy ## every scenario, resumable; writes docs/evidence/
	@e2e/run all

test-store: images ## the tests against a real MinIO and a real Kafka, whose programs 'make images' brings
	@$(MVN) -pl backup,streaming-job -am test -Dsurefire.failIfNoSpecifiedTests=false \
	  -Dtest='MinioTest,MinioRightsTest,FaultsTest,TransfersTest,MinioOwnershipTest,MinioEncryptedTest,KafkaRowSinkTest,KafkaResultSinkTest'

chaos: deploy ## two jobs and a random fault every 20 s: make chaos SEED=1 MINUTES=10
	@e2e/chaos "$(SEED)" "$(MINUTES)"

soak: images ## random topics, definitions and faults against a serial run: make soak RUNS=200 SEED=1 (an hour)
	@e2e/soak $(or $(RUNS),200) $(SEED)

soak-short: images
	@e2e/soak 2 "$(SEED)" any DStream
	@e2e/soak 2 "$(SEED)" any StructuredStreaming
	@e2e/soak 5 "$(SEED)" CHECKPOINT_LOST_AND_RESTORED

bench-recovery: deploy ## seconds from a fault to the next committed row; writes bench/results/
	@bench/recovery

bench-outage: deploy ## seconds until a job commits again that was away for an hour (SECONDS_AWAY=3600)
	@bench/outage $(SECONDS_AWAY)

bench-scale: deploy ## what the operator costs with 10, 100 and 1000 jobs, and with 100 drivers that fail at once (half an hour)
	@bench/scale

bench-state: images ## state checkpoints, recoveries and memory by the size of the state, without a cluster (KILLS=5)
	@bench/state $(KILLS)

bench-restarts: images ## a killed driver beside the article's program in a shell loop, without a cluster
	@bench/restarts

bench-backup: images ## backups beside s5cmd, rclone and mc, without a cluster (ROUNDS=3)
	@bench/backup $(ROUNDS)

bench-backup-size: images ## the memory of a backup of ten thousand and of a million objects, without a cluster (20 minutes)
	@bench/backup-size

bench-throughput: images ## records per second beside the same programs in plain Spark, without a cluster (PAIRS=3)
	@bench/throughput $(PAIRS)
