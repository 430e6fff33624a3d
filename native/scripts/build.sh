#!/bin/sh
# Runs one target of build.mk in $OUT: prepares the folder, decides the flags, records them.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/common.sh
target=$1

case ${ASSERTIONS:-on} in
on | off) ;;
*) die "ASSERTIONS=$ASSERTIONS is neither on nor off: choose one." ;;
esac

./scripts/deps.sh || exit 1
source=$(./scripts/obtain-source.sh) || exit 1

here=$PWD
mkdir -p "$OUT" 2>/dev/null && OUT=$(cd "$OUT" && pwd -P) && [ -w "$OUT" ] || die "cannot write OUT=$OUT: choose a folder that can be written."
cd "$OUT" || exit 1
exec 8>.lock
flock -w 900 8 || die "another build has held $OUT/.lock for 15 minutes: end it and start again."

ln -sfn "$source" src
ln -sfn "$here/src" own

FLAGS="-O2 -g -std=gnu99 -fPIC -fvisibility=hidden -D_GNU_SOURCE"
# libvfio-user's own build defines this where the header exists.
if printf '#include <linux/kcmp.h>\n' | $CC -E - >/dev/null 2>&1; then
    FLAGS="$FLAGS -DHAVE_LINUX_KCMP_H"
fi
# A client can make the library copy past a buffer on its stack (README.md): better an end than a corrupted process.
fortify=3
if ! printf '#include <stdlib.h>\n' | $CC -O2 -D_FORTIFY_SOURCE=3 -Werror -E - >/dev/null 2>&1; then
    fortify=2
fi
FLAGS="$FLAGS -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$fortify"
# README.md, "Assertions": why all but one file keep theirs.
NDEBUG_FILES=
if [ "${ASSERTIONS:-on}" = off ]; then
    FLAGS="$FLAGS -DNDEBUG"
elif [ -f src/lib/fd_cache.c ]; then
    NDEBUG_FILES=dma.c
fi
FLAGS="$FLAGS${EXTRA_CFLAGS:+ $EXTRA_CFLAGS}"
INCLUDES="-Isrc/include $($PKG_CONFIG --cflags json-c)"
JSON_C_LIBS=$($PKG_CONFIG --libs json-c)

# The headers as the compiler sees them, comments gone: what they declare decides the ABI level.
printf '#include "libvfio-user.h"\n#include "pci_caps/px.h"\n' | $CC $FLAGS $INCLUDES -E - >.headers.i 2>.errors &&
    printf '#include "libvfio-user.h"\n' | $CC $FLAGS $INCLUDES -E -dM - >.headers.macros 2>.errors ||
    die "libvfio-user's headers do not compile ($(grep -m1 -i error .errors)): fix the tree or choose another LIBVFIO_USER_SRC."
# Before 0.2b px.h places the fields of Device Capabilities 2 from `obffs` on at wrong bits; `frss` came with the correction.
CAPBYTES_DEFS=
if grep -qw frss .headers.i; then
    CAPBYTES_DEFS=-DPXDCAP2_COMPLETE
fi

export FLAGS INCLUDES JSON_C_LIBS CAPBYTES_DEFS NDEBUG_FILES
{
    echo "source $source"
    echo "compiler $($CC --version | head -n 1)"
    echo "flags $CC $FLAGS $INCLUDES $JSON_C_LIBS $CAPBYTES_DEFS ($NDEBUG_FILES)"
    (cd src/lib && echo files *.c)
} >.stamp.new
if cmp -s .stamp.new stamp; then
    rm -f .stamp.new
else
    mv -f .stamp.new stamp
fi

"${MAKE:-make}" --no-print-directory -f own/../build.mk "build-$target" ||
    die "compiling libvfio-user ($target) failed: the compiler's message above says where; fix the tree, or choose another LIBVFIO_USER_SRC or CC."

case $target in
native) say "$OUT/libvfio-user.so (ABI level $(sed -n 's/^abiLevel=//p' libvfio-user.properties))" ;;
samples) say "$OUT/samples/" ;;
capbytes) say "$OUT/capbytes" ;;
yardstick) say "$OUT/nvme-yardstick" ;;
esac
