/* The filters of a PNG's rows (RFC 2083, 6) and the differences of a TIFF's, undone in place for three bytes a pixel. */
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"

#define PIXEL 3

static inline v128_t load_pixel(const uint8_t *at) { return wasm_v128_load32_zero(at); }

/* The byte after it is the next pixel's, and is written as it was. */
static inline void store_pixel(uint8_t *at, v128_t pixel) {
  memcpy(at, &(uint16_t){wasm_u16x8_extract_lane(pixel, 0)}, 2);
  at[2] = wasm_u8x16_extract_lane(pixel, 2);
}

/* `zero` and then the first bytes: those of `count` pixels further left. */
#define MOVED(vector, count)                                                                                           \
  wasm_i8x16_shuffle(wasm_i8x16_const_splat(0), vector, 16 - 3 * count, 17 - 3 * count, 18 - 3 * count, 19 - 3 * count, \
                     20 - 3 * count, 21 - 3 * count, 22 - 3 * count, 23 - 3 * count, 24 - 3 * count, 25 - 3 * count,    \
                     26 - 3 * count, 27 - 3 * count, 28 - 3 * count, 29 - 3 * count, 30 - 3 * count, 31 - 3 * count)

/* Five pixels at once, by sums of sums; the sixteenth byte is the next pixel's, and is written as it was. */
static void undo_sub(uint8_t *row, int bytes) {
  const v128_t ours = wasm_i8x16_const(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0);
  v128_t left = wasm_i8x16_const_splat(0);
  int x = 0;
  for (; x + 16 <= bytes; x += 5 * PIXEL) {
    const v128_t raw = wasm_v128_load(row + x);
    v128_t sums = wasm_i8x16_add(raw, MOVED(raw, 1));
    sums = wasm_i8x16_add(sums, MOVED(sums, 2));
    sums = wasm_i8x16_add(sums, MOVED(sums, 4));
    sums = wasm_i8x16_add(sums, left);
    wasm_v128_store(row + x, wasm_v128_bitselect(sums, raw, ours));
    left = wasm_i8x16_shuffle(sums, sums, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12);
  }
  for (; x < bytes; x += PIXEL) store_pixel(row + x, left = wasm_i8x16_add(left, load_pixel(row + x)));
}

static void undo_up(uint8_t *row, const uint8_t *above, int bytes) {
  for (int x = 0; x < bytes; x++) row[x] = (uint8_t)(row[x] + above[x]);
}

/* Halves are rounded down, and the instruction rounds them up. */
static void undo_average(uint8_t *row, const uint8_t *above, int bytes) {
  const v128_t one = wasm_i8x16_const_splat(1);
  v128_t left = wasm_i8x16_const_splat(0);
  for (int x = 0; x < bytes; x += PIXEL) {
    const v128_t up = load_pixel(above + x);
    const v128_t average = wasm_i8x16_sub(wasm_u8x16_avgr(left, up), wasm_v128_and(wasm_v128_xor(left, up), one));
    store_pixel(row + x, left = wasm_i8x16_add(average, load_pixel(row + x)));
  }
}

/* Of left, above and above left, that which is nearest to left + above − above left. */
static void undo_paeth(uint8_t *row, const uint8_t *above, int bytes) {
  v128_t left = wasm_i16x8_const_splat(0), corner = left;
  for (int x = 0; x < bytes; x += PIXEL) {
    const v128_t up = wasm_u16x8_extend_low_u8x16(load_pixel(above + x));
    const v128_t from_left = wasm_i16x8_sub(up, corner), from_up = wasm_i16x8_sub(left, corner);
    const v128_t to_left = wasm_i16x8_abs(from_left), to_up = wasm_i16x8_abs(from_up);
    const v128_t to_corner = wasm_i16x8_abs(wasm_i16x8_add(from_left, from_up));
    const v128_t nearest = wasm_i16x8_min(to_left, wasm_i16x8_min(to_up, to_corner));
    const v128_t other = wasm_v128_bitselect(up, corner, wasm_i16x8_eq(to_up, nearest));
    const v128_t guess = wasm_v128_bitselect(left, other, wasm_i16x8_eq(to_left, nearest));
    const v128_t pixel = wasm_i8x16_add(load_pixel(row + x), wasm_u8x16_narrow_i16x8(guess, guess));
    store_pixel(row + x, pixel);
    left = wasm_u16x8_extend_low_u8x16(pixel);
    corner = up;
  }
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
