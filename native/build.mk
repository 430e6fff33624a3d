# Second stage of the build, started by scripts/build.sh inside $(OUT). There `src` is a link to libvfio-user's tree and `own` one to
# this project's C sources, so no path below contains anything of the machine, nor a space.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: build-native build-samples build-capbytes build-yardstick

# V=1 shows the commands.
Q = $(if $(filter 1,$(V)),,@)
note = $(if $(Q),@echo "  $(1)")

# --- flags: FLAGS and INCLUDES come from build.sh, which also records them --------------------------------------------------
COMPILE = $(CC) $(FLAGS) $(INCLUDES) "-ffile-prefix-map=$(CURDIR)=."
# The programs of libvfio-user's tree do work inside their assertions, so those stay on there whatever the library has.
PROGRAM = $(CC) $(filter-out -DNDEBUG -fPIC -fvisibility=hidden,$(FLAGS)) $(INCLUDES) -Isrc/lib "-ffile-prefix-map=$(CURDIR)=."

LIB_OBJECTS := $(patsubst src/lib/%.c,obj/%.o,$(filter-out src/lib/tran_pipe.c,$(wildcard src/lib/*.c)))
SAMPLES := gpio-pci-idio-16 server lspci null client

build-native: libvfio-user.so libvfio-user.properties
	@:
build-samples: $(addprefix samples/,$(SAMPLES))
	@:
build-capbytes: capbytes.txt
	@:
build-yardstick: nvme-yardstick
	@:

# `stamp` holds the identity of the source, the compiler and the flags; build.sh rewrites it only when one of them changed.
obj/%.o: src/lib/%.c stamp
	$(Q)mkdir -p obj
	$(call note,CC  $<)
	$(Q)$(COMPILE) $(if $(filter $(notdir $<),$(NDEBUG_FILES)),-DNDEBUG) -MMD -MP -MT $@ -c -o $@ $<

libvfio-user.so: $(LIB_OBJECTS)
	$(call note,LD  $@)
	$(Q)$(CC) $(FLAGS) -shared -Wl,-soname,libvfio-user.so.0 -Wl,-z,relro -Wl,-z,now -Wl,--no-undefined -o $@.tmp $^ $(JSON_C_LIBS)
	$(Q)mv -f $@.tmp $@

libvfio-user.properties: libvfio-user.so stamp
	$(Q)sh own/../scripts/properties.sh > $@.tmp
	$(Q)mv -f $@.tmp $@

# Loaders look for the soname; the link lets the samples run from here without LD_LIBRARY_PATH.
libvfio-user.so.0: libvfio-user.so
	$(Q)ln -sfn $< $@

samples/%: src/samples/%.c libvfio-user.so | libvfio-user.so.0
	$(Q)mkdir -p samples
	$(call note,CC  $<)
	$(Q)$(PROGRAM) -MMD -MP -MF obj/sample-$*.d -MT $@ -o $@ $(filter %.c %.o,$^) -L. -lvfio-user -Wl,-rpath,'$$ORIGIN/..' -pthread $(JSON_C_LIBS)

# The client sample uses internal functions of the library, which the shared object does not export.
samples/client: obj/migration.o obj/tran.o obj/tran_sock.o

capbytes: own/capbytes.c stamp
	$(Q)mkdir -p obj
	$(call note,CC  $<)
	$(Q)$(PROGRAM) -Wall -Wextra -Werror $(CAPBYTES_DEFS) -MMD -MP -MF obj/capbytes.d -MT $@ -o $@.tmp $<
	$(Q)mv -f $@.tmp $@

capbytes.txt: capbytes
	$(Q)./capbytes > $@.tmp
	$(Q)mv -f $@.tmp $@

# What Java is measured against gets all that C can have on this machine; so it runs on processors like this one's only.
YARDSTICK_FLAGS = -O3 -march=native -std=gnu11 $(filter-out -O% -std=% -f% %FORTIFY_SOURCE %FORTIFY_SOURCE=2 %FORTIFY_SOURCE=3,$(FLAGS)) -Wall -Wextra -Werror
YARDSTICK_OBJECTS := $(patsubst own/yardstick/%.c,obj/yardstick/%.o,$(wildcard own/yardstick/*.c))

obj/yardstick/%.o: own/yardstick/%.c own/../build.mk stamp
	$(Q)mkdir -p obj/yardstick
	$(call note,CC  $<)
	$(Q)$(CC) $(YARDSTICK_FLAGS) $(INCLUDES) "-ffile-prefix-map=$(CURDIR)=." -MMD -MP -MT $@ -c -o $@ $<

nvme-yardstick: $(YARDSTICK_OBJECTS) libvfio-user.so | libvfio-user.so.0
	$(call note,LD  $@)
	$(Q)$(CC) $(YARDSTICK_FLAGS) -o $@.tmp $(YARDSTICK_OBJECTS) -L. -lvfio-user -Wl,-rpath,'$$ORIGIN' $(JSON_C_LIBS)
	$(Q)mv -f $@.tmp $@

-include $(wildcard obj/*.d obj/yardstick/*.d)
