#!/bin/sh
# Prints libvfio-user.properties; runs in $OUT after build.sh has prepared it.
set -eu

macro() {
    sed -n "s/^#define $1 //p" .headers.macros
}

major=$(macro LIB_VFIO_USER_MAJOR)
minor=$(macro LIB_VFIO_USER_MINOR)
if grep -q 'vfu_get_migr_register_area_size *(' .headers.i; then
    level=0.1
elif grep -q '^#define LIBVFIO_USER_MAX_DMA_REGIONS ' .headers.macros; then
    level=0.2b
else
    level=0.2a
fi

# Names the content, so that two builds can be compared wherever their trees lay.
hash=$(cd src && find include lib -name '*.[ch]' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-16)
if [ -f src/.complete ]; then
    source="debian qemu"
    version=$(cat src/.complete)
else
    source="directory"
    version=
    # A tree that only lies inside somebody else's repository would be given that one's version.
    if top=$(git -c safe.directory='*' -C src rev-parse --show-toplevel 2>/dev/null) && [ "$top" = "$(cd src && pwd -P)" ]; then
        source=git
        version=$(git -c safe.directory='*' -C src describe --always --tags --dirty 2>/dev/null || true)
    fi
    [ -n "$version" ] || version=sha256-$hash
fi

case " $FLAGS " in
*" -DNDEBUG "*) assertions=off ;;
*) assertions=on ;;
esac

case $($CC -dumpmachine) in
x86_64-*) arch=x86_64 ;;
aarch64-*) arch=aarch64 ;;
*) arch=$($CC -dumpmachine | cut -d - -f 1) ;;
esac

cat <<END
source=$source
sourceVersion=$version
sourceSha256=$hash
headerMajor=$major
headerMinor=$minor
abiLevel=$level
compiler=$($CC --version | head -n 1)
flags=$FLAGS
assertions=$assertions
assertionsExcept=${NDEBUG_FILES:-}
os=linux
arch=$arch
END
