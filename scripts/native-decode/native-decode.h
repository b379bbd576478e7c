/* The parts of the native program that scripts/decode-ratio.ts compares the WebAssembly decoder with. */
#ifndef NATIVE_DECODE_H
#define NATIVE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIDE 256
#define PIXEL 3

/* A whole file in memory. */
typedef struct {
  const uint8_t *bytes;
  size_t length;
} file;

/*
 * png.c: an 8-bit RGB PNG that is not interlaced; checks the CRC of every chunk and the Adler-32 of the
 * stream.
 */
bool decode_png(file png, uint8_t *to);

/* tiff.c: an 8-bit RGB TIFF in strips, with LZW or deflate, with or without predictor 2. */
bool decode_tiff(file tiff, uint8_t *to);

/*
 * resize.c: rows of RGB, `stride` bytes apart, to SIDE × SIDE by a triangle that averages over the area it
 * shrinks.
 */
bool resize(const uint8_t *from, size_t stride, int columns, int rows, uint8_t *to);

/*
 * buffers.c: memory that is kept for the next image, as the decoder under comparison does. NULL: there is
 * none.
 */
uint8_t *kept_buffer(int which, size_t bytes);
enum { COMPRESSED, PIXELS, NARROWED };

#endif
