/*
 * A network's front: 256×256 pixels of RGB to what its first layer reads. See README.md.
 *
 * An image lies in `image`; `resize_*` and `average_*` make of it side × side values, (pixel · factor + offset) per channel: floats in
 * planes, as ONNX's NCHW, or bytes in pixels (NHWC), rounded to even and shifted by a zero point, as ONNX's QuantizeLinear does.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

#define SIDE 256
#define CHANNELS 3
#define ROW (SIDE * CHANNELS)
#define MOST_SIDE 512
/* A pixel is read as four channels, and the neighbour of a row's last one is multiplied by 0. */
#define PADDING 8
#define PAGE_BYTES 65536

static uint8_t pixels[SIDE * ROW];
static float factors[4], offsets[4];
static int zero_point;

/* Of each output row, or column: where in a row its left neighbour's channels begin, and the share of the right one. */
static int prepared_side;
static int firsts[MOST_SIDE];
static float shares[MOST_SIDE];

extern uint8_t __heap_base;

uint8_t *image(void) { return pixels; }

/* Room for the results of a batch, which is the only thing on the heap. @returns NULL when there is none */
void *reserve(size_t bytes) {
  const size_t start = ((size_t)&__heap_base + 15) & ~(size_t)15;
  const size_t pages = (start + bytes + PAGE_BYTES - 1) / PAGE_BYTES, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) return NULL;
  return (void *)start;
}

void set_channel(int channel, float factor, float offset) {
  factors[channel] = factor;
  offsets[channel] = offset;
}

void set_zero_point(int value) { zero_point = value; }

/*
 * Half-pixel centres, no antialias: (i + ½) / scale − ½, in floats as ONNX Runtime computes it, and past the edge the edge's pixel.
 * @returns whether the side is one of 4 to 512
 */
bool set_side(int side) {
  if (side < 4 || side > MOST_SIDE) return false;
  const float scale = (float)side / SIDE;
  for (int i = 0; i < side; i++) {
    const float centre = ((float)i + 0.5f) / scale - 0.5f;
    const float within = centre < 0 ? 0 : centre > SIDE - 1 ? SIDE - 1 : centre;
    firsts[i] = (int)within * CHANNELS;
    shares[i] = within - (float)(int)within;
  }
  prepared_side = side;
  return true;
}

static inline v128_t mix(v128_t a, v128_t b, v128_t share) {
  return wasm_f32x4_add(a, wasm_f32x4_mul(wasm_f32x4_sub(b, a), share));
}

/*
 * The lower, or upper, four of eight numbers of 16 bits as floats, 2²³ too large: a float's lowest bit is 1 there. (Conversions by their
 * own instruction clang 14 takes apart, number by number.)
 */
#define LARGE 0x4b00
static inline v128_t low_floats(v128_t numbers) {
  return wasm_i16x8_shuffle(numbers, wasm_i16x8_const_splat(LARGE), 0, 8, 1, 9, 2, 10, 3, 11);
}
static inline v128_t high_floats(v128_t numbers) {
  return wasm_i16x8_shuffle(numbers, wasm_i16x8_const_splat(LARGE), 4, 12, 5, 13, 6, 14, 7, 15);
}

static inline v128_t mix_large(v128_t a, v128_t b, v128_t share) {
  const v128_t large = wasm_f32x4_const_splat(8388608);
  return wasm_f32x4_add(wasm_f32x4_sub(a, large), wasm_f32x4_mul(wasm_f32x4_sub(b, a), share));
}

/* One row between two of the image. */
static void mix_rows(const uint8_t *above, const uint8_t *below, float share, float *to) {
  const v128_t weight = wasm_f32x4_splat(share);
  for (int i = 0; i < ROW; i += 8) {
    const v128_t a = wasm_u16x8_load8x8(above + i), b = wasm_u16x8_load8x8(below + i);
    wasm_v128_store(to + i, mix_large(low_floats(a), low_floats(b), weight));
    wasm_v128_store(to + i + 4, mix_large(high_floats(a), high_floats(b), weight));
  }
}

/* Red, green, blue and something of column `x` of the output. */
static inline v128_t mix_columns(const float *row, int x) {
  const float *left = row + firsts[x];
  return mix(wasm_v128_load(left), wasm_v128_load(left + CHANNELS), wasm_v128_load32_splat(shares + x));
}

static inline v128_t scaled(v128_t values, v128_t factor, v128_t offset) {
  return wasm_f32x4_add(wasm_f32x4_mul(values, factor), offset);
}

/* The last four of a row may repeat some of those before them. */
static inline int group_at(int group) { return group + 4 <= prepared_side ? group : prepared_side - 4; }

/* A row of pixels to one of each plane. */
static void store_planes(const float *restrict row, float *restrict to, size_t plane) {
  v128_t factor[CHANNELS], offset[CHANNELS];
  for (int channel = 0; channel < CHANNELS; channel++) {
    factor[channel] = wasm_f32x4_splat(factors[channel]);
    offset[channel] = wasm_f32x4_splat(offsets[channel]);
  }
  for (int group = 0; group < prepared_side; group += 4) {
    const int x = group_at(group);
    const v128_t p0 = mix_columns(row, x), p1 = mix_columns(row, x + 1);
    const v128_t p2 = mix_columns(row, x + 2), p3 = mix_columns(row, x + 3);
    const v128_t low01 = wasm_i32x4_shuffle(p0, p1, 0, 4, 1, 5), low23 = wasm_i32x4_shuffle(p2, p3, 0, 4, 1, 5);
    const v128_t high01 = wasm_i32x4_shuffle(p0, p1, 2, 6, 3, 7), high23 = wasm_i32x4_shuffle(p2, p3, 2, 6, 3, 7);
    wasm_v128_store(to + x, scaled(wasm_i32x4_shuffle(low01, low23, 0, 1, 4, 5), factor[0], offset[0]));
    wasm_v128_store(to + plane + x, scaled(wasm_i32x4_shuffle(low01, low23, 2, 3, 6, 7), factor[1], offset[1]));
    wasm_v128_store(to + 2 * plane + x, scaled(wasm_i32x4_shuffle(high01, high23, 0, 1, 4, 5), factor[2], offset[2]));
  }
}

/*
 * The level of each of one pixel's channels; beyond 0 to 255 they are cut when they are packed. 1.5 · 2²³ rounds to even what is added to
 * it, and leaves it in the lowest bits.
 */
static inline v128_t level(v128_t values, v128_t factor, v128_t offset, v128_t zero) {
  const v128_t steps = scaled(values, factor, offset);
  const v128_t near = wasm_f32x4_pmin(wasm_f32x4_pmax(steps, wasm_f32x4_const_splat(-512)), wasm_f32x4_const_splat(512));
  return wasm_i32x4_add(wasm_f32x4_add(near, wasm_f32x4_const_splat(12582912)), zero);
}

/* A row of pixels to one of bytes. */
static void store_pixels(const float *restrict row, uint8_t *restrict to) {
  const v128_t factor = wasm_v128_load(factors), offset = wasm_v128_load(offsets), zero = wasm_i32x4_splat(zero_point - 0x4b400000);
  for (int group = 0; group < prepared_side; group += 4) {
    const int x = group_at(group);
    v128_t p[4];
#pragma unroll
    for (int i = 0; i < 4; i++) p[i] = level(mix_columns(row, x + i), factor, offset, zero);
    const v128_t bytes =
        wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(p[0], p[1]), wasm_i16x8_narrow_i32x4(p[2], p[3]));
    const v128_t packed = wasm_i8x16_shuffle(bytes, bytes, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 3, 3, 3, 3);
    wasm_v128_store64_lane(to + x * CHANNELS, packed, 0);
    wasm_v128_store32_lane(to + x * CHANNELS + 8, packed, 2);
  }
}

/* Bilinear. `bytes` or else `floats`. */
static inline void resize(float *floats, uint8_t *bytes) {
  static float row[ROW + PADDING];
  const size_t side = (size_t)prepared_side;
  for (size_t y = 0; y < side; y++) {
    const uint8_t *above = pixels + firsts[y] * SIDE, *below = above < pixels + ROW * (SIDE - 1) ? above + ROW : above;
    mix_rows(above, below, shares[y], row);
    if (bytes != NULL) store_pixels(row, bytes + y * side * CHANNELS);
    else store_planes(row, floats + y * side, side * side);
  }
}

void resize_to_floats(float *to) { resize(to, NULL); }
void resize_to_bytes(uint8_t *to) { resize(NULL, to); }

/* Sums down `height` rows. */
static void sum_rows(const uint8_t *rows, int height, uint16_t *sums) {
  for (int i = 0; i < ROW; i += 8) {
    v128_t sum = wasm_u16x8_load8x8(rows + i);
    for (int y = 1; y < height; y++) sum = wasm_i16x8_add(sum, wasm_u16x8_load8x8(rows + i + y * ROW));
    wasm_v128_store(sums + i, sum);
  }
}

static uint8_t level_of(float value, int channel) {
  const float steps = __builtin_nearbyintf(value * factors[channel] + offsets[channel]) + (float)zero_point;
  return steps < 0 ? 0 : steps > 255 ? 255 : (uint8_t)steps;
}

/* Means of square blocks: `side` divides 256. Their sums are exact, and so are their means, since a block has 2ⁿ pixels. */
static inline void average(float *restrict floats, uint8_t *restrict bytes) {
  static uint16_t sums[ROW];
  const int side = prepared_side, block = SIDE / side;
  const float share = 1.0f / (float)(block * block);
  for (int y = 0; y < side; y++) {
    sum_rows(pixels + y * block * ROW, block, sums);
    for (int x = 0; x < side; x++) {
      uint32_t sum[CHANNELS] = {0};
      const uint16_t *from = sums + x * block * CHANNELS;
      for (int i = 0; i < block; i++, from += CHANNELS)
        for (int channel = 0; channel < CHANNELS; channel++) sum[channel] += from[channel];
      const size_t at = (size_t)y * side + x;
      for (int channel = 0; channel < CHANNELS; channel++) {
        const float mean = (float)sum[channel] * share;
        if (bytes != NULL) bytes[at * CHANNELS + channel] = level_of(mean, channel);
        else floats[at + (size_t)channel * side * side] = mean * factors[channel] + offsets[channel];
      }
    }
  }
}

void average_to_floats(float *to) { average(to, NULL); }
void average_to_bytes(uint8_t *to) { average(NULL, to); }
