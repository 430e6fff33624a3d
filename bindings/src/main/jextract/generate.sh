#!/bin/sh
# Regenerates, or checks, the committed jextract output. Called by `make bindings`.
#   generate.sh OUT_DIR     with JEXTRACT, SRC_V01, SRC_V02A, SRC_V02B in the environment
# SRC_* are libvfio-user source trees of the three ABI levels; one that is not given is left alone.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
[ -n "${JEXTRACT:-}" ] || { echo "generate.sh: set JEXTRACT to the jextract program, e.g. make bindings JEXTRACT=/opt/jextract/bin/jextract" >&2; exit 2; }
builtin=$(${CC:-gcc} -print-file-name=include)

one() { # package, header class, header, includes file, include directory
    # The old files go first, so that what is no longer generated does not linger; package-info is hand-written.
    find "$out/io/vfiouser/ffi/$1" -name '*.java' ! -name package-info.java -delete 2>/dev/null || true
    "$JEXTRACT" -D _GNU_SOURCE=1 -I "$builtin" ${5:+-I "$5"} --header-class-name "$2" \
        --target-package "io.vfiouser.ffi.$1" --output "$out" "@$here/$4" "$3" 2>&1 \
        | grep -v 'warning: Skipping' >&2 || true
    ls "$out/io/vfiouser/ffi/$1/$2.java" >/dev/null
}

one posix posix_h "$here/posix.h" posix.includes ""
for level in v01 v02a v02b; do
    eval "src=\${SRC_$(echo $level | tr a-z A-Z):-}"
    [ -n "$src" ] || continue
    one $level libvfio_user_h "$src/include/libvfio-user.h" libvfio-user-$level.includes "$src/include"
done
