#!/bin/sh
# Builds shrink.wasm. Usage: build.sh FOLDER, an unpacked libjpeg-turbo 2.1.5; README.md says where it comes from.
set -eu
turbo=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# Only what reads a header and its tables; the scan, the inverse DCT and everything after it are our own.
libjpeg='jcomapi jdapimin jdatasrc jdhuff jdinput jdmarker jerror jmemmgr jmemnobs jutils'
own='shrink header entropy idct resize colour inflate codes adler lzw unfilter'
# The folder's name must not get into the result: it is to be the same wherever it is built.
flags="-O3 -msimd128 -DNO_GETENV -DNDEBUG -I$here/src -I$turbo -ffile-prefix-map=$turbo=. ${FLAGS:-}"

for name in $libjpeg; do emcc $flags -w -include errno.h -c "$turbo/$name.c" -o "$objects/$name.o"; done
for name in $own; do emcc $flags -Wall -Wextra -std=gnu11 -c "$here/src/$name.c" -o "$objects/$name.o"; done
emcc $flags "$objects"/*.o -o "${OUT:-$here/shrink.wasm}" -s STANDALONE_WASM --no-entry -s ALLOW_MEMORY_GROWTH=1 \
  -s INITIAL_MEMORY=2097152 -s TOTAL_STACK=131072 -s MAXIMUM_MEMORY=134217728 \
  -s WARN_ON_UNDEFINED_SYMBOLS=0 -s ERROR_ON_UNDEFINED_SYMBOLS=0

emcc --version | sed -n 1p
# What `npm run wasm` compares the binary with.
[ -n "${OUT:-}" ] || (cd "$here" && sha256sum build.sh src/*.c src/*.h shrink.wasm >shrink.sha256)
