#!/bin/sh
# Builds front.wasm; README.md says with what.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exports=_image,_reserve,_set_channel,_set_zero_point,_set_side
exports=$exports,_resize_to_floats,_resize_to_bytes,_average_to_floats,_average_to_bytes

emcc -O3 -msimd128 -Wall -Wextra -std=gnu11 "$here/front.c" -o "${OUT:-$here/front.wasm}" -s STANDALONE_WASM --no-entry \
  -s EXPORTED_FUNCTIONS=$exports -s ALLOW_MEMORY_GROWTH=1 -s INITIAL_MEMORY=1048576 -s TOTAL_STACK=16384 \
  -s MAXIMUM_MEMORY=1073741824

emcc --version | sed -n 1p
# What `npm run wasm` compares the binary with.
[ -n "${OUT:-}" ] || (cd "$here" && sha256sum build.sh front.c front.wasm >front.sha256)
