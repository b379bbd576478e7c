/*
 * Convolutions of stride 1 by the method of Winograd (1980), as Lavin and Gray (2016) use it for networks: what lies before and after
 * their products of matrices. See README.md.
 *
 * Images are float32, height × width × channels (NHWC), square. A tile is what `points` × `points` values of each channel become, one
 * number per point of evaluation: the tiles of a batch lie as [point][group][tile][channel of the group], so that a point's are a matrix.
 * There is room for `room` tiles, which may be more than there are.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

#define PAGE_BYTES 65536
#define MOST_CHANNELS 4096
#define MOST_POINTS 8
#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

typedef v128_t four; /* neighbouring channels */
typedef void line(const four *from, four *to);

/* Beside the image: where it is read, and where nobody reads what is written. */
static float zeros[MOST_CHANNELS], beside[MOST_CHANNELS];

extern uint8_t __heap_base;

/* Room for everything that one run needs, which is the only thing on the heap. @returns NULL when there is none */
void *reserve(size_t bytes) {
  const size_t start = ((size_t)&__heap_base + 63) & ~(size_t)63;
  const size_t pages = (start + bytes + PAGE_BYTES - 1) / PAGE_BYTES, have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) return NULL;
  return (void *)start;
}

INLINE four add(four a, four b) { return wasm_f32x4_add(a, b); }
INLINE four sub(four a, four b) { return wasm_f32x4_sub(a, b); }
INLINE four mul(four a, float factor) { return wasm_f32x4_mul(a, wasm_f32x4_splat(factor)); }

/* Bᵀd for the points 0, ±1, ±2, ½, ∞. The first five are those without ½ of what ½ makes zero. */
INLINE void input_of_7(const four *d, four *t) {
  four e[6];
  UNROLL for (int i = 0; i < 6; i++) e[i] = sub(d[i + 1], mul(d[i], 0.5f));
  const four a = sub(e[4], mul(e[2], 4)), b = sub(e[3], mul(e[1], 4));
  const four c = sub(e[4], e[2]), f = mul(sub(e[3], e[1]), 2);
  t[0] = add(sub(mul(e[0], 4), mul(e[2], 5)), e[4]);
  t[1] = add(a, b);
  t[2] = sub(a, b);
  t[3] = add(c, f);
  t[4] = sub(c, f);
  t[5] = add(sub(mul(d[1], 4), mul(d[3], 5)), d[5]);
  t[6] = add(sub(mul(e[1], 4), mul(e[3], 5)), e[5]);
}

/* Bᵀd for the points 0, ±1, ±2, ±½, ∞. */
INLINE void input_of_8(const four *d, four *t) {
  const four a = sub(add(d[2], d[6]), mul(d[4], 4.25f)), b = sub(add(d[1], d[5]), mul(d[3], 4.25f));
  const four c = sub(add(d[6], mul(d[2], 0.25f)), mul(d[4], 1.25f));
  const four e = add(sub(mul(d[1], 0.5f), mul(d[3], 2.5f)), mul(d[5], 2));
  const four f = sub(add(d[6], mul(d[2], 4)), mul(d[4], 5));
  const four g = add(sub(mul(d[1], 2), mul(d[3], 2.5f)), mul(d[5], 0.5f));
  t[0] = add(sub(d[0], d[6]), mul(sub(d[4], d[2]), 5.25f));
  t[1] = add(a, b);
  t[2] = sub(a, b);
  t[3] = add(c, e);
  t[4] = sub(c, e);
  t[5] = add(f, g);
  t[6] = sub(f, g);
  t[7] = add(sub(d[7], d[1]), mul(sub(d[3], d[5]), 5.25f));
}

/* Aᵀm, five outputs of seven points: row k has each point's k-th power, and the last one ∞'s. */
INLINE void output_of_7(const four *m, four *y) {
  const four s1 = add(m[1], m[2]), d1 = sub(m[1], m[2]), s2 = add(m[3], m[4]), d2 = sub(m[3], m[4]);
  y[0] = add(add(m[0], s1), add(s2, m[5]));
  y[1] = add(add(d1, mul(d2, 2)), mul(m[5], 0.5f));
  y[2] = add(add(s1, mul(s2, 4)), mul(m[5], 0.25f));
  y[3] = add(add(d1, mul(d2, 8)), mul(m[5], 0.125f));
  y[4] = add(add(add(s1, mul(s2, 16)), mul(m[5], 0.0625f)), m[6]);
}

/* Aᵀm, four outputs of eight points. */
INLINE void output_of_8(const four *m, four *y) {
  const four s1 = add(m[1], m[2]), d1 = sub(m[1], m[2]), s2 = add(m[3], m[4]), d2 = sub(m[3], m[4]);
  const four s3 = add(m[5], m[6]), d3 = sub(m[5], m[6]);
  y[0] = add(add(m[0], s1), add(s2, s3));
  y[1] = add(add(d1, mul(d2, 2)), mul(d3, 0.5f));
  y[2] = add(add(s1, mul(s2, 4)), mul(s3, 0.25f));
  y[3] = add(add(d1, mul(d2, 8)), add(mul(d3, 0.125f), m[7]));
}

/* A batch of images of one side, whose channels are in so many groups. */
typedef struct {
  int images, side, channels, groups;
} batch;

/* Every tile begins `step` rows, or columns, after the one before it, and the first one `padding` before the image. */
INLINE void transform_input(const int points, const int step, line *transform, batch of, int padding, int tiles, size_t room,
                            const float *x, float *to) {
  const size_t wide = of.channels / of.groups, count = (size_t)of.images * tiles * tiles, plane = room * of.channels;
  for (size_t tile = 0; tile < count; tile++) {
    const int top = (int)(tile / tiles % tiles) * step - padding, left = (int)(tile % tiles) * step - padding;
    const float *image = x + tile / (tiles * tiles) * of.side * of.side * of.channels;
    const float *from[MOST_POINTS][MOST_POINTS];
    for (int i = 0; i < points; i++) {
      for (int j = 0; j < points; j++) {
        const int row = top + i, column = left + j;
        const int isInside = row >= 0 && row < of.side && column >= 0 && column < of.side;
        from[i][j] = isInside ? image + ((size_t)row * of.side + column) * of.channels : zeros;
      }
    }
    for (int group = 0; group < of.groups; group++) {
      const size_t first = group * wide;
      float *into = to + (group * room + tile) * wide;
      for (size_t c = 0; c < wide; c += 4) {
        four half[MOST_POINTS][MOST_POINTS], in[MOST_POINTS], out[MOST_POINTS];
        UNROLL for (int j = 0; j < points; j++) {
          UNROLL for (int i = 0; i < points; i++) in[i] = wasm_v128_load(from[i][j] + first + c);
          transform(in, out);
          UNROLL for (int i = 0; i < points; i++) half[i][j] = out[i];
        }
        float *at = into + c;
        UNROLL for (int i = 0; i < points; i++) {
          transform(half[i], out);
          UNROLL for (int j = 0; j < points; j++, at += plane) wasm_v128_store(at, out[j]);
        }
      }
    }
  }
}

/* Adds the bias and leaves out what is negative (ReLU; a NaN stays one). */
INLINE void transform_output(const int points, const int step, line *transform, batch of, int tiles, size_t room, const float *m,
                             const float *bias, float *y) {
  const size_t wide = of.channels / of.groups, count = (size_t)of.images * tiles * tiles, plane = room * of.channels;
  const four zero = wasm_f32x4_splat(0);
  for (size_t tile = 0; tile < count; tile++) {
    const int top = (int)(tile / tiles % tiles) * step, left = (int)(tile % tiles) * step;
    float *image = y + tile / (tiles * tiles) * of.side * of.side * of.channels;
    float *to[MOST_POINTS][MOST_POINTS];
    for (int i = 0; i < step; i++) {
      for (int j = 0; j < step; j++) {
        const int row = top + i, column = left + j;
        to[i][j] = row < of.side && column < of.side ? image + ((size_t)row * of.side + column) * of.channels : beside;
      }
    }
    for (int group = 0; group < of.groups; group++) {
      const size_t first = group * wide;
      const float *from = m + (group * room + tile) * wide;
      for (size_t c = 0; c < wide; c += 4) {
        four half[MOST_POINTS][MOST_POINTS], in[MOST_POINTS], out[MOST_POINTS];
        const four offset = wasm_v128_load(bias + first + c);
        const float *at = from + c;
        UNROLL for (int i = 0; i < points; i++) {
          UNROLL for (int j = 0; j < points; j++, at += plane) in[j] = wasm_v128_load(at);
          transform(in, out);
          UNROLL for (int j = 0; j < step; j++) half[j][i] = out[j];
        }
        UNROLL for (int j = 0; j < step; j++) {
          transform(half[j], out);
          UNROLL for (int i = 0; i < step; i++) {
            wasm_v128_store(to[i][j] + first + c, wasm_f32x4_pmax(add(out[i], offset), zero));
          }
        }
      }
    }
  }
}

/* Of 3×3 filters: seven points, five outputs. */
void transform_input_3(const float *x, float *to, int images, int side, int channels, int groups, int padding, int tiles,
                       int room) {
  transform_input(7, 5, input_of_7, (batch){images, side, channels, groups}, padding, tiles, room, x, to);
}
void transform_output_3(const float *m, const float *bias, float *y, int images, int side, int channels, int groups, int tiles,
                        int room) {
  transform_output(7, 5, output_of_7, (batch){images, side, channels, groups}, tiles, room, m, bias, y);
}

/* Of 5×5 filters: eight points, four outputs. */
void transform_input_5(const float *x, float *to, int images, int side, int channels, int groups, int padding, int tiles,
                       int room) {
  transform_input(8, 4, input_of_8, (batch){images, side, channels, groups}, padding, tiles, room, x, to);
}
void transform_output_5(const float *m, const float *bias, float *y, int images, int side, int channels, int groups, int tiles,
                        int room) {
  transform_output(8, 4, output_of_8, (batch){images, side, channels, groups}, tiles, room, m, bias, y);
}

/* Of both, value by value. A NaN may be left out. */
static void raise(float *largest, const float *values, int count) {
  for (int i = 0; i < count; i += 4) {
    wasm_v128_store(largest + i, wasm_f32x4_pmax(wasm_v128_load(largest + i), wasm_v128_load(values + i)));
  }
}

/* The largest of each size × size values; side' = ⌊(side − size) / stride⌋ + 1. */
void max_pool(const float *x, float *y, int images, int side, int channels, int size, int stride) {
  const int pooled = (side - size) / stride + 1;
  for (int image = 0; image < images; image++, x += (size_t)side * side * channels) {
    for (int row = 0; row < pooled; row++) {
      for (int column = 0; column < pooled; column++, y += channels) {
        const float *from = x + ((size_t)row * stride * side + column * stride) * channels;
        memcpy(y, from, channels * sizeof *y);
        for (int place = 1; place < size * size; place++) {
          raise(y, from + ((size_t)(place / size) * side + place % size) * channels, channels);
        }
      }
    }
  }
}
