/* Between planes and RGB, sixteen pixels at once. */
#include <wasm_simd128.h>

#include "shrink.h"

/* Bytes of three vectors in turns; which of the 48 go where is the same for any three channels. */
static inline void store_rgb(uint8_t *to, v128_t red, v128_t green, v128_t blue) {
  const v128_t rg0 = wasm_i8x16_shuffle(red, green, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const v128_t rg1 = wasm_i8x16_shuffle(red, green, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const v128_t rg2 = wasm_i8x16_shuffle(red, green, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  wasm_v128_store(to, wasm_i8x16_shuffle(rg0, blue, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  wasm_v128_store(to + 16, wasm_i8x16_shuffle(rg1, blue, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15));
  wasm_v128_store(to + 32, wasm_i8x16_shuffle(rg2, blue, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31));
}

void join_planes(const uint8_t *red, const uint8_t *green, const uint8_t *blue, uint8_t *to) {
  for (int i = 0; i < PLANE_BYTES; i += 16)
    store_rgb(to + 3 * i, wasm_v128_load(red + i), wasm_v128_load(green + i), wasm_v128_load(blue + i));
}

void split_row(const uint8_t *from, int pixels, uint8_t *const to[3]) {
  for (int x = 0; x < pixels; x += 16, from += 48) {
    const v128_t a = wasm_v128_load(from), b = wasm_v128_load(from + 16), c = wasm_v128_load(from + 32);
    /* Byte n of the 48 belongs to channel n % 3; 0 to 31 are in the first two vectors, 32 to 47 in the third. */
    const v128_t red = wasm_i8x16_shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
    const v128_t green = wasm_i8x16_shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
    const v128_t blue = wasm_i8x16_shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
    wasm_v128_store(to[0] + x, wasm_i8x16_shuffle(red, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29));
    wasm_v128_store(to[1] + x, wasm_i8x16_shuffle(green, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30));
    wasm_v128_store(to[2] + x, wasm_i8x16_shuffle(blue, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31));
  }
}

/* Four bits after the point: eight values of up to ±360 stay far within 16 bits. */
#define POINT 4
#define FACTOR(x) wasm_i16x8_const_splat((int16_t)((x) * 32768 + 0.5))

/* JFIF: R = Y + 1.402 Cr, G = Y − 0.344136 Cb − 0.714136 Cr, B = Y + 1.772 Cb; factors above 1 are 1 and the rest. */
static inline void to_rgb8(v128_t y, v128_t cb, v128_t cr, v128_t rgb[3]) {
  const v128_t middle = wasm_i16x8_const_splat(128), half = wasm_i16x8_const_splat(1 << (POINT - 1));
  y = wasm_i16x8_add(wasm_i16x8_shl(y, POINT), half);
  cb = wasm_i16x8_shl(wasm_i16x8_sub(cb, middle), POINT);
  cr = wasm_i16x8_shl(wasm_i16x8_sub(cr, middle), POINT);
  const v128_t red = wasm_i16x8_add(cr, wasm_i16x8_q15mulr_sat(cr, FACTOR(0.402)));
  const v128_t green = wasm_i16x8_add(wasm_i16x8_q15mulr_sat(cb, FACTOR(0.344136)), wasm_i16x8_q15mulr_sat(cr, FACTOR(0.714136)));
  const v128_t blue = wasm_i16x8_add(cb, wasm_i16x8_q15mulr_sat(cb, FACTOR(0.772)));
  rgb[0] = wasm_i16x8_shr(wasm_i16x8_add(y, red), POINT);
  rgb[1] = wasm_i16x8_shr(wasm_i16x8_sub(y, green), POINT);
  rgb[2] = wasm_i16x8_shr(wasm_i16x8_add(y, blue), POINT);
}

void ycc_to_rgb(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *to) {
  for (int i = 0; i < PLANE_BYTES; i += 16) {
    const v128_t luma = wasm_v128_load(y + i), blueness = wasm_v128_load(cb + i), redness = wasm_v128_load(cr + i);
    v128_t low[3], high[3];
    to_rgb8(wasm_u16x8_extend_low_u8x16(luma), wasm_u16x8_extend_low_u8x16(blueness),
            wasm_u16x8_extend_low_u8x16(redness), low);
    to_rgb8(wasm_u16x8_extend_high_u8x16(luma), wasm_u16x8_extend_high_u8x16(blueness),
            wasm_u16x8_extend_high_u8x16(redness), high);
    store_rgb(to + 3 * i, wasm_u8x16_narrow_i16x8(low[0], high[0]), wasm_u8x16_narrow_i16x8(low[1], high[1]),
              wasm_u8x16_narrow_i16x8(low[2], high[2]));
  }
}
