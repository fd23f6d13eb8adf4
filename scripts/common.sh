# shellcheck shell=bash
# What the scripts share: where things are, which versions, how we talk. Sourced, never run; leaves us in the root.
# Kept to what bash 3.2 knows, because that is the one macOS has.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where things are built is part of what the README promises.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR

LEPTOS_VERSION=0.3.10
# The command line tool must be of exactly the version that the crate has.
BINDGEN_VERSION=$(awk -F '"' '/^name = /{ name = $2 } /^version = / && name == "wasm-bindgen" { print $2; exit }' Cargo.lock)
# A folder per version, so that what the user has installed elsewhere stays as it is.
TOOLS=${MARQUEE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/marquee/tools}
LEPTOS_ROOT=$TOOLS/cargo-leptos-$LEPTOS_VERSION
BINDGEN_ROOT=$TOOLS/wasm-bindgen-cli-$BINDGEN_VERSION

# wasm-opt is looked up on PATH, and the system's may be too old for today's rustc.
PATH=$PWD/end2end/node_modules/.bin:$LEPTOS_ROOT/bin:$BINDGEN_ROOT/bin:$PATH

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '==> %s\n' "$*" >&2; }
die() {
    printf 'marquee: %s\n' "$*" >&2
    exit 1
}

# 1:05, 12:00
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
