#!/bin/sh
# Checks that what the build needs is there. As root it installs what is missing (unless VFU_NO_INSTALL is set); otherwise it names it.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/common.sh

missing() {
    packages=
    set -- ${CC:-gcc}
    if ! have "$1"; then
        # A compiler the caller chose is his to install; only the default one has a known package.
        [ "$1" = gcc ] || die "the compiler '$1' is not there: install it, or leave CC unset to use gcc."
        packages="$packages gcc libc6-dev"
    elif ! echo '#include <stdio.h>
#include <linux/vfio.h>' | "$@" -E - >/dev/null 2>&1; then
        packages="$packages libc6-dev"
    fi
    if ! have "${PKG_CONFIG:-pkg-config}"; then
        packages="$packages pkg-config"
        [ -e /usr/include/json-c/json.h ] || packages="$packages libjson-c-dev"
    elif ! "${PKG_CONFIG:-pkg-config}" --exists json-c; then
        packages="$packages libjson-c-dev"
    fi
    if [ -z "${LIBVFIO_USER_SRC:-}" ]; then
        have tar || packages="$packages tar"
        have xz || packages="$packages xz-utils"
        have sha256sum || packages="$packages coreutils"
    fi
    have flock || packages="$packages util-linux"
    echo $packages
}

wanted=$(missing) || exit 1
[ -n "$wanted" ] || exit 0

have apt-get || die "missing: $wanted (Debian's names); install them with your system's package manager."
if [ "$(id -u)" != 0 ] || [ -n "${VFU_NO_INSTALL:-}" ]; then
    die "missing: $wanted; install with 'apt-get install $wanted' as root."
fi

say "installing $wanted"
log=$(mktemp) || die "no temporary file could be made: free some space in ${TMPDIR:-/tmp}."
trap 'rm -f "$log"' EXIT
install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q -y --no-install-recommends install $wanted >"$log" 2>&1
}
# The package lists may be absent or too old, so a first failure is answered with one update.
if ! install_packages && ! { apt-get -q update >"$log" 2>&1; install_packages; }; then
    reason=$(grep -m1 '^E:' "$log" || tail -n 1 "$log")
    die "installing $wanted failed ($reason): check the network and apt's sources, or install them by hand."
fi
left=$(missing) || exit 1
[ -z "$left" ] || die "still missing after the installation: $left; install with 'apt-get install $left' as root."
