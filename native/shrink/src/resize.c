/*
 * Separable resize by a triangle that averages over the area it shrinks, and that interpolates where it enlarges: libvips'
 * `linear`. Along rows the same is done as along columns, on what was turned about the diagonal, since only down a column do
 * sixteen bytes have the same weights.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>

#include "shrink.h"

#define WEIGHT_BITS 14

/* Of `length` rows that stand for `extent`, those that make row `output`; past the edge its row goes on. @returns the first. */
static int find_weights(int output, int length, double extent, double *weights, int *count) {
  const double step = extent / SIDE, radius = step > 1 ? step : 1, centre = (output + 0.5) * step - 0.5;
  const int from = (int)floor(centre - radius) + 1, to = (int)ceil(centre + radius) - 1;
  const int last = to < length ? (to < 0 ? 0 : to) : length - 1;
  const int first = from < 0 ? 0 : from > last ? last : from;
  double total = 0;
  *count = last - first + 1;
  for (int i = 0; i < *count; i++) weights[i] = 0;
  for (int at = from; at <= to; at++) {
    const double weight = 1 - fabs(at - centre) / radius;
    weights[at < first ? 0 : at > last ? last - first : at - first] += weight;
    total += weight;
  }
  for (int i = 0; i < *count; i++) weights[i] /= total;
  return first;
}

/* To integers that add up to exactly one; an odd number of them is filled up with a zero. */
static void round_weights(const double *weights, int count, int16_t *rounded) {
  int sum = 0, largest = 0;
  for (int i = 0; i < count; i++) {
    rounded[i] = (int16_t)lround(weights[i] * (1 << WEIGHT_BITS));
    sum += rounded[i];
    if (rounded[i] > rounded[largest]) largest = i;
  }
  rounded[count] = 0;
  rounded[largest] += (int16_t)((1 << WEIGHT_BITS) - sum);
}

static inline v128_t narrow(v128_t a, v128_t b, v128_t c, v128_t d) {
  return wasm_u8x16_narrow_i16x8(
      wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, WEIGHT_BITS), wasm_i32x4_shr(b, WEIGHT_BITS)),
      wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(c, WEIGHT_BITS), wasm_i32x4_shr(d, WEIGHT_BITS)));
}

static void make_row(const uint8_t *from, int stride, const int16_t *weights, int count, int columns, uint8_t *to) {
  for (int x = 0; x < columns; x += 16) {
    v128_t a = wasm_i32x4_const_splat(1 << (WEIGHT_BITS - 1)), b = a, c = a, d = a;
    const uint8_t *row = from + x;
    for (int i = 0; i < count; i += 2, row += 2 * stride) {
      const v128_t pair = wasm_v128_load32_splat(weights + i);
      const v128_t even = wasm_v128_load(row), odd = wasm_v128_load(i + 1 < count ? row + stride : row);
      const v128_t low = wasm_i8x16_shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const v128_t high = wasm_i8x16_shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(low), pair));
      b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(low), pair));
      c = wasm_i32x4_add(c, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(high), pair));
      d = wasm_i32x4_add(d, wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(high), pair));
    }
    wasm_v128_store(to + x, narrow(a, b, c, d));
  }
}

bool resize_rows(const uint8_t *from, int stride, int rows, double height, int columns, uint8_t *to, int to_stride) {
  const int most = (int)(2 * (height > SIDE ? height / SIDE : 1)) + 4;
  double *weights = malloc((size_t)most * sizeof *weights);
  int16_t *rounded = malloc((size_t)most * sizeof *rounded);
  const bool has_room = weights != NULL && rounded != NULL;
  for (int y = 0; has_room && y < SIDE; y++) {
    int count;
    const int first = find_weights(y, rows, height, weights, &count);
    round_weights(weights, count, rounded);
    make_row(from + (size_t)first * stride, stride, rounded, count, columns, to + (size_t)y * to_stride);
  }
  free(weights);
  free(rounded);
  return has_room;
}

/* Sixteen rows of sixteen bytes: four times, rows and those eight further on are laid together byte by byte. */
static void turn_block(const uint8_t *from, int stride, uint8_t *to, int to_stride) {
  v128_t rows[16], next[16];
  for (int i = 0; i < 16; i++) rows[i] = wasm_v128_load(from + (size_t)i * stride);
#pragma unroll
  for (int round = 0; round < 4; round++) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      next[2 * i] = wasm_i8x16_shuffle(rows[i], rows[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] =
          wasm_i8x16_shuffle(rows[i], rows[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
#pragma unroll
    for (int i = 0; i < 16; i++) rows[i] = next[i];
  }
  for (int i = 0; i < 16; i++) wasm_v128_store(to + (size_t)i * to_stride, rows[i]);
}

/* Whole blocks of 16 × 16: both sides have room for them. */
static void turn(const uint8_t *from, int stride, int rows, int columns, uint8_t *to, int to_stride) {
  for (int y = 0; y < rows; y += 16)
    for (int x = 0; x < columns; x += 16)
      turn_block(from + (size_t)y * stride + x, stride, to + (size_t)x * to_stride + y, to_stride);
}

bool resize_columns(const uint8_t *from, int stride, int columns, double width, uint8_t *to) {
  static uint8_t narrowed[PLANE_BYTES];
  uint8_t *turned = malloc((size_t)(columns + 15 & ~15) * SIDE);
  if (turned == NULL) return false;
  turn(from, stride, SIDE, columns, turned, SIDE);
  const bool is_done = resize_rows(turned, SIDE, columns, width, SIDE, narrowed, SIDE);
  if (is_done) turn(narrowed, SIDE, SIDE, SIDE, to, SIDE);
  free(turned);
  return is_done;
}
