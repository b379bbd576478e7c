#!/bin/sh
# Builds winograd.wasm; README.md says with what.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exports=_reserve,_max_pool
exports=$exports,_transform_input_3,_transform_output_3,_transform_input_5,_transform_output_5

emcc -O3 -msimd128 -Wall -Wextra -std=gnu11 "$here/winograd.c" -o "${OUT:-$here/winograd.wasm}" -s STANDALONE_WASM --no-entry \
  -s EXPORTED_FUNCTIONS=$exports -s ALLOW_MEMORY_GROWTH=1 -s INITIAL_MEMORY=1048576 -s TOTAL_STACK=16384 \
  -s MAXIMUM_MEMORY=2147483648

emcc --version | sed -n 1p
# What `npm run wasm` compares the binary with.
[ -n "${OUT:-}" ] || (cd "$here" && sha256sum build.sh winograd.c winograd.wasm >winograd.sha256)
