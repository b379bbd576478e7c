/* The parts of the shrinker: an ordinary JPEG, or pixels, to 256×256 RGB. See ../README.md. */
#ifndef SHRINK_H
#define SHRINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include "jpeglib.h"

#define SIDE 256
#define PLANE_BYTES (SIDE * SIDE)

/* One component of an image, as decoded at `size`/8. Rows lie `stride` bytes apart. */
typedef struct {
  uint8_t *samples;
  int stride;
  /* Blocks per row and per column, whole MCUs; samples per block and side. */
  int across, down, size;
  /* How many samples belong to the image: not whole numbers, since a block at 3/8 has 3 samples for 8 pixels. */
  double width, height;
} plane;

/* header.c: whether what was read up to the first scan is an image of the ordinary kind. */
void prepare_header(struct jpeg_decompress_struct *jpeg);
bool is_ordinary(const struct jpeg_decompress_struct *jpeg);

/* entropy.c: the scan that begins where libjpeg-turbo stopped reading. */
bool decode_scan(struct jpeg_decompress_struct *jpeg, plane planes[3]);

/* idct.c: how coefficients lie in a block, and what becomes of them. */
#define MAX_BLOCK 72 /* beyond 64 goes a coefficient that the size does not need; whole vectors */
void prepare_idct(void);
/* Where the coefficient of each place in zigzag order goes; those that `size` does not need go to 64. */
const uint8_t *coefficient_slots(int size);
void idct(int size, const int16_t *block, uint8_t *to, int stride);

/* resize.c: `rows` × `columns` bytes to SIDE rows, by a triangle over the `height` that counts. */
bool resize_rows(const uint8_t *from, int stride, int rows, double height, int columns, uint8_t *to, int to_stride);
/* The other direction, of SIDE rows: leaves SIDE × SIDE bytes. */
bool resize_columns(const uint8_t *from, int stride, int columns, double width, uint8_t *to);

/* colour.c, each for SIDE × SIDE pixels. */
void ycc_to_rgb(const uint8_t *y, const uint8_t *cb, const uint8_t *cr, uint8_t *to);
void join_planes(const uint8_t *red, const uint8_t *green, const uint8_t *blue, uint8_t *to);
/* A row of RGB to three; reads and writes whole groups of 16 pixels. */
void split_row(const uint8_t *from, int pixels, uint8_t *const to[3]);

/* inflate.c */
void prepare_inflate(void);
/* A zlib stream of exactly so many bytes, checked. 64 bytes past both ends may be read, or written. */
bool inflate_exactly(const uint8_t *from, size_t bytes, uint8_t *to, size_t expected);

/* lzw.c: a strip of a TIFF, of exactly so many bytes. The same may be read and written past both ends. */
bool unpack_lzw(const uint8_t *from, size_t bytes, uint8_t *to, size_t expected);

/* unfilter.c: rows of RGB, each after the byte that says its filter. */
bool undo_filters(uint8_t *rows, int columns, int count);
/* Rows of RGB, each pixel as what it has more than the one to the left (TIFF 6.0, section 14: predictor 2). */
void undo_differences(uint8_t *rows, int columns, int count);

#endif
