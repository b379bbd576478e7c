/*
 * One pixel in the lanes of a vector, so that its channels are computed at once. A fourth byte is read and
 * ignored.
 */
#ifndef PIXEL_H
#define PIXEL_H

#include <string.h>
#ifdef __SSE4_1__
#include <immintrin.h>
#endif

#include "native-decode.h"

typedef int16_t pixel __attribute__((vector_size(16)));
typedef int32_t wide_pixel __attribute__((vector_size(16)));

/*
 * GCC 12 takes `__builtin_convertvector` of four bytes apart; the instructions are named where they are
 * known.
 */
#ifdef __SSE4_1__

static inline __m128i four_bytes(const uint8_t *at) {
  int word;
  memcpy(&word, at, sizeof word);
  return _mm_cvtsi32_si128(word);
}

static inline pixel load_pixel(const uint8_t *at) { return (pixel)_mm_cvtepu8_epi16(four_bytes(at)); }
static inline wide_pixel load_wide_pixel(const uint8_t *at) { return (wide_pixel)_mm_cvtepu8_epi32(four_bytes(at)); }

static inline void store_pixel(uint8_t *at, pixel value) {
  const int packed = _mm_cvtsi128_si32(_mm_packus_epi16((__m128i)value, (__m128i)value));
  memcpy(at, &packed, PIXEL);
}

static inline pixel narrowed(wide_pixel value) { return (pixel)_mm_packs_epi32((__m128i)value, (__m128i)value); }

#else

static inline pixel load_pixel(const uint8_t *at) { return (pixel){at[0], at[1], at[2]}; }
static inline wide_pixel load_wide_pixel(const uint8_t *at) { return (wide_pixel){at[0], at[1], at[2]}; }

static inline void store_pixel(uint8_t *at, pixel value) {
  for (int c = 0; c < PIXEL; c++) at[c] = (uint8_t)value[c];
}

static inline pixel narrowed(wide_pixel value) {
  return (pixel){(int16_t)value[0], (int16_t)value[1], (int16_t)value[2]};
}

#endif

/* Each pixel of a row was stored as its difference from the one to the left. */
static inline void undo_differences(uint8_t *row, int bytes) {
  uint8_t red = 0, green = 0, blue = 0;
  for (int x = 0; x < bytes; x += PIXEL) {
    row[x] = red += row[x];
    row[x + 1] = green += row[x + 1];
    row[x + 2] = blue += row[x + 2];
  }
}

#endif
