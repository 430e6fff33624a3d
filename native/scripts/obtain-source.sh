#!/bin/sh
# Prints the folder that holds libvfio-user's source: LIBVFIO_USER_SRC, or the one inside Debian's source package `qemu`.
#
# The package is fetched through an apt state of its own: the system's Debian sources with the type changed to deb-src, its own lists,
# its own cache. The system's configuration is not touched, apt checks the signatures. What apt downloaded is kept in the user's cache and
# checked against the .dsc before every use; it is unpacked below target/.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/common.sh

work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# --- a tree the caller names ----------------------------------------------------------------------------------------------
if [ -n "${LIBVFIO_USER_SRC:-}" ] && [ "${1:-}" != --forget ]; then
    [ -d "$LIBVFIO_USER_SRC" ] || die "LIBVFIO_USER_SRC=$LIBVFIO_USER_SRC is not a folder: name one that holds libvfio-user's include/ and lib/."
    for file in include/libvfio-user.h lib/libvfio-user.c lib/tran_sock.c; do
        [ -f "$LIBVFIO_USER_SRC/$file" ] ||
            die "LIBVFIO_USER_SRC=$LIBVFIO_USER_SRC is not a libvfio-user tree ($file is missing): name the folder that holds its include/ and lib/."
    done
    (CDPATH= cd -- "$LIBVFIO_USER_SRC" && pwd -P)
    exit
fi

# --- apt's Debian sources, as deb-src ---------------------------------------------------------------------------------------
# Third-party archives would cost time and bring nothing: kept are suites with Debian's names, whose address says debian.
debian_sources() {
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    {
        for file in "${list:-/etc/apt/sources.list}" "${parts:-/etc/apt/sources.list.d}"/*.list; do
            [ -r "$file" ] && sed -e 's/#.*//' "$file" && echo
        done | awk '
            $1 == "deb" || $1 == "deb-src" {
                line = $0; sub(/^[ \t]*deb(-src)?[ \t]+/, "", line)
                options = ""
                if (match(line, /^\[[^]]*\][ \t]*/)) {
                    options = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
                    gsub(/[ \t\[\]]+/, " ", options)
                }
                n = split(line, word, /[ \t]+/)
                main = 0
                for (i = 3; i <= n; i++) if (word[i] == "main") main = 1
                if (!main) next
                print "Types: deb-src\nURIs: " word[1] "\nSuites: " word[2] "\nComponents: main"
                m = split(options, option, " ")
                for (i = 1; i <= m; i++) {
                    eq = index(option[i], "="); key = tolower(substr(option[i], 1, eq - 1)); value = substr(option[i], eq + 1)
                    gsub(/,/, " ", value)
                    if (key == "signed-by") print "Signed-By: " value
                    else if (key == "trusted") print "Trusted: " value
                    else if (key == "check-valid-until") print "Check-Valid-Until: " value
                }
                print ""
            }'
        for file in "${parts:-/etc/apt/sources.list.d}"/*.sources; do
            [ -r "$file" ] && sed -e '/^#/d' -e 's/[ \t]*$//' "$file" && echo
        done
    } | awk '
        function value(text) { sub(/^[^:]*:[ \t]*/, "", text); return text }
        function flush(   i, n, word, suites, m, u, uris, keep, enabled, text) {
            enabled = tolower(value(field["enabled"]))
            if (enabled !~ /^(no|false|0|off|without|disable)$/ && (" " value(field["types"]) " ") ~ /[ \t\n]deb(-src)?[ \t\n]/ &&
                (" " value(field["components"]) " ") ~ /[ \t\n]main[ \t\n]/) {
                n = split(value(field["suites"]), word, /[ \t\n]+/)
                for (i = 1; i <= n; i++) if (word[i] ~ suite_name) suites = suites " " word[i]
                m = split(value(field["uris"]), u, /[ \t\n]+/)
                for (i = 1; i <= m; i++) if (tolower(u[i]) ~ /debian/ && u[i] !~ /^cdrom:/) uris = uris " " u[i]
                if (suites != "" && uris != "") {
                    text = "Types: deb-src\nURIs:" uris "\nSuites:" suites "\nComponents: main\n"
                    if ("signed-by" in field) text = text field["signed-by"] "\n"
                    if ("trusted" in field) text = text field["trusted"] "\n"
                    if ("check-valid-until" in field) text = text field["check-valid-until"] "\n"
                    if (!(text in seen)) print text
                    seen[text] = 1
                }
            }
            split("", field); name = ""
        }
        BEGIN {
            release = "(buster|bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable|experimental"
            release = release (codename == "" ? ")" : "|" codename ")")
            suite_name = "^" release "([-/](updates|security|backports|backports-sloppy|proposed-updates))?(/updates)?$"
        }
        /^[ \t]*$/ { flush(); next }
        /^[ \t]/ { if (name != "") field[name] = field[name] "\n" $0; next }
        { name = tolower($0); sub(/[ \t]*:.*/, "", name); field[name] = $0 }
        END { flush() }
    ' codename="$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")"
}

# Two checks: the .dsc lists the tarball with this checksum, and the tarball has it.
verified_tarball() {
    dsc=$(ls "$1"/qemu_*.dsc 2>/dev/null | head -n 1)
    [ -n "$dsc" ] || return 1
    entry=$(awk '/^Checksums-Sha256:/ { on = 1; next } /^[^ ]/ { on = 0 } on && $3 ~ /\.orig\.tar\.[a-z0-9]+$/ { print $1, $3; exit }' "$dsc")
    [ -n "$entry" ] || return 1
    tarball=$1/${entry#* }
    [ -f "$tarball" ] && echo "${entry%% *}  $tarball" | sha256sum --check --status 2>/dev/null || return 1
    version=$(sed -n 's/^Version: //p' "$dsc" | head -n 1)
}

have apt-get || die "this system has no apt to fetch Debian's source package qemu with: set LIBVFIO_USER_SRC to a libvfio-user source tree."
cache=$(cache_dir) || exit 1
sources=$(debian_sources)
[ -n "$sources" ] ||
    die "apt has no Debian source with the component main (looked in /etc/apt): add one, or set LIBVFIO_USER_SRC to a libvfio-user source tree."
key=$(printf '%s\n' "$sources" | sha256sum | cut -c 1-12)
package=$cache/qemu-$key

exec 9>"$cache/lock" || die "cannot write $cache/lock: make it writable or set XDG_CACHE_HOME to a folder that is."
if ! flock -n 9; then
    say "waiting for another build that is fetching the source" >&2
    flock -w 900 9 || die "another build has held $cache/lock for 15 minutes: end it and start again."
fi

if [ "${1:-}" = --forget ]; then
    rm -rf "$cache"/qemu-*
    exit
fi

# --- download ---------------------------------------------------------------------------------------------------------------
if ! verified_tarball "$package"; then
    say "fetching Debian's source package qemu (about 25 MB) for libvfio-user" >&2
    work=$(mktemp -d "$cache/tmp.XXXXXX") || die "cannot write $cache: make it writable or set XDG_CACHE_HOME to a folder that is."
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/package"
    printf '%s\n' "$sources" >"$work/debian.sources"
    # The system's hooks (package managers' caches, clean-up) are none of this state's business. The sandbox user could not write here.
    cat >"$work/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/debian.sources";
Dir::Etc::sourceparts "-";
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
    progress=$work/log
    quiet=-qq
    if [ -t 2 ]; then
        progress=/dev/stderr
        quiet=-q=0
    fi
    # An archive that is down may not be the one that has qemu: only the second step decides.
    apt-get -c "$work/apt.conf" $quiet update >>"$progress" 2>>"$work/errors"
    (cd "$work/package" && apt-get -c "$work/apt.conf" $quiet source --download-only qemu >>"$progress" 2>>"$work/errors")
    if ! verified_tarball "$work/package"; then
        reason=$(grep -m1 'Failed to fetch' "$work/errors" || grep -m1 '^E:' "$work/errors" || grep -m1 '^W:' "$work/errors" || echo "no such source package")
        die "downloading Debian's source package qemu failed ($reason): check the network and start again, or set LIBVFIO_USER_SRC to a libvfio-user source tree."
    fi
    rm -rf "$package"
    mv "$work/package" "$package" || die "cannot write $package: free some space or make the folder writable."
    rm -rf "$work"
    work=
    verified_tarball "$package" || die "the download in $package is damaged: run 'make -C native distclean' and start again."
fi

# --- unpack -----------------------------------------------------------------------------------------------------------------
tree=target/source/qemu-$(printf '%s' "$version" | tr -c 'A-Za-z0-9.+~-' '_')
if ! [ -f "$tree/.complete" ]; then
    mkdir -p target/source
    work=$(mktemp -d target/source/tmp.XXXXXX) || die "cannot write native/target: make it writable."
    tar -xf "$tarball" -C "$work" --no-same-owner --strip-components=3 --wildcards '*/subprojects/libvfio-user/*' 2>"$work/errors" ||
        die "Debian's source package qemu $version could not be unpacked or carries no subprojects/libvfio-user ($(tail -n 1 "$work/errors")): set LIBVFIO_USER_SRC to a libvfio-user source tree."
    rm -f "$work/errors"
    echo "$version" >"$work/.complete"
    chmod 755 "$work"
    rm -rf "$tree"
    mv "$work" "$tree"
    work=
fi
(cd "$tree" && pwd -P)
