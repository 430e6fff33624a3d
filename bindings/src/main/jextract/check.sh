#!/bin/sh
# Checks that the committed jextract output is what jextract produces from the headers given; see generate.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
committed=$(cd "$here/../java" && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$here/generate.sh" "$fresh"
status=0
for package in posix v01 v02a v02b; do
    [ -d "$fresh/io/vfiouser/ffi/$package" ] || { echo "$package: not checked, no header tree given"; continue; }
    if diff -r -q -x package-info.java "$fresh/io/vfiouser/ffi/$package" "$committed/io/vfiouser/ffi/$package"; then
        echo "$package: the committed files are what jextract produces"
    else
        status=1
    fi
done
[ $status = 0 ] || echo "The committed bindings differ from jextract's output: run make bindings with the same variables and commit the result." >&2
exit $status
