#include <math.h>
#include <stdlib.h>

#include "native-decode.h"
#include "pixel.h"

#define WEIGHT_BITS 14
#define HALF (1 << (WEIGHT_BITS - 1))
#define MOST_WEIGHTS 64

typedef struct {
  int first, count;
  int16_t weights[MOST_WEIGHTS];
} output;

/* Which of `length` rows or columns make each of the SIDE, by integers that add up to one. */
static bool find_weights(int length, output outputs[SIDE]) {
  const double step = (double)length / SIDE;
  if (2 * step + 2 > MOST_WEIGHTS) return false;
  for (int i = 0; i < SIDE; i++) {
    output *const output = &outputs[i];
    const double centre = (i + 0.5) * step - 0.5;
    const int from = (int)floor(centre - step) + 1, to = (int)ceil(centre + step) - 1;
    double exact[MOST_WEIGHTS] = {0}, total = 0;
    output->first = from < 0 ? 0 : from;
    output->count = (to < length ? to : length - 1) - output->first + 1;
    for (int at = from; at <= to; at++) {
      const int inside = at < 0 ? 0 : at < length ? at : length - 1;
      const double weight = 1 - fabs(at - centre) / step;
      exact[inside - output->first] += weight;
      total += weight;
    }
    int sum = 0, largest = 0;
    for (int j = 0; j < output->count; j++) {
      output->weights[j] = (int16_t)lround(exact[j] / total * (1 << WEIGHT_BITS));
      sum += output->weights[j];
      if (output->weights[j] > output->weights[largest]) largest = j;
    }
    output->weights[largest] += (int16_t)((1 << WEIGHT_BITS) - sum);
  }
  return true;
}

/* All channels of a pixel at once. */
static void resize_row(const uint8_t *restrict from, const output outputs[SIDE], uint8_t *restrict to) {
  for (int x = 0; x < SIDE; x++) {
    const uint8_t *at = from + PIXEL * outputs[x].first;
    wide_pixel sums = {HALF, HALF, HALF, HALF};
    for (int i = 0; i < outputs[x].count; i++, at += PIXEL) sums += outputs[x].weights[i] * load_wide_pixel(at);
    store_pixel(to + PIXEL * x, narrowed(sums >> WEIGHT_BITS));
  }
}

/* As many bytes at once as stay in registers. */
#define BLOCK 128

static void sum_rows(const uint8_t *restrict from, size_t stride, const output *rows, int bytes, uint8_t *restrict to) {
  for (int x = 0; x < bytes; x += BLOCK) {
    int32_t sums[BLOCK];
    const int count = bytes - x < BLOCK ? bytes - x : BLOCK;
    for (int i = 0; i < BLOCK; i++) sums[i] = HALF;
    for (int y = 0; y < rows->count; y++) {
      const uint8_t *row = from + y * stride + x;
      if (count == BLOCK)
        for (int i = 0; i < BLOCK; i++) sums[i] += rows->weights[y] * row[i];
      else
        for (int i = 0; i < count; i++) sums[i] += rows->weights[y] * row[i];
    }
    if (count == BLOCK)
      for (int i = 0; i < BLOCK; i++) to[x + i] = (uint8_t)(sums[i] >> WEIGHT_BITS);
    else
      for (int i = 0; i < count; i++) to[x + i] = (uint8_t)(sums[i] >> WEIGHT_BITS);
  }
}

bool resize(const uint8_t *from, size_t stride, int columns, int rows, uint8_t *to) {
  static output across[SIDE], down[SIDE];
  static int known_columns, known_rows;
  if (columns != known_columns && !find_weights(columns, across)) return false;
  if (rows != known_rows && !find_weights(rows, down)) return false;
  known_columns = columns;
  known_rows = rows;
  uint8_t *const narrowed = kept_buffer(NARROWED, PIXEL * (size_t)columns + 1);
  if (narrowed == NULL) return false;
  for (int y = 0; y < SIDE; y++) {
    sum_rows(from + (size_t)down[y].first * stride, stride, &down[y], PIXEL * columns, narrowed);
    resize_row(narrowed, across, to + (size_t)y * PIXEL * SIDE);
  }
  return true;
}
