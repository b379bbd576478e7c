/* The sum at the end of a zlib stream (RFC 1950). */
#include <wasm_simd128.h>

#include "codes.h"

/* Sums of 16 bytes, and of these sums, at once; so few of them that 32 bits are enough. */
uint32_t adler32(const uint8_t *bytes, size_t length) {
  const v128_t falling_low = wasm_i16x8_const(16, 15, 14, 13, 12, 11, 10, 9);
  const v128_t falling_high = wasm_i16x8_const(8, 7, 6, 5, 4, 3, 2, 1);
  uint32_t sum = 1, sum_of_sums = 0;
  while (length > 0) {
    const size_t vectors = length / 16 < 256 ? length / 16 : 256;
    v128_t sums = wasm_i32x4_const_splat(0), before = sums, weighted = sums;
    for (size_t i = 0; i < vectors; i++, bytes += 16) {
      const v128_t vector = wasm_v128_load(bytes);
      before = wasm_i32x4_add(before, sums);
      sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(wasm_u16x8_extadd_pairwise_u8x16(vector)));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(vector), falling_low));
      weighted = wasm_i32x4_add(weighted, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(vector), falling_high));
    }
#define TOTAL(v) \
  (wasm_u32x4_extract_lane(v, 0) + wasm_u32x4_extract_lane(v, 1) + wasm_u32x4_extract_lane(v, 2) + wasm_u32x4_extract_lane(v, 3))
    sum_of_sums = (sum_of_sums + (uint32_t)(16 * vectors) * sum + 16 * TOTAL(before) + TOTAL(weighted)) % 65521;
    sum = (sum + TOTAL(sums)) % 65521;
    length -= 16 * vectors;
    for (; length > 0 && length < 16; length--) {
      sum = (sum + *bytes++) % 65521;
      sum_of_sums = (sum_of_sums + sum) % 65521;
    }
  }
  return sum_of_sums << 16 | sum;
}
