# The entry to everything; `make` alone lists the targets. Maven does the Java part, native/Makefile the C part.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:

# --- variables a caller may set -------------------------------------------------------------------------------------------
# A libvfio-user source tree to compile instead of Debian's.
LIBVFIO_USER_SRC ?=
# Folder of the compiled library, and of the samples and capability bytes the tests use.
NATIVE_DIR ?= $(CURDIR)/native/target/default
# Libraries of `make test-abi`.
LIBS ?=
# The jextract program and the header trees of the three ABI levels, for `make bindings`.
JEXTRACT ?=
SRC_V01 ?=
SRC_V02A ?=
SRC_V02B ?=
# What `make bench` measures: rounds, seconds of each measurement, cells (quick, full, or as benchmarks/bin/side-by-side takes them), a
# built SPDK tree to compare with as well, and more arguments for side-by-side.
BENCH_ROUNDS ?= 3
BENCH_SECONDS ?= 2
BENCH_CELLS ?= quick
SPDK_DIR ?=
BENCH_ARGS ?=
# More arguments for Maven, e.g. MAVEN_ARGS=-o
MAVEN_ARGS ?=

# The option silences what a JDK 25 says of Maven 3.8's own libraries.
MAVEN_LOUD = JAVA_HOME="$$(device/bin/find-jdk)" && export JAVA_HOME && \
    MAVEN_OPTS="$(MAVEN_OPTS) --sun-misc-unsafe-memory-access=allow" mvn -B -ntp $(MAVEN_ARGS)
MAVEN = $(MAVEN_LOUD) -q
NATIVE = $(MAKE) --no-print-directory -C native LIBVFIO_USER_SRC="$(abspath $(LIBVFIO_USER_SRC))" OUT="$(abspath $(NATIVE_DIR))"

GUEST_TEST = NATIVE_DIR="$(abspath $(NATIVE_DIR))" MAVEN='$(MAVEN_LOUD)' device/src/guest/run-tests

.PHONY: help deps build native native-samples yardstick bindings bindings-check test test-abi demo bench soak guest \
    guest-test guest-test-smoke package clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20
	@echo "Variables: LIBVFIO_USER_SRC=dir NATIVE_DIR=dir LIBS=\"a.so b.so\" JEXTRACT=program MAVEN_ARGS=…; docs/building.md explains them."

deps: ## check the tools; as root on Debian, install what is missing
	@device/bin/find-jdk >/dev/null
	@device/bin/need-packages maven:mvn e2fsprogs:mkfs.ext4:/sbin/mkfs.ext4

native: ## obtain and compile libvfio-user
	@$(NATIVE) native

native-samples: ## compile what the tests want: libvfio-user's own samples, the capability bytes, the yardstick
	@$(NATIVE) samples capbytes yardstick

yardstick: ## compile the NVMe controller in C that Java is measured against
	@$(NATIVE) yardstick

build: deps native ## compile and package everything, without tests
	@$(MAVEN) -DskipTests -Dnative.dir="$(abspath $(NATIVE_DIR))" package
	@VFIO_USER_LIBRARY="$(abspath $(NATIVE_DIR))/libvfio-user.so" device/bin/aot-cache

bindings: ## regenerate jextract's output: JEXTRACT=program SRC_V01=dir SRC_V02A=dir SRC_V02B=dir
	@JEXTRACT="$(JEXTRACT)" SRC_V01="$(SRC_V01)" SRC_V02A="$(SRC_V02A)" SRC_V02B="$(SRC_V02B)" \
	    bindings/src/main/jextract/generate.sh bindings/src/main/java

bindings-check: ## check that the committed bindings are what jextract produces (same variables)
	@JEXTRACT="$(JEXTRACT)" SRC_V01="$(SRC_V01)" SRC_V02A="$(SRC_V02A)" SRC_V02B="$(SRC_V02B)" \
	    bindings/src/main/jextract/check.sh

test: deps native native-samples ## all tests of the default suite, and the embedding project
	@$(if $(JEXTRACT),$(MAKE) --no-print-directory bindings-check)
	@$(MAVEN_LOUD) -Dnative.dir="$(abspath $(NATIVE_DIR))" verify
	@NATIVE_DIR="$(abspath $(NATIVE_DIR))" device/src/it/embedding/run

test-abi: deps ## the whole suite with each library given: LIBS="path/a.so path/b.so"
	@device/bin/test-abi $(LIBS)

demo: build ## serve, write, verify and move a disk between processes, with a short report
	@NATIVE_DIR="$(abspath $(NATIVE_DIR))" device/bin/demo

bench: build yardstick ## Java and C in turn with one client: BENCH_ROUNDS BENCH_SECONDS BENCH_CELLS=quick|full SPDK_DIR=dir
	@NATIVE_DIR="$(abspath $(NATIVE_DIR))" benchmarks/bin/side-by-side --rounds $(BENCH_ROUNDS) --seconds $(BENCH_SECONDS) \
	    --cells $(BENCH_CELLS) --json benchmarks/target/side-by-side.json --markdown benchmarks/target/side-by-side.md $(BENCH_ARGS)
	@$(if $(SPDK_DIR),NATIVE_DIR="$(abspath $(NATIVE_DIR))" benchmarks/bin/side-by-side --rounds $(BENCH_ROUNDS) \
	    --seconds $(BENCH_SECONDS) --spdk "$(abspath $(SPDK_DIR))" --json benchmarks/target/side-by-side-spdk.json \
	    --markdown benchmarks/target/side-by-side-spdk.md $(BENCH_ARGS))

soak: deps native native-samples ## the long tests: 200 kills of either side, 100 moves of each kind
	@$(MAVEN_LOUD) -Dnative.dir="$(abspath $(NATIVE_DIR))" -Dtest.groups=soak -Dtest.excludedGroups= -Dtest.aloneGroups=none -Dtest.forks=1 verify

guest: ## build the kit for guest-test once: QEMU, a Debian kernel, what runs in it
	@device/src/guest/build-kit

guest-test: build ## an unmodified guest uses the disk, in QEMU
	@$(GUEST_TEST) guest

guest-test-smoke: build ## the fast part of guest-test
	@$(GUEST_TEST) guest-smoke

package: test ## the jars to publish, under */target
	@ls bindings/target/*.jar device/target/*.jar

clean: ## remove what was built
	@$(NATIVE) clean
	@rm -rf target bindings/target device/target benchmarks/target
