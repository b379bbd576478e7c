/*
 * The filters of a PNG's rows (RFC 2083, 6) and a TIFF's differences, undone in place for three bytes a
 * pixel.
 */
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"

#define PIXEL 3

static inline v128_t load_pixel(const uint8_t *at) { return wasm_v128_load32_zero(at); }

/* A byte of the next pixel is overwritten, which therefore has been loaded. */
static inline void store_over(uint8_t *at, v128_t pixel) { wasm_v128_store32_lane(at, pixel, 0); }

static inline void store_last(uint8_t *at, v128_t pixel) {
  wasm_v128_store16_lane(at, pixel, 0);
  at[2] = wasm_u8x16_extract_lane(pixel, 2);
}

/* `zero` and then the first bytes: those of `count` pixels further left. */
#define MOVED(vector, count)                                                                                           \
  wasm_i8x16_shuffle(wasm_i8x16_const_splat(0), vector, 16 - 3 * count, 17 - 3 * count, 18 - 3 * count, 19 - 3 * count, \
                     20 - 3 * count, 21 - 3 * count, 22 - 3 * count, 23 - 3 * count, 24 - 3 * count, 25 - 3 * count,    \
                     26 - 3 * count, 27 - 3 * count, 28 - 3 * count, 29 - 3 * count, 30 - 3 * count, 31 - 3 * count)

/*
 * Five pixels at once, by sums of sums. The next five are loaded before these are stored, since the
 * sixteenth byte is the first of them: a load of bytes of which only some are still being stored takes
 * longer than all the rest.
 */
static void undo_sub(uint8_t *row, int bytes) {
  v128_t left = wasm_i8x16_const_splat(0);
  int x = 0;
  if (bytes >= 32) {
    v128_t next = wasm_v128_load(row);
    for (; x + 32 <= bytes; x += 5 * PIXEL) {
      v128_t sums = wasm_i8x16_add(next, MOVED(next, 1));
      sums = wasm_i8x16_add(sums, MOVED(sums, 2));
      sums = wasm_i8x16_add(sums, MOVED(sums, 4));
      sums = wasm_i8x16_add(sums, left);
      next = wasm_v128_load(row + x + 5 * PIXEL);
      wasm_v128_store(row + x, sums);
      left = wasm_i8x16_shuffle(sums, sums, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12);
    }
    row[x] = wasm_u8x16_extract_lane(next, 0);
  }
  for (; x < bytes; x += PIXEL) store_last(row + x, left = wasm_i8x16_add(left, load_pixel(row + x)));
}

static void undo_up(uint8_t *row, const uint8_t *above, int bytes) {
  int x = 0;
  for (; x + 16 <= bytes; x += 16)
    wasm_v128_store(row + x, wasm_i8x16_add(wasm_v128_load(row + x), wasm_v128_load(above + x)));
  for (; x < bytes; x++) row[x] = (uint8_t)(row[x] + above[x]);
}

/*
 * Halves are rounded down, and the instruction rounds them up; of complements it gives the right
 * average's complement.
 * The complement of a pixel is ~(raw + ~average) = average − raw: two steps from one pixel to the next.
 */
static void undo_average(uint8_t *row, const uint8_t *above, int bytes) {
  v128_t complement = wasm_i8x16_const_splat(-1), raw = load_pixel(row);
  int x = 0;
  for (;; x += PIXEL) {
    const v128_t average = wasm_u8x16_avgr(complement, wasm_v128_not(load_pixel(above + x)));
    complement = wasm_i8x16_sub(average, raw);
    if (x + PIXEL == bytes) break;
    raw = load_pixel(row + x + PIXEL);
    store_over(row + x, wasm_v128_not(complement));
  }
  store_last(row + x, wasm_v128_not(complement));
}

/*
 * Adds the one of left, above and above left (the corner) that is nearest to left + above − corner.
 * Distances are not needed (Fabian Giesen's formula, in stb_image): with limit = 3 corner − left − above,
 * it is the lower of left and above if the higher is at most the limit, the higher if the limit is at most
 * the lower, and otherwise the corner. If both hold, left and above are equal.
 */
static void undo_paeth(uint8_t *row, const uint8_t *above, int bytes) {
  v128_t left = wasm_i16x8_const_splat(0), corner = left, raw = load_pixel(row);
  int x = 0;
  for (;; x += PIXEL) {
    const v128_t up = wasm_u16x8_extend_low_u8x16(load_pixel(above + x));
    const v128_t thrice = wasm_i16x8_add(wasm_i16x8_shl(corner, 1), corner);
    const v128_t limit = wasm_i16x8_sub(wasm_i16x8_sub(thrice, up), left);
    const v128_t lower = wasm_i16x8_min(left, up), higher = wasm_i16x8_max(left, up);
    const v128_t is_lower = wasm_v128_andnot(wasm_v128_xor(lower, corner), wasm_i16x8_gt(higher, limit));
    const v128_t is_higher = wasm_v128_andnot(wasm_v128_xor(higher, corner), wasm_i16x8_gt(limit, lower));
    const v128_t guess = wasm_v128_xor(corner, wasm_v128_or(is_lower, is_higher));
    /* Bytes are added, so that the upper half of each 16 bits stays zero. */
    left = wasm_i8x16_add(wasm_u16x8_extend_low_u8x16(raw), guess);
    corner = up;
    if (x + PIXEL == bytes) break;
    raw = load_pixel(row + x + PIXEL);
    store_over(row + x, wasm_u8x16_narrow_i16x8(left, left));
  }
  store_last(row + x, wasm_u8x16_narrow_i16x8(left, left));
}

bool undo_filters(uint8_t *rows, int columns, int count) {
  const int bytes = PIXEL * columns;
  uint8_t *nothing = calloc((size_t)bytes + 16, 1);
  const uint8_t *above = nothing;
  bool is_known = nothing != NULL;
  for (int y = 0; is_known && y < count; y++) {
    uint8_t *row = rows + 1;
    switch (rows[0]) {
      case 0: break;
      case 1: undo_sub(row, bytes); break;
      case 2: undo_up(row, above, bytes); break;
      case 3: undo_average(row, above, bytes); break;
      case 4: undo_paeth(row, above, bytes); break;
      default: is_known = false;
    }
    above = row;
    rows += bytes + 1;
  }
  free(nothing);
  return is_known;
}

void undo_differences(uint8_t *rows, int columns, int count) {
  const size_t bytes = PIXEL * (size_t)columns;
  for (int y = 0; y < count; y++) undo_sub(rows + y * bytes, (int)bytes);
}
