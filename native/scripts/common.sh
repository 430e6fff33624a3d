# Sourced by the other scripts.

say() {
    printf 'native: %s\n' "$*"
}

# Every failure ends here, in one sentence that says what to do.
die() {
    printf 'native: %s\n' "$*" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Where downloads are kept: outside of the checkout, so that `clean` and a fresh clone need no second download.
cache_dir() {
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        dir=$XDG_CACHE_HOME/vfio-user-java
    elif [ -n "${HOME:-}" ]; then
        dir=$HOME/.cache/vfio-user-java
    else
        dir=$PWD/target/cache
    fi
    if ! mkdir -p "$dir" 2>/dev/null || ! [ -w "$dir" ]; then
        dir=$PWD/target/cache
        mkdir -p "$dir" || die "cannot write $dir: make it writable or set XDG_CACHE_HOME to a folder that is."
    fi
    printf '%s\n' "$dir"
}
