#!/bin/sh
# Runs a target under libFuzzer, with stable Rust: `fuzz/libfuzzer.sh frame_layers -max_total_time=60`.
# What comes after the target goes to libFuzzer. Needs a C++ compiler.
set -eu
cd "$(dirname "$0")/.."
target=${1:?"which target? see fuzz/src/lib.rs"}
shift

host=$(rustc -vV | sed -n 's/^host: //p')
# Its own directory: other flags, other objects.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/fuzz"
mkdir -p "fuzz/corpus/$target" fuzz/artifacts
cargo run --quiet --locked -p lanternet-fuzz -- "$target" --write-seeds "fuzz/corpus/$target"

# What cargo-fuzz passes; all of it is stable but the address sanitizer, of which code without
# `unsafe` has no need.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 \
    -Cdebug-assertions -Coverflow-checks" \
    cargo build --release --locked -p lanternet-fuzz --features libfuzzer --bin "$target" --target "$host"
exec "$CARGO_TARGET_DIR/$host/release/$target" -artifact_prefix="fuzz/artifacts/$target-" "$@" \
    "fuzz/corpus/$target"
