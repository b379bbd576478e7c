/*
 * The inverse DCT to size × size samples, of the size × size lowest coefficients: what libjpeg-turbo does as well at 3/8 and
 * 5/8 to 7/8. Two products with the matrix of the cosines, of pairs of 16-bit integers. Coefficients of two rows lie in
 * turns (row 0, row 1, row 0, …), so that a pair is what `dot` takes.
 */
#include <math.h>
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"
#define JPEG_INTERNALS
#include "jpegint.h"

#define MATRIX_BITS 14
/* Bits after the point between the two products: 3 leave ±4096, and a whole image has ±1024 × 2. */
#define MIDDLE_BITS 3

/* [size][row of samples][coefficient], and the same by [pair of coefficients][row][which of the pair]. */
static int16_t by_row[9][8][8] __attribute__((aligned(16)));
static int16_t by_pair[9][4][8][2] __attribute__((aligned(16)));
static uint8_t slots[9][64];

static int slot(int row, int column, int columns) {
  return (row >> 1) * 2 * columns + column * 2 + (row & 1);
}

void prepare_idct(void) {
  for (int size = 1; size <= 8; size++) {
    for (int i = 0; i < size; i++)
      for (int k = 0; k < size; k++) {
        const double weight = k == 0 ? sqrt(0.125) : 0.5 * cos((2 * i + 1) * k * M_PI / (2 * size));
        by_row[size][i][k] = by_pair[size][k >> 1][i][k & 1] = (int16_t)lround(weight * (1 << MATRIX_BITS));
      }
    for (int k = 0; k < 64; k++) {
      const int row = jpeg_natural_order[k] >> 3, column = jpeg_natural_order[k] & 7;
      const bool is_needed = row < size && column < size;
      slots[size][k] = (uint8_t)(is_needed ? slot(row, column, size <= 4 ? 4 : 8) : 64);
    }
  }
}

const uint8_t *coefficient_slots(int size) { return slots[size]; }

static inline v128_t pair(const int16_t *row, int which) { return wasm_v128_load32_splat(row + 2 * which); }

static inline v128_t rounded(v128_t sum, int bits) {
  return wasm_i32x4_shr(wasm_i32x4_add(sum, wasm_i32x4_splat(1 << (bits - 1))), bits);
}

#define SAMPLE_BITS (MATRIX_BITS + MIDDLE_BITS)
static inline v128_t sample(v128_t sum) {
  return wasm_i32x4_shr(wasm_i32x4_add(sum, wasm_i32x4_const_splat((128 << SAMPLE_BITS) + (1 << (SAMPLE_BITS - 1)))),
                        SAMPLE_BITS);
}

static inline v128_t column4(v128_t upper, v128_t lower, const int16_t *row) {
  return rounded(wasm_i32x4_add(wasm_i32x4_dot_i16x8(upper, pair(row, 0)), wasm_i32x4_dot_i16x8(lower, pair(row, 1))),
                 MATRIX_BITS - MIDDLE_BITS);
}

static inline v128_t row4(v128_t first, v128_t second, v128_t matrix0, v128_t matrix1) {
  return sample(wasm_i32x4_add(wasm_i32x4_dot_i16x8(first, matrix0), wasm_i32x4_dot_i16x8(second, matrix1)));
}

#define LANE(v, lane) wasm_i32x4_shuffle(v, v, lane, lane, lane, lane)

/* Writes four bytes a row, of which the next block overwrites what is beyond its own. */
static inline void idct4(int size, const int16_t *block, uint8_t *to, int stride) {
  const v128_t upper = wasm_v128_load(block), lower = wasm_v128_load(block + 8);
  const int16_t(*matrix)[8] = by_row[size];
  const v128_t middle01 = wasm_i16x8_narrow_i32x4(column4(upper, lower, matrix[0]), column4(upper, lower, matrix[1]));
  const v128_t middle23 = wasm_i16x8_narrow_i32x4(column4(upper, lower, matrix[2]), column4(upper, lower, matrix[3]));
  const v128_t matrix0 = wasm_v128_load(by_pair[size][0]), matrix1 = wasm_v128_load(by_pair[size][1]);
  const v128_t row0 = row4(LANE(middle01, 0), LANE(middle01, 1), matrix0, matrix1);
  const v128_t row1 = row4(LANE(middle01, 2), LANE(middle01, 3), matrix0, matrix1);
  const v128_t row2 = row4(LANE(middle23, 0), LANE(middle23, 1), matrix0, matrix1);
  const v128_t row3 = row4(LANE(middle23, 2), LANE(middle23, 3), matrix0, matrix1);
  const v128_t samples =
      wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(row0, row1), wasm_i16x8_narrow_i32x4(row2, row3));
  wasm_v128_store32_lane(to, samples, 0);
  if (size > 1) wasm_v128_store32_lane(to + stride, samples, 1);
  if (size > 2) wasm_v128_store32_lane(to + 2 * stride, samples, 2);
  if (size > 3) wasm_v128_store32_lane(to + 3 * stride, samples, 3);
}

/* As idct4, with eight bytes a row; rows of coefficients from `size` on are zero. */
static void idct8(int size, const int16_t *block, uint8_t *to, int stride) {
  int16_t middle[8][8] __attribute__((aligned(16)));
  for (int i = 0; i < size; i++) {
    v128_t left = wasm_i32x4_const_splat(0), right = left;
    for (int p = 0; p < 4; p++) {
      const v128_t weights = pair(by_row[size][i], p);
      left = wasm_i32x4_add(left, wasm_i32x4_dot_i16x8(wasm_v128_load(block + 16 * p), weights));
      right = wasm_i32x4_add(right, wasm_i32x4_dot_i16x8(wasm_v128_load(block + 16 * p + 8), weights));
    }
    const int bits = MATRIX_BITS - MIDDLE_BITS;
    wasm_v128_store(middle[i], wasm_i16x8_narrow_i32x4(rounded(left, bits), rounded(right, bits)));
  }
  for (int i = 0; i < size; i++) {
    v128_t left = wasm_i32x4_const_splat(0), right = left;
    for (int p = 0; p < 4; p++) {
      const v128_t values = pair(middle[i], p);
      left = wasm_i32x4_add(left, wasm_i32x4_dot_i16x8(values, wasm_v128_load(by_pair[size][p][0])));
      right = wasm_i32x4_add(right, wasm_i32x4_dot_i16x8(values, wasm_v128_load(by_pair[size][p][4])));
    }
    const v128_t samples = wasm_i16x8_narrow_i32x4(sample(left), sample(right));
    wasm_v128_store64_lane(to + i * stride, wasm_u8x16_narrow_i16x8(samples, samples), 0);
  }
}

void idct(int size, const int16_t *block, uint8_t *to, int stride) {
  switch (size) {
    case 3: idct4(3, block, to, stride); break;
    case 4: idct4(4, block, to, stride); break;
    case 1:
    case 2: idct4(size, block, to, stride); break;
    default: idct8(size, block, to, stride);
  }
}
